// Lists tell how often paths and clients that had trouble were answered: that is filled in when evidence is read out.
import { ClientRecord, PathRecord } from '../evidence-records'
import { CodeRecord, SlotRecord, StatusBits, TableHead } from '../records'
import { codeCount, codes } from './count'
import { isBrokenOff } from './evidence-entry'
import { clientCount, clients, pathCount, paths } from './evidence-troubles'
import { hashOf, keyOf, mix } from './hash'
import { Dimension } from './roles'
import { table } from './values'

/** A bit for each client that got an asset, by hash. */
const ASSET_BITS: u64 = 1 << 20
let assetBits: usize = 0

export function openAnswers(): void {
  assetBits = heap.alloc(<usize>(ASSET_BITS >> 3))
}
export function clearAnswers(): void {
  memory.fill(assetBits, 0, <usize>(ASSET_BITS >> 3))
}
// @ts-ignore: decorator
@inline
function assetByte(client: u64): usize {
  return assetBits + <usize>(client >> 20 & (ASSET_BITS - 1) >> 3)
}
// @ts-ignore: decorator
@inline
export function noteAsset(client: u64): void {
  const at = assetByte(client)
  store<u8>(at, load<u8>(at) | <u8>(<u32>1 << <u32>(client >> 17 & 7)))
}

/** So many look-ups are worth it. */
const MANY_LOOKUPS: u64 = 1 << 22

export function sumAnswers(): void {
  const pathEnd = paths + <usize>PathRecord.Size * <usize>pathCount
  for (let path = paths; path < pathEnd; path += <usize>PathRecord.Size) store<u32>(path, 0, PathRecord.Answered)
  const clientEnd = clients + <usize>ClientRecord.Size * <usize>clientCount
  for (let client = clients; client < clientEnd; client += <usize>ClientRecord.Size) {
    if (load<u32>(client, ClientRecord.Uses) == 0) continue
    store<u32>(client, 0, ClientRecord.Hits)
    store<u32>(client, 0, ClientRecord.Answered)
    const hash = load<u64>(client)
    store<u32>(client, load<u8>(assetByte(hash)) >> <u8>(hash >> 17 & 7) & 1, ClientRecord.Assets)
  }
  const isTooMuch = <u64>codeCount * <u64>(pathCount + clientCount) > MANY_LOOKUPS
  for (let c: i32 = 0; c < codeCount; c++) {
    const code = codes + <usize>CodeRecord.Size * <usize>c
    const isAnswer = isAnswered(code)
    if (isTooMuch && !isAnswer) continue
    const mixed = mix(load<u64>(code), load<u64>(code, CodeRecord.Hash))
    if (isAnswer) addPaths(mixed, pathEnd)
    addClients(mixed, isAnswer, clientEnd)
  }
}

function isAnswered(code: usize): bool {
  const statusPlus = <u32>(load<u64>(code) >> StatusBits.Status)
  const win32 = <i64>(load<u64>(code) & 0x1ffffffff) - 1
  return statusPlus >= 101 && statusPlus <= 400 && load<u32>(code, CodeRecord.ReasonLength) == 0 && !isBrokenOff(win32)
}

/** Hits of a value over all lists. @param answersOnly those of codes that are answers */
export function hitsOfValue(dimension: i32, at: usize, length: u32, answersOnly: bool): u32 {
  const hash = hashOf(at, length)
  let sum: u32 = 0
  for (let c: i32 = 0; c < codeCount; c++) {
    const code = codes + <usize>CodeRecord.Size * <usize>c
    if (!answersOnly || isAnswered(code)) sum += hitsOf(dimension, hash, mix(load<u64>(code), load<u64>(code, CodeRecord.Hash)))
  }
  return sum
}

/** Add what the list of a code has of paths. @param mixed of the code */
function addPaths(mixed: u64, end: usize): void {
  for (let path = paths; path < end; path += <usize>PathRecord.Size) {
    if (load<u32>(path, PathRecord.Uses)) store<u32>(path, load<u32>(path, PathRecord.Answered) + hitsOf(Dimension.Path, load<u64>(path), mixed), PathRecord.Answered)
  }
}
function addClients(mixed: u64, isAnswer: bool, end: usize): void {
  for (let client = clients; client < end; client += <usize>ClientRecord.Size) {
    if (load<u32>(client, ClientRecord.Uses) == 0) continue
    const hits = hitsOf(Dimension.Client, load<u64>(client), mixed)
    store<u32>(client, load<u32>(client, ClientRecord.Hits) + hits, ClientRecord.Hits)
    if (isAnswer) store<u32>(client, load<u32>(client, ClientRecord.Answered) + hits, ClientRecord.Answered)
  }
}

/** Hits of a value in a list. @param mixed of the list's code */
function hitsOf(dimension: i32, hash: u64, mixed: u64): u32 {
  const t = table(dimension)
  const slots = <usize>load<u32>(t, TableHead.Slots)
  const mask = load<u32>(t, TableHead.Mask)
  const key = keyOf(hash, mixed)
  let n = <u32>(key >> 40) & mask
  while (true) {
    const slot = slots + <usize>SlotRecord.Size * <usize>n
    const found = load<u64>(slot)
    if (found == key) return load<u32>(slot, SlotRecord.Hits)
    if (found == 0) return 0
    n = (n + 1) & mask
  }
}
