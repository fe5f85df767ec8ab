// LTSV (http://ltsv.org): label:value fields between tabs, in any order; labels that nobody asked for are passed over.
import { fail } from './cut'
import { beginTaking, take } from './cut-json'
import { pathOf, ROOT, stepAt } from './plan'
import { Reject } from './roles'
import { findOrNewline, NEWLINE, trimReturn } from './scan'

const TAB: u8 = 0x09

export function cutLtsv(line: usize): usize {
  beginTaking()
  const colon = i8x16.splat(0x3a)
  const tab = i8x16.splat(TAB)
  let p = line
  while (true) {
    const label = p
    p = findOrNewline(p, colon)
    if (load<u8>(p) == NEWLINE) return fail(Reject.Layout, 0, label)
    const step = stepAt(pathOf(ROOT, label, <u32>(p - label)))
    const start = p + 1
    p = findOrNewline(start, tab)
    const last = load<u8>(p) == NEWLINE
    const end = last ? trimReturn(start, p) : p
    if (step > 0) take(step - 1, start, end, false)
    if (last) return p
    p++
  }
}
