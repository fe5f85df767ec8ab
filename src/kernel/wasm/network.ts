// Whether an address lies in a network: IPv4 as the IPv6 addresses that stand for it (::ffff:192.0.2.1).

/** The address that was read last, 16 bytes. */
const address = heap.alloc(16)

/** @param network 16 bytes @param bits of them that count */
export function inNetwork(network: usize, bits: u32, start: usize, end: usize): bool {
  if (!readAddress(start, end)) return false
  const whole: usize = bits >> 3
  if (memory.compare(address, network, whole) != 0) return false
  const rest = bits & 7
  return rest == 0 || (load<u8>(address + whole) ^ load<u8>(network + whole)) >> (8 - <u8>rest) == 0
}

/** `192.0.2.1`, `2001:db8::1`, in brackets, with a port or a zone behind it. */
function readAddress(start: usize, end: usize): bool {
  const s = start < end && load<u8>(start) == 0x5b ? start + 1 : start
  if (readFour(s, end, 12)) {
    memory.fill(address, 0, 10)
    store<u16>(address, 0xffff, 10)
    return true
  }
  return readSix(s, end)
}

/** Four numbers to bytes [at, at + 4). What follows them may be a port, a bracket or a zone. */
function readFour(start: usize, end: usize, at: usize): bool {
  let s = start
  for (let i: usize = 0; i < 4; i++) {
    let n: u32 = 0
    let digits = 0
    for (; s < end && digits < 3 && isDigit(load<u8>(s)); s++, digits++) n = n * 10 + load<u8>(s) - 0x30
    if (digits == 0 || n > 255) return false
    store<u8>(address + at + i, <u8>n)
    if (i < 3 && (s == end || load<u8>(s++) != 0x2e)) return false
  }
  return isOver(s, end, true)
}

/** Groups of four hexadecimal digits; `::` stands for as many zeros as are missing. */
function readSix(start: usize, end: usize): bool {
  let s = start
  /** Bytes written, and where `::` stands among them. */
  let at: usize = 0
  let gap: i32 = -1
  if (s + 1 < end && load<u16>(s) == 0x3a3a) {
    gap = 0
    s += 2
  }
  while (at < 16 && s < end && isHex(load<u8>(s))) {
    if (gap >= 0 || at == 12) {
      if (at <= 12 && readFour(s, end, at)) return close(at + 4, gap)
    }
    let n: u32 = 0
    let digits = 0
    for (; s < end && digits < 4 && isHex(load<u8>(s)); s++, digits++) n = (n << 4) | hexValue(load<u8>(s))
    store<u8>(address + at, <u8>(n >> 8))
    store<u8>(address + at + 1, <u8>n)
    at += 2
    if (s == end || load<u8>(s) != 0x3a) break
    if (s + 1 < end && load<u8>(s + 1) == 0x3a) {
      if (gap >= 0) return false
      gap = <i32>at
      s += 2
    } else s++
  }
  return isOver(s, end, false) && close(at, gap)
}

/** Move what stands behind `::` to the end. */
function close(at: usize, gap: i32): bool {
  if (gap < 0) return at == 16
  if (at > 14) return false
  const behind = at - <usize>gap
  memory.copy(address + 16 - behind, address + <usize>gap, behind)
  memory.fill(address + <usize>gap, 0, 16 - at)
  return true
}

// @ts-ignore: decorator
@inline
function isOver(s: usize, end: usize, mayHavePort: bool): bool {
  if (s == end) return true
  const c = load<u8>(s)
  return c == 0x5d || c == 0x25 || (mayHavePort && c == 0x3a)
}

// @ts-ignore: decorator
@inline
function isDigit(c: u8): bool {
  return c >= 0x30 && c <= 0x39
}

// @ts-ignore: decorator
@inline
function isHex(c: u8): bool {
  return isDigit(c) || ((c | 0x20) >= 0x61 && (c | 0x20) <= 0x66)
}

// @ts-ignore: decorator
@inline
function hexValue(c: u8): u32 {
  return isDigit(c) ? c - 0x30 : (c | 0x20) - 0x57
}
