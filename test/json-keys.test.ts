import { describe, expect, it } from 'vitest'
import type { Format } from '../src/format/format.js'
import { formatNamed, plansOf } from '../src/format/registry.js'
import { countFast } from './support.js'

/** What is counted of a JSON line in which all is named as somebody names it. */
function entryOf(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { counts, tally } = countFast(
    Buffer.from(`${JSON.stringify(values)}\n`),
    plansOf(formatNamed('json') as Format),
  )
  const [code] = [...tally.codes.values()]
  if (!code) return { rejected: counts.rejected }
  const first = (list: { values: readonly { value: string }[] }): string | undefined => list.values[0]?.value
  return {
    status: code.status,
    substatus: code.substatus,
    win32Status: code.win32Status,
    time: code.firstSeen === null ? null : new Date(code.firstSeen * 1000).toISOString(),
    timeTakenUs: code.timed ? code.timeTakenUs : null,
    client: first(code.lists.client),
    method: first(code.lists.method),
    path: first(code.lists.path),
  }
}
const BASE = { time: '2024-05-01T10:00:00Z', remote_addr: '192.0.2.1', method: 'GET', path: '/a', status: 200 }

describe('JSON keys', () => {
  it.each([
    ['duration', 250, 250_000],
    ['duration', '250ms', 250_000],
    ['duration', 0.25, 250_000],
    ['duration', '1m2.5s', 62_500_000],
    ['duration', '12.5 ms', 12_500],
    ['latency', '0.250s', 250_000],
    ['latency', '1.5 seconds', 1_500_000],
    ['latency', '317µs', 317],
    ['latency', '317us', 317],
    ['latency_human', '51.5µs', 52],
    ['latency', '81234ns', 81],
    ['responsetime', '0.250', 250_000],
    ['response_time', 35, 35_000],
    ['responseTime', 12.25, 12_250],
    ['request_time', '0.004', 4_000],
    ['time-taken', '0.083', 83_000],
    ['time-taken', '83', 83_000],
    ['latency_ms', 7.5, 7_500],
    ['duration_ns', 1_500_000, 1_500],
    ['request_time', 'soon', null],
    ['duration', '3 apples', null],
  ] as const)('%s of %s is so many µs', (key, value, us) => {
    expect(entryOf({ ...BASE, [key]: value })).toMatchObject({ timeTakenUs: us })
  })
  it('in objects: ECS, with its durations in ns', () => {
    const line = {
      '@timestamp': '2024-05-01T10:00:00Z',
      http: { request: { method: 'GET' }, response: { status_code: 404 } },
      iis: { access: { sub_status: 7, win32_status: 2 } },
      url: { path: '/a' },
      source: { address: '192.0.2.7' },
      event: { duration: 2_000_000 },
    }
    expect(entryOf(line)).toMatchObject({
      status: 404,
      substatus: 7,
      win32Status: 2,
      path: '/a',
      client: '192.0.2.7',
      timeTakenUs: 2_000,
    })
  })
  it('of W3C logs, date and time apart', () => {
    const line = {
      date: '2024-05-01',
      time: '10:00:00',
      'c-ip': '192.0.2.7',
      'cs-method': 'GET',
      'cs-uri-stem': '/a',
      'sc-status': '503',
      'sc-substatus': '3',
    }
    expect(entryOf(line)).toMatchObject({
      status: 503,
      substatus: 3,
      time: '2024-05-01T10:00:00.000Z',
      method: 'GET',
      path: '/a',
      client: '192.0.2.7',
    })
    expect(entryOf({ ...BASE, time: undefined, date: '2024-05-01 10:00:00' })).toMatchObject({
      time: '2024-05-01T10:00:00.000Z',
    })
    expect(entryOf({ ...BASE, time: undefined, date: '2024-05-01' })).toMatchObject({ time: null })
  })
  it.each(['requestTime', 'logTime', 'start', 'createdAt', 'Timestamp', 'event_time', 'started_at'])(
    '%s is a time',
    (key) => {
      expect(entryOf({ ...BASE, time: undefined, [key]: '01/May/2024:10:00:00 +0000' })).toMatchObject({
        time: '2024-05-01T10:00:00.000Z',
      })
    },
  )
  it('keep the method of a request line beside a key with the path, in any order', () => {
    const { method: _, path: __, ...rest } = BASE
    const request = 'POST /a?x=1 HTTP/1.1'
    for (const line of [
      { ...rest, request, request_uri: '/a?x=1' },
      { request_uri: '/a', ...rest, request },
      { ...rest, request, uri: '/a' },
    ])
      expect(entryOf(line)).toMatchObject({ method: 'POST', path: '/a' })
    expect(entryOf({ ...rest, request: '/a', method: 'PUT' })).toMatchObject({ method: 'PUT', path: '/a' })
  })
  it('may hold nothing, or be fewer: a client, a method or a path is enough', () => {
    expect(entryOf({ ...BASE, method: null, path: null })).toMatchObject({
      status: 200,
      method: undefined,
      path: undefined,
    })
    expect(entryOf({ time: BASE.time, client_ip: '192.0.2.7', status: 200 })).toMatchObject({
      status: 200,
      client: '192.0.2.7',
    })
    expect(entryOf({ time: BASE.time, method: 'GET', status: 404 })).toMatchObject({ status: 404, method: 'GET' })
    expect(entryOf({ time: BASE.time, message: 'healthy', status: 200 })).toEqual({ rejected: 1 })
  })
})
