import { LogstatError } from '../errors.js'
import type { Plan } from '../kernel/plan.js'
import { Flag } from '../kernel/wasm/roles.js'
import type { Family, Format, Server } from './format.js'
import { compileKeys } from './keys.js'
import { compileLayout } from './layout.js'
import akamai from './records/akamai.js'
import alb from './records/alb.js'
import apacheJson from './records/apache-json.js'
import apisix from './records/apisix.js'
import awsApiGateway from './records/aws-api-gateway.js'
import awsApiGatewayJson from './records/aws-api-gateway-json.js'
import azureAppService from './records/azure-app-service.js'
import azureFrontDoor from './records/azure-front-door.js'
import azureGateway from './records/azure-gateway.js'
import bitbucket from './records/bitbucket.js'
import caddy from './records/caddy.js'
import clfBetween from './records/clf-between.js'
import clfRelative from './records/clf-relative.js'
import clfShort from './records/clf-short.js'
import clfUnquoted from './records/clf-unquoted.js'
import cloudflare from './records/cloudflare.js'
import cloudfrontJson from './records/cloudfront-json.js'
import cloudfrontRealtime from './records/cloudfront-realtime.js'
import combined from './records/combined.js'
import combinedIso from './records/combined-iso.js'
import common from './records/common.js'
import confluence from './records/confluence.js'
import couchdb from './records/couchdb.js'
import csv from './records/csv.js'
import django from './records/django.js'
import elb from './records/elb.js'
import envoy from './records/envoy.js'
import envoyJson from './records/envoy-json.js'
import fastly from './records/fastly.js'
import gcp from './records/gcp.js'
import gcs from './records/gcs.js'
import gin from './records/gin.js'
import glassfish from './records/glassfish.js'
import gorouter from './records/gorouter.js'
import haproxy from './records/haproxy.js'
import heroku from './records/heroku.js'
import iisJson from './records/iis-json.js'
import iisNative from './records/iis-native.js'
import json from './records/json.js'
import kong from './records/kong.js'
import logfmt from './records/logfmt.js'
import ltsv from './records/ltsv.js'
import morgan from './records/morgan.js'
import nginxIngress from './records/nginx-ingress.js'
import nginxJson from './records/nginx-json.js'
import nginxProxyManager from './records/nginx-proxy-manager.js'
import nginxTimed from './records/nginx-timed.js'
import npmplus from './records/npmplus.js'
import s3 from './records/s3.js'
import serilog from './records/serilog.js'
import squid from './records/squid.js'
import traefikClf from './records/traefik-clf.js'
import traefikJson from './records/traefik-json.js'
import uvicorn from './records/uvicorn.js'
import uwsgi from './records/uwsgi.js'
import vhostCombined from './records/vhost-combined.js'
import vhostCommon from './records/vhost-common.js'
import vhostSeconds from './records/vhost-seconds.js'
import w3c from './records/w3c.js'
import w3cJson from './records/w3c-json.js'
import zoraxy from './records/zoraxy.js'

/** Every format known, the more particular first: detection prefers the earlier of two that fit equally well. */
export const FORMATS: readonly Format[] = [
  nginxIngress,
  apisix,
  traefikClf,
  nginxTimed,
  combined,
  vhostCombined,
  vhostSeconds,
  combinedIso,
  awsApiGateway,
  common,
  vhostCommon,
  s3,
  clfRelative,
  clfBetween,
  clfShort,
  clfUnquoted,
  nginxProxyManager,
  npmplus,
  zoraxy,
  uvicorn,
  uwsgi,
  morgan,
  django,
  gin,
  confluence,
  bitbucket,
  couchdb,
  glassfish,
  gorouter,
  alb,
  elb,
  cloudfrontRealtime,
  haproxy,
  envoy,
  squid,
  iisNative,
  ltsv,
  caddy,
  traefikJson,
  cloudflare,
  gcp,
  gcs,
  heroku,
  envoyJson,
  kong,
  awsApiGatewayJson,
  cloudfrontJson,
  w3cJson,
  serilog,
  iisJson,
  azureFrontDoor,
  azureGateway,
  azureAppService,
  fastly,
  nginxJson,
  apacheJson,
  akamai,
  logfmt,
  csv,
  json,
  w3c,
]

