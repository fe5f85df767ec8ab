import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Report } from '../src/report/report.js'
import { codeName } from '../src/report/shape.js'
import { logstatHere as logstat } from './support.js'

// Whose note explains a code: the notes of each server and service are reached from its logs.

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'logstat-authorities-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const w3c = (...rows: readonly string[]): string =>
  [
    '#Software: Microsoft Internet Information Services 10.0',
    '#Fields: date time cs-method cs-uri-stem c-ip cs(User-Agent) sc-status sc-substatus sc-win32-status time-taken',
    ...rows.map((row) => `2026-11-22 10:00:00 ${row}`),
  ].join('\n')
const json = (...rows: readonly object[]): string => rows.map((row) => JSON.stringify(row)).join('\n')
const caddy = (status: number): object => ({
  level: 'info',
  ts: 1795341600.5,
  logger: 'http.log.access.log0',
  msg: 'handled request',
  request: {
    remote_ip: '192.0.2.1',
    remote_port: '40000',
    proto: 'HTTP/2.0',
    method: 'GET',
    host: 'example.com',
    uri: '/a',
    headers: { 'User-Agent': ['curl/8'] },
  },
  duration: 0.01,
  size: 10,
  status,
  resp_headers: {},
})
const traefik = (status: number): object => ({
  ClientAddr: '192.0.2.1:40000',
  ClientHost: '192.0.2.1',
  DownstreamContentSize: 10,
  DownstreamStatus: status,
  Duration: 1000000,
  OriginStatus: 0,
  RequestHost: 'example.com',
  RequestMethod: 'GET',
  RequestPath: '/a',
  RequestProtocol: 'HTTP/1.1',
  RouterName: 'web@docker',
  StartUTC: '2026-11-22T10:00:00.000000000Z',
  level: 'info',
  msg: '',
  time: '2026-11-22T10:00:00Z',
})
const envoy = (status: number, flags: string): string =>
  `[2026-11-22T10:00:00.000Z] "GET /a HTTP/1.1" ${status} ${flags} 0 57 12 - "-" "curl/8" "0b1c2d3e-0000-4000-8000-000000000000" "example.com" "192.0.2.10:80"`
const haproxy = (status: number, state: string): string =>
  `Nov 22 10:00:00 lb haproxy[123]: 192.0.2.1:40000 [22/Nov/2026:10:00:00.000] web app/s1 0/0/1/2/3 ${status} 212 - - ${state} 1/1/1/1/0 0/0 "GET /a HTTP/1.1"`
const squid = (result: string): string =>
  `1795341600.123    150 192.0.2.1 ${result} 1200 GET http://example.com/a - HIER_DIRECT/192.0.2.9 text/html`

describe('the note of a code is that of', () => {
  it.each([
    ['IIS', w3c('GET /a 192.0.2.1 b 404 0 2 1'), '404.0', 'iis'],
    ['Exchange, below its paths', w3c('GET /EWS/Exchange.asmx 192.0.2.1 b 456 0 0 1'), '456.0', 'microsoft-exchange'],
    ['ActiveSync', w3c('POST /Microsoft-Server-ActiveSync/x 192.0.2.1 b 451 0 0 1'), '451.0', 'microsoft-exchange'],
    ['Outlook on the web', w3c('GET /owa/ 192.0.2.1 b 440 0 0 1'), '440.0', 'microsoft'],
    ['ASP.NET Core', w3c('GET /a 192.0.2.1 b 499 0 0 1'), '499.0', 'aspnet-core'],
    ['Caddy', json(caddy(499)), '499', 'caddy'],
    ['Caddy without a status', json(caddy(0)), '000', 'caddy'],
    ['Traefik', json(traefik(499)), '499 made-here', 'traefik'],
    ['Traefik, gateway timeout', json(traefik(504)), '504 made-here', 'traefik'],
    ['Squid without an answer', squid('TCP_MISS_ABORTED/000'), '000', 'squid'],
    ['Squid, from its parts', squid('TCP_MISS_TIMEDOUT/503'), '503 TCP_MISS_TIMEDOUT', 'squid'],
    ['Squid, refused', squid('TCP_DENIED/403'), '403 TCP_DENIED', 'squid'],
    ['Envoy, several flags', envoy(503, 'UF,URX'), '503 UF,URX', 'envoy'],
    ['Envoy, one flag', envoy(403, 'UAEX'), '403 UAEX', 'envoy'],
    ['HAProxy', haproxy(504, 'sH--'), '504 sH--', 'haproxy'],
    ['HAProxy, from its letters', haproxy(500, 'IH--'), '500 IH--', 'haproxy'],
  ])('%s', async (name, text, code, authority) => {
    const file = join(folder, `${name.replace(/\W+/g, '-')}.log`)
    writeFileSync(file, `${text}\n`)
    const run = await logstat([file, '--format', 'json'])
    expect([run.status, run.stderr]).toEqual([0, ''])
    const report = JSON.parse(run.stdout) as Report
    expect(report.codes.map((c) => [codeName(c), c.explanation?.authority])).toEqual([[code, authority]])
    // A problem says what to do first.
    const quiet = Object.keys(report.codes[0]?.verdicts ?? {}).every((v) => v === 'normal' || v === 'noise')
    if (!quiet) expect(report.codes[0]?.explanation?.checks[0]?.length).toBeGreaterThan(20)
  })
  it('the server that --server names, whatever the format says', async () => {
    const file = join(folder, 'access.log')
    writeFileSync(file, '192.0.2.1 - - [22/Nov/2026:10:00:00 +0000] "GET /a HTTP/1.1" 404 196 "-" "b"\n')
    for (const [server, authority] of [
      ['apache', 'apache'],
      ['nginx', 'nginx'],
      ['caddy', 'caddy'],
    ]) {
      const run = await logstat([file, '--server', server as string, '--format', 'json'])
      const report = JSON.parse(run.stdout) as Report
      expect([report.inputs[0]?.server, report.codes[0]?.explanation?.authority]).toEqual([server, authority])
    }
  })
})
