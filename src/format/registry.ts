import { LogstatError } from '../errors.js'
import type { Plan } from '../kernel/plan.js'
import { Flag } from '../kernel/wasm/roles.js'
import type { Family, Format, Server } from './format.js'
import { compileKeys } from './keys.js'
import { compileLayout } from './layout.js'
import akamai from './records/akamai.js'
import alb from './records/alb.js'
import apacheJson from './records/apache-json.js'
import azureAppService from './records/azure-app-service.js'
import azureGateway from './records/azure-gateway.js'
import caddy from './records/caddy.js'
import clfRelative from './records/clf-relative.js'
import clfShort from './records/clf-short.js'
import cloudflare from './records/cloudflare.js'
import cloudfrontRealtime from './records/cloudfront-realtime.js'
import combined from './records/combined.js'
import combinedIso from './records/combined-iso.js'
import common from './records/common.js'
import elb from './records/elb.js'
import envoy from './records/envoy.js'
import fastly from './records/fastly.js'
import gcp from './records/gcp.js'
import haproxy from './records/haproxy.js'
import iisNative from './records/iis-native.js'
import json from './records/json.js'
import ltsv from './records/ltsv.js'
import nginxIngress from './records/nginx-ingress.js'
import nginxJson from './records/nginx-json.js'
import nginxTimed from './records/nginx-timed.js'
import s3 from './records/s3.js'
import squid from './records/squid.js'
import traefikClf from './records/traefik-clf.js'
import traefikJson from './records/traefik-json.js'
import vhostCombined from './records/vhost-combined.js'
import vhostCommon from './records/vhost-common.js'
import vhostSeconds from './records/vhost-seconds.js'
import w3c from './records/w3c.js'

/** Every format known, the more particular first: detection prefers the earlier of two that fit equally well. */
export const FORMATS: readonly Format[] = [
  nginxIngress,
  traefikClf,
  nginxTimed,
  combined,
  vhostCombined,
  vhostSeconds,
  combinedIso,
  common,
  vhostCommon,
  s3,
  clfRelative,
  clfShort,
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
  azureGateway,
  azureAppService,
  fastly,
  nginxJson,
  apacheJson,
  akamai,
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

function flagsOf({ server, family, layout, json, monthFirst, reasonOfErrors, absoluteUri }: Format): number {
  let flags = family === 'clf' ? Flag.Strict : 0
  if (family === 'clf' || json || layout === undefined) flags |= DERIVES.has(server) ? Flag.Derive400 : 0
  if (server === 'nginx') flags |= Flag.NginxPages
  if (layout !== undefined && (family === 'own' || layout.includes('$time_iso8601'))) flags |= Flag.NeedsTime
  if (monthFirst) flags |= Flag.MonthFirst | Flag.LocalTime
  if (server !== null && EXACT_MAKERS.has(server)) flags |= Flag.ExactMaker
  if (absoluteUri) flags |= Flag.AbsoluteUri
  if (reasonOfErrors) flags |= Flag.ReasonOfErrors
  // What a service says of itself has a status, too; an access record names a request.
  if (json) flags |= Flag.NeedsRequest
  return flags
}

const compiled = new WeakMap<Format, readonly Plan[]>()

/** The plans of a format with layouts of its own, its main one first. Compiled once: every input is tried with all of them. */
export function plansOf(format: Format): readonly Plan[] {
  const plans = compiled.get(format) ?? compileFormat(format)
  compiled.set(format, plans)
  return plans
}

function compileFormat(format: Format): Plan[] {
  const { name, layout, variants = [], json, ltsv } = format
  let flags = flagsOf(format)
  if (layout !== undefined) {
    return [layout, ...variants].map((l) => compileLayout(name, l, { flags: /\$(upstream|target)_status/.test(l) ? flags | Flag.DeriveMaker : flags }))
  }
  const keys = json ?? ltsv
  if (!keys) throw new LogstatError('layout', `the format ${name} has no layout of its own`)
  if (keys.upstreamStatus) flags |= Flag.DeriveMaker
  return [compileKeys(name, json ? 'json' : 'ltsv', keys, { ...format, flags })]
}

/** All plans of a family, those of `first` in front: lines of a related layout in the same file are read, too. */
export function plansOfFamily(family: Family, first: readonly Format[]): Plan[] {
  const ours = family === 'own' ? [] : FORMATS.filter((f) => f.family === family && hasPlans(f))
  return [...first, ...ours.filter((f) => !first.includes(f))].flatMap(plansOf)
}
