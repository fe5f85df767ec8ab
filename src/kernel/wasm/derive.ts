// Sub-codes that a log does not write but shows: why nginx answered 400, and whether a server or one behind it made an
// error.
// They only name evidence in the line itself; without evidence there is no reason. The notes are in
// src/catalogue/data/derived.yaml.
import { setSpan, spanEnd, spanStart } from './cut'
import { cutter } from './plan'
import { Cutter, Flag, Role } from './roles'
import { BACKSLASH, BLANK, DASH } from './scan'

const NONE: i32 = 0
const TLS: i32 = 1
const PLAIN_HTTP: i32 = 2
const HEADER: i32 = 3
const CERTIFICATE: i32 = 4
const NO_REQUEST: i32 = 5
const PROTOCOL: i32 = 6
const HERE: i32 = 7
const UPSTREAM: i32 = 8

const names: StaticArray<string> = [
  '', 'tls-on-plain-port', 'http-on-tls-port', 'header-too-large', 'client-certificate', 'no-request', 'other-protocol', 'made-here', 'made-upstream',
]
// By kind: address u32 · length u32.
const texts = heap.alloc(8 * 9)
for (let i = 0; i < 9; i++) {
  store<u32>(texts + 8 * <usize>i, <u32>changetype<usize>(String.UTF8.encode(names[i])))
  store<u32>(texts + 8 * <usize>i, names[i].length, 4)
}

// The size of nginx's built-in page tells a 400 that was 494 to 497 inside. A page is
//   <html>␍␊<head><title>400 TEXT</title></head>␍␊<body>␍␊<center><h1>400 Bad Request</h1></center>␍␊<center>TEXT</center>␍␊
//   <hr><center>nginx</center>␍␊</body>␍␊</html>␍␊
// and so 158 bytes and twice the text, longer by a version (/1.9.9, /1.18.0, /1.25.10), by ` (Ubuntu)` behind it, by 16
// in old releases (`<body bgcolor="white">`), and by 402 for Chrome and old Internet Explorers (msie_padding). A size
// that two pages can have tells nothing.
// https://github.com/nginx/nginx/blob/master/src/http/ngx_http_special_response.c
const PAGE: i32 = 158
const SIZES: i32 = 1024
const pages = memory.data(1024)
addPages(34, HEADER)
addPages(25, CERTIFICATE)
addPages(36, CERTIFICATE)
addPages(45, PLAIN_HTTP)

function addPages(text: i32, kind: i32): void {
  for (let old = 0; old <= 16; old += 16) {
    addPage(PAGE + 2 * text + old, kind)
    for (let version = 6; version <= 8; version++) {
      addPage(PAGE + 2 * text + old + version, kind)
      addPage(PAGE + 2 * text + old + version + 9, kind)
    }
  }
}

function addPage(size: i32, kind: i32): void {
  addSize(size, kind)
  addSize(size + 402, kind)
}

function addSize(size: i32, kind: i32): void {
  const known = load<u8>(pages + <usize>size)
  store<u8>(pages + <usize>size, known == NONE || known == kind ? <u8>kind : 0xff)
}

/** Set the span of Reason from what the line shows; without evidence the reason is absent. */
export function derive(flags: u32, status: i32, bytesSent: i64): void {
  // A reason that a JSON log names itself is better; other layouts than JSON with a reason of their own derive none.
  if (cutter == Cutter.Json && spanStart(Role.Reason) && load<u8>(spanStart(Role.Reason)) != DASH) return
  const kind = status < 400 ? NONE : status == 400 && flags & Flag.Derive400 ? kindOf400(flags, bytesSent) : madeBy(flags, status)
  if (kind == NONE) setSpan(Role.Reason, 0, 0)
  else setSpan(Role.Reason, load<u32>(texts + 8 * <usize>kind), load<u32>(texts + 8 * <usize>kind) + load<u32>(texts + 8 * <usize>kind, 4))
}

function kindOf400(flags: u32, bytesSent: i64): i32 {
  const made = madeBy(flags, 400)
  const start = spanStart(Role.Request)
  if (!start || made == UPSTREAM) return made
  const length = spanEnd(Role.Request) - start
  if (length == 0 || (length == 1 && load<u8>(start) == DASH)) return NO_REQUEST
  if (isTlsHello(start, length)) return TLS
  if (!looksLikeHttp(start, start + length)) return PROTOCOL
  if (flags & Flag.NginxPages && bytesSent > 0 && bytesSent < SIZES) {
    const kind = load<u8>(pages + <usize>bytesSent)
    if (kind != NONE && kind != 0xff) return kind
  }
  return made
}

/**
 * A TLS record of type handshake, version 3.x, as its bytes or as nginx and Apache escape them: `\x16\x03` (in JSON
 * `\u0016\u0003`).
 */
function isTlsHello(p: usize, length: usize): bool {
  if (load<u16>(p) == 0x0316 && length >= 2) return true
  if (length >= 8 && load<u32>(p) == 0x3631785c && load<u32>(p, 4) == 0x3330785c) return true
  return length >= 12 && load<u16>(p) == 0x755c && load<u32>(p, 2) == 0x36313030 && load<u16>(p, 6) == 0x755c && load<u32>(p, 8) == 0x33303030
}

/**
 * A method, a blank, and a target that begins with `/`, `*` or a letter; of HTTP/2 in clear text (`PRI * HTTP/2.0`) the
 * method gives it away.
 */
function looksLikeHttp(p: usize, end: usize): bool {
  if (end - p >= 5 && load<u32>(p) == 0x20495250) return false
  const start = p
  while (p < end && ((load<u8>(p) | 0x20) >= 0x61 && (load<u8>(p) | 0x20) <= 0x7a || load<u8>(p) == DASH || load<u8>(p) == 0x5f)) p++
  return p > start && p + 1 < end && load<u8>(p) == BLANK && load<u8>(p, 1) != BACKSLASH
}

/**
 * Whether the status is that of the last server asked. Of most proxies 502 and 504 say nothing: they write their own as
 * the upstream's.
 */
function madeBy(flags: u32, status: i32): i32 {
  const start = spanStart(Role.UpstreamStatus)
  if (!start) return NONE
  const end = spanEnd(Role.UpstreamStatus)
  if (end == start || load<u8>(end - 1) == DASH) return HERE
  if (end - start == 1 && load<u8>(start) == 0x30) return HERE
  if (end - start < 3 || (!(flags & Flag.ExactMaker) && (status == 502 || status == 504))) return NONE
  const a = <u32>load<u8>(end - 3) - 0x30
  const b = <u32>load<u8>(end - 2) - 0x30
  const c = <u32>load<u8>(end - 1) - 0x30
  return a > 9 || b > 9 || c > 9 ? NONE : <i32>(a * 100 + b * 10 + c) == status ? UPSTREAM : HERE
}
