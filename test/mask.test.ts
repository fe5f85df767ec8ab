import { describe, expect, it } from 'vitest'
import { maskSample } from '../src/store/mask.js'

const FIELDS = '#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port c-ip cs(Cookie) sc-status'
const START = '203.0.113.9 - - [01/Oct/2026:00:00:00 +0000]'

/** Lines that do not fit, each with SECRET wherever a query string or a cookie stands. */
const LINES: readonly (readonly [line: string, masked: string, fields: string | null])[] = [
  [`${START} "GET /a?t=SECRET HTTP/1.1" BAD 5 "http://e.org/?SECRET" "-"`, `${START} "GET /a?… HTTP/1.1" BAD 5 "http://e.org/?…" "-"`, null],
  [`${START} "GET /a?t=SECRET and SECRET HTTP/1.1" BAD 5`, `${START} "GET /a?… HTTP/1.1" BAD 5`, null],
  [`${START} "GET /a?t=SECRET"SECRET" HTTP/1.1" BAD 5`, `${START} "GET /a?…" HTTP/1.1" BAD 5`, null],
  [`${START} "/a?SECRET SECRET" BAD 5 "-"`, `${START} "/a?…" BAD 5 "-"`, null],
  [`${START} "/a?SECRET, and cut off: SECRET`, `${START} "/a?…`, null],
  ['junk a=SECRET&b=SECRET x/y=SECRET BAD', 'junk … … BAD', null],
  ['2026-10-01 00:00:04 10.0.0.1 GET /a.aspx SECRET 443 203.0.113.9 a=SECRET;+b=SECRET BAD', '2026-10-01 00:00:04 10.0.0.1 GET /a.aspx … 443 203.0.113.9 … BAD', FIELDS],
  ['2026-10-01 00:00:04 10.0.0.1 GET - SECRET 443 203.0.113.9 SECRET BAD', '2026-10-01 00:00:04 10.0.0.1 GET - … 443 203.0.113.9 … BAD', FIELDS],
  ['2026-10-01 00:00:04 GET /a.aspx - 443 BAD', '2026-10-01 00:00:04 GET /a.aspx - 443 BAD', null],
  ['203.0.113.9, -, 1/10/2026, 0:00:00, W3SVC1, WEB, 10.0.0.1, 5, 1, 2, BAD, 0, GET, /a.asp, SECRET,', '203.0.113.9, -, 1/10/2026, 0:00:00, W3SVC1, WEB, 10.0.0.1, 5, 1, 2, BAD, 0, GET, /a.asp, …,', null],
  ['{"uri":"/a?t=SECRET","args":"SECRET SECRET","query_string":{"t":"SECRET"},"cookie":["SECRET"],"status":"BAD"}', '{"uri":"/a?…","args":…,"query_string":…},"cookie":…],"status":"BAD"}', null],
  ['{"uri":"/a","status":"BAD"}', '{"uri":"/a","status":"BAD"}', null],
  [String.raw`{"uri":"/a\u003ft=SECRET","status":"BAD"}`, '{"uri":"…","status":"BAD"}', null],
  ['time:2026-10-01T00:00:00Z\treq:GET /a?t=SECRET HTTP/1.1\targs:SECRET SECRET\tstatus:BAD', 'time:2026-10-01T00:00:00Z\treq:GET /a?… HTTP/1.1\targs:…\tstatus:BAD', null],
] // biome-ignore format: a table

describe('a line that is kept as a sample', () => {
  it.each(LINES)('holds no query string: %s', (line, masked, fields) => {
    const { text, column } = maskSample(line, Math.max(0, line.indexOf('BAD')), fields, undefined)
    expect(text).toBe(masked)
    // The place where it stopped to fit is still pointed at.
    expect(column).toBe(Math.max(0, text.indexOf('BAD')))
  })
  it.each([
    ['203.0.113.9 - -', '<203.0.113.9> - -'],
    ['203.0.113.9, 198.51.100.7:80', '<203.0.113.9>, <198.51.100.7>:80'],
    ['::ffff:203.0.113.9 x', '<::ffff:203.0.113.9> x'],
    ['[2001:db8:77:1::5]:443 x', '[<2001:db8:77:1::5>]:443 x'],
    [
      '2026-10-01 00:00:04 1.2.3 1.2.3.4.5 [01/Oct/2026:00:00:00 +0000]',
      '2026-10-01 00:00:04 1.2.3 1.2.3.4.5 [01/Oct/2026:00:00:00 +0000]',
    ],
  ])('has its addresses replaced: %s', (line, masked) => {
    expect(
      maskSample(line, 0, null, {
        joins: false,
        address: (text) => `<${text}>`,
        path: (text) => text,
        list: (_, list) => list,
      }).text,
    ).toBe(masked)
  })
  it.each([
    [
      `203.0.113.9 - SECRET [01/Oct/2026:00:00:00 +0000] "GET /a HTTP/1.1" BAD`,
      '<203.0.113.9> - … [01/Oct/2026:00:00:00 +0000] "GET /a HTTP/1.1" BAD',
      null,
    ],
    [
      '203.0.113.9 SECRET SECRET SECRET [01/Oct/2026:00:00:00 +0000] BAD',
      '<203.0.113.9> … … … [01/Oct/2026:00:00:00 +0000] BAD',
      null,
    ],
    [
      'example.com 203.0.113.9 - - [01/Oct/2026:00:00:00 +0000] BAD',
      'example.com <203.0.113.9> - - [01/Oct/2026:00:00:00 +0000] BAD',
      null,
    ],
    [
      '2026-10-01 00:00:04 GET SECRET BAD',
      '2026-10-01 00:00:04 GET … BAD',
      '#Fields: date time cs-method cs-username sc-status',
    ],
    ['x EXAMPLE\\\\SECRET SECRET@example.com BAD', 'x … … BAD', null],
    [
      '{"remote_user":"SECRET","user":{"name":"SECRET"},"user_agent":"curl","status":"BAD"}',
      '{"remote_user":…,"user":…},"user_agent":"curl","status":"BAD"}',
      null,
    ],
    ['time:x\tuser:SECRET\tua:curl\tstatus:BAD', 'time:x\tuser:…\tua:curl\tstatus:BAD', null],
    ['- - "GET /a;v=SECRET;jsessionid=SECRET/b#SECRET HTTP/1.1" BAD', '- - "GET … HTTP/1.1" BAD', null],
    ['- - "GET /a/b#SECRET HTTP/1.1" BAD', '- - "GET /a/b#… HTTP/1.1" BAD', null],
  ])('has the names of people hidden: %s', (line, masked, fields) => {
    const { text, column } = maskSample(line, line.indexOf('BAD'), fields, {
      joins: false,
      address: (a) => `<${a}>`,
      path: (text) => text,
      list: (_, list) => list,
    })
    expect(text).not.toContain('SECRET')
    expect(text).toBe(masked)
    expect(column).toBe(text.indexOf('BAD'))
  })
})