/** Find a format by name or alias, in any case. */
export function formatNamed(name: string): Format | undefined {
  const wanted = name.toLowerCase()
  return FORMATS.find((f) => f.name === wanted || f.aliases?.includes(wanted))
}

/** Whether a format says itself how its lines are cut; W3C leaves that to the log. */
export function hasPlans(format: Format): boolean {
  return format.layout !== undefined || format.json !== undefined || format.ltsv !== undefined
}

/** Servers whose 400s show in the request line what was wrong. */
const DERIVES: ReadonlySet<Server | null> = new Set<Server | null>(['nginx', 'apache', null])

/** Servers that never write a status of their own as that of the server behind. */
const EXACT_MAKERS: ReadonlySet<Server> = new Set<Server>(['aws-elb', 'aws-classic-elb', 'azure', 'cloudflare'])

function flagsOf({
  server,
  family,
  layout,
  json,
  monthFirst,
  reasonOfErrors,
  absoluteUri,
  mayLackTime,
}: Format): number {
  // Without a time the numbers alone tell a line from any other.
  let flags = family === 'clf' || mayLackTime ? Flag.Strict : 0
  if (family === 'clf' || json || layout === undefined) flags |= DERIVES.has(server) ? Flag.Derive400 : 0
  if (server === 'nginx') flags |= Flag.NginxPages
  if (layout !== undefined && !mayLackTime && (family === 'own' || layout.includes('$time_iso8601')))
    flags |= Flag.NeedsTime
  if (monthFirst) flags |= Flag.MonthFirst
  if (layout?.includes('$date')) flags |= Flag.LocalTime
  if (server !== null && EXACT_MAKERS.has(server)) flags |= Flag.ExactMaker
  if (absoluteUri) flags |= Flag.AbsoluteUri
  if (reasonOfErrors) flags |= Flag.ReasonOfErrors
  // Records of a service on itself have a status, too; an access record names a request.
  if (json) flags |= Flag.NeedsRequest
  return flags
}

const flagsOfLayout = (layout: string): number =>
  (/\$(upstream|target)_status/.test(layout) ? Flag.DeriveMaker : 0) |
  (layout.includes('$request_method') ? Flag.NeedsMethod : 0)

const compiled = new WeakMap<Format, readonly Plan[]>()

/**
 * The plans of a format with layouts of its own, its main one first. Compiled once: every input is tried with all of
 * them.
 */
export function plansOf(format: Format): readonly Plan[] {
  const plans = compiled.get(format) ?? compileFormat(format)
  compiled.set(format, plans)
  return plans
}

function compileFormat(format: Format): Plan[] {
  const { name, layout, variants = [], json, ltsv } = format
  let flags = flagsOf(format)
  if (layout !== undefined) {
    return [layout, ...variants].map((l) => compileLayout(name, l, { flags: flags | flagsOfLayout(l) }))
  }
  const keys = json ?? ltsv
  if (!keys) throw new LogstatError('layout', `the format ${name} has no layout of its own`)
  if (keys.upstreamStatus) flags |= Flag.DeriveMaker
  const plan = compileKeys(name, json ? 'json' : 'ltsv', keys, { ...format, flags })
  return format.mayLackRequest ? [plan, { ...plan, flags: (plan.flags & ~Flag.NeedsRequest) | Flag.NeedsTime }] : [plan]
}

/** All plans of a family, those of `first` in front: lines of a related layout in the same file are read, too. */
export function plansOfFamily(family: Family, first: readonly Format[]): Plan[] {
  const ours = family === 'own' ? [] : FORMATS.filter((f) => f.family === family && hasPlans(f))
  return [...first, ...ours.filter((f) => !first.includes(f))].flatMap(plansOf)
}
