// Time stamps of every other shape: `07/Oct/2023 12:00:00`, `Wed, 07 Oct 2015 13:13:18 GMT`, `Sun Mar  6 22:56:30
// 2016`, `10/07/2021:13:11:25 -0000`, `2024/05/01 10:00:00.5`, `01.05.2024 10:00`, `20240501T100000Z`, `5. Mär 2024
// 10:00:00 CEST`, `5/1/2024 10:00:00 PM`. Time stamps are taken apart at what is no letter and no digit; what each part
// is follows from its form and its neighbours. A part that fits nothing makes the time unknown.
import { DASH } from './scan'

const NOTHING: i32 = -1
/** The parts of a time that `readWords` found; NOTHING where a part is absent. */
export let foundYear: i32 = 0
export let foundMonth: i32 = 0
export let foundDay: i32 = 0
/** Seconds since midnight, which a leap second makes 86400. */
export let foundSeconds: i32 = 0
/** Seconds east of UTC; NO_ZONE where none is named. */
export let foundZone: i32 = 0
export const NO_ZONE: i32 = i32.MIN_VALUE

/**
 * Names of months by their first letters, without accents, in English, German, French, Spanish, Italian, Portuguese,
 * Dutch, Polish, Turkish and the languages of Scandinavia.
 */
const MONTHS: StaticArray<string> = [
  'jan ene gen sty oca', 'feb fev lut sub', 'mar mrz mrt', 'apr avr abr kwi nis', 'may mai mag mei maj', 'jun juin giu cze haz', 'jul juil lug lip tem',
  'aug aou ago sie agu', 'sep set wrz eyl', 'oct okt ott out paz eki', 'nov lis kas', 'dec dez dic des gru ara',
]
/**
 * Names of zones that mean one thing everywhere, and seconds east; CST, IST and BST do not, and are read as the log's
 * own zone.
 */
const ZONES: StaticArray<string> = ['utc', 'gmt', 'ut', 'z', 'wet', 'west', 'cet', 'cest', 'mez', 'mesz', 'eet', 'eest', 'msk', 'est', 'edt', 'cdt', 'mst', 'mdt', 'pst', 'pdt', 'jst', 'kst', 'aest', 'aedt']
const ZONE_HOURS: StaticArray<i32> = [0, 0, 0, 0, 0, 1, 1, 2, 1, 2, 2, 3, 3, -5, -4, -5, -7, -6, -8, -7, 9, 9, 10, 11]

/** Letters as a number, the first in the highest place; a name of months or zones has at most seven. */
function packed(name: string, from: i32, to: i32): u64 {
  let n: u64 = 0
  for (let i = from; i < to; i++) n = (n << 8) | <u64>name.charCodeAt(i)
  return n
}

const MAX_NAMES: i32 = 96
// name: letters u64 · month or seconds i32 · how many letters u32
const names = heap.alloc(16 * <usize>MAX_NAMES)
let monthNames: i32 = 0
let allNames: i32 = 0
for (let month = 0; month < 12; month++) {
  const list = MONTHS[month]
  for (let i = 0, from = 0; i <= list.length; i++) {
    if (i < list.length && list.charCodeAt(i) != 0x20) continue
    addName(packed(list, from, i), month + 1, i - from)
    from = i + 1
  }
}
monthNames = allNames
for (let i = 0; i < ZONES.length; i++) addName(packed(ZONES[i], 0, ZONES[i].length), ZONE_HOURS[i] * 3600, ZONES[i].length)

function addName(letters: u64, value: i32, length: i32): void {
  const name = names + 16 * <usize>allNames
  allNames++
  store<u64>(name, letters)
  store<i32>(name, value, 8)
  store<i32>(name, length, 12)
}

/** A month by its first letters. 0: none */
function monthNamed(letters: u64, length: i32): i32 {
  for (let i = 0; i < monthNames; i++) {
    const name = names + 16 * <usize>i
    const known = load<i32>(name, 12)
    if (length >= known && letters >> (<u64>(length - known) << 3) == load<u64>(name)) return load<i32>(name, 8)
  }
  return 0
}

function zoneNamed(letters: u64): i32 {
  for (let i = monthNames; i < allNames; i++) {
    const name = names + 16 * <usize>i
    if (letters == load<u64>(name)) return load<i32>(name, 8)
  }
  return NO_ZONE
}

/** The letter at p without its accent, small: of ASCII, Latin-1, or two bytes of UTF-8. 0: none */
function letterAt(p: usize, end: usize): u64 {
  const byte = load<u8>(p)
  const small = byte | 0x20
  if (small >= 0x61 && small <= 0x7a) return small
  if (byte < 0xc3) return 0
  const next = p + 1 < end ? load<u8>(p, 1) : 0
  const isUtf8 = next >= 0x80 && next < 0xc0
  if (byte == 0xc4) return isUtf8 ? 0x67 : 0x61
  if (byte == 0xc5) return isUtf8 ? (next >= 0xb9 ? 0x7a : 0x73) : 0x61
  const accented = (isUtf8 && byte == 0xc3 ? next | 0x40 : byte) | 0x20
  if (accented >= 0xe0 && accented <= 0xe5) return 0x61
  if (accented >= 0xe8 && accented <= 0xeb) return 0x65
  return accented >= 0xf9 && accented <= 0xfc ? 0x75 : 0x78
}

let at: usize = 0
/** Where the time of day ended. */
let clockEnd: usize = 0
/** Numbers of the date in their order, and how many digits the first has. */
const numbers = heap.alloc(12)
let numberCount: i32 = 0
let firstDigits: i32 = 0
/** The byte behind the first number of the date. */
let mark: u8 = 0

// @ts-ignore: decorator
@inline
function isDigit(p: usize, end: usize): bool {
  return p < end && <u32>load<u8>(p) - 0x30 <= 9
}

/** The number at `at`, which moves behind it. */
function number(end: usize): i32 {
  let n = 0
  for (; isDigit(at, end); at++) n = n < 100000000 ? n * 10 + (<i32>load<u8>(at) - 0x30) : n
  return n
}

/** `:55`, `:36` and `.123` behind the hour, from `at` on. @returns whether it is a time of day */
function readClock(hour: i32, end: usize): bool {
  at++
  const minute = number(end)
  let second = 0
  if (at < end && load<u8>(at) == 0x3a && isDigit(at + 1, end)) {
    at++
    second = number(end)
  }
  if (at + 1 < end && (load<u8>(at) == 0x2e || load<u8>(at) == 0x2c) && isDigit(at + 1, end)) for (at++; isDigit(at, end); ) at++
  clockEnd = at
  foundSeconds = hour * 3600 + minute * 60 + second
  return hour <= 23 && minute <= 59 && second <= 60
}

/**
 * Whether the sign before `at` is that of a zone: it stands behind a time of day, a blank or letters, not between
 * numbers of a date.
 */
function isOffset(p: usize): bool {
  return foundSeconds != NOTHING && at - 2 >= p && (at - 1 == clockEnd || !isDigit(at - 2, at))
}

/** `+0100`, `+01:00`, `+01` behind the time of day. */
function readOffset(sign: u8, end: usize): bool {
  const from = at
  let hour = number(end)
  let minute = 0
  const digits = at - from
  if (digits == 4) {
    minute = hour % 100
    hour /= 100
  } else if (digits > 2) return false
  else if (at < end && load<u8>(at) == 0x3a && isDigit(at + 1, end)) {
    at++
    minute = number(end)
  }
  if (hour > 23 || minute > 59) return false
  const east = hour * 3600 + minute * 60
  foundZone = sign == DASH ? -east : east
  return true
}

/** Digits that are part of a date or a time of day. */
function readDigits(end: usize): bool {
  const from = at
  const n = number(end)
  const digits = <i32>(at - from)
  const isClock = digits <= 2 && isDigit(at + 1, end) && load<u8>(at) == 0x3a && foundSeconds == NOTHING
  // The year of two digits before a time of day: 07/10/23:13:55:36.
  const isYear = numberCount == 2 - (foundMonth == NOTHING ? 0 : 1) && load<u8>(from - 1) == mark && (mark == 0x2f || mark == DASH)
  if (isClock && !isYear) return readClock(n, end)
  if (digits == 8 && numberCount == 0) {
    foundYear = n / 10000
    foundMonth = n / 100 % 100
    foundDay = n % 100
    return true
  }
  if (digits == 6 && foundSeconds == NOTHING && foundYear != NOTHING) {
    foundSeconds = n / 10000 * 3600 + n / 100 % 100 * 60 + n % 100
    if (at + 1 < end && load<u8>(at) == 0x2e) for (at++; isDigit(at, end); ) at++
    return n / 10000 <= 23 && n / 100 % 100 <= 59 && n % 100 <= 60
  }
  if (digits > 4 || digits == 3 || numberCount == 3) return false
  if (numberCount == 0) {
    firstDigits = digits
    mark = at < end ? load<u8>(at) : 0
  }
  store<i32>(numbers + 4 * <usize>numberCount, digits == 4 ? n + 100000 : n)
  numberCount++
  return true
}

/** Letters: a month, a zone, half of a day, or the name of a week's day, which tells nothing. */
function readName(end: usize): bool {
  let letters: u64 = 0
  let length = 0
  for (let letter: u64; at < end && (letter = letterAt(at, end)) != 0; at++) {
    if (load<u8>(at) >= 0xc3 && at + 1 < end && load<u8>(at, 1) >= 0x80 && load<u8>(at, 1) < 0xc0) at++
    if (length < 7) letters = (letters << 8) | letter
    if (length < 7) length++
  }
  if (letters == 0x616d || letters == 0x706d) return addHalfDay(letters == 0x706d)
  // Of two, as `mar 06 oct 2015`, the former is the name of a week's day.
  const month = monthNamed(letters, length)
  if (month) foundMonth = month
  else if (foundSeconds != NOTHING) {
    const zone = zoneNamed(letters)
    if (zone != NO_ZONE) foundZone = zone
  }
  return true
}

/** 12 AM is midnight, 12 PM noon. */
function addHalfDay(afternoon: bool): bool {
  const hour = foundSeconds / 3600
  if (foundSeconds == NOTHING || hour > 12 || hour == 0) return false
  if (hour == 12) foundSeconds -= 43200
  if (afternoon) foundSeconds += 43200
  return true
}

/** Which of the numbers is what. @returns whether it is a date */
function settleDate(): bool {
  if (foundYear != NOTHING) return numberCount == 0
  let a = load<i32>(numbers)
  let b = load<i32>(numbers, 4)
  let c = load<i32>(numbers, 8)
  if (foundMonth != NOTHING) {
    if (numberCount != 2) return false
    // The year has four digits, or comes last.
    foundDay = a >= 100000 ? b : a
    foundYear = a >= 100000 ? a : b
  } else {
    if (numberCount != 3) return false
    if (a >= 100000 || firstDigits == 4) {
      foundYear = a
      foundMonth = b
      foundDay = c
    } else {
      // 10/07/2021 begins with the month, 10.07.2021 and 10-07-2021 with the day, as far as that may be.
      const monthFirst = mark == 0x2f ? a <= 12 : b > 12
      foundMonth = monthFirst ? a : b
      foundDay = monthFirst ? b : a
      foundYear = c
    }
  }
  if (foundYear >= 100000) foundYear -= 100000
  else foundYear += foundYear < 70 ? 2000 : 1900
  return foundDay < 100 && foundMonth < 100
}

/** Take a time stamp in [p, end) apart. @returns whether it has a date and a time of day */
export function readWords(p: usize, end: usize): bool {
  foundYear = foundMonth = foundDay = foundSeconds = NOTHING
  foundZone = NO_ZONE
  numberCount = firstDigits = 0
  clockEnd = 0
  mark = 0
  at = p
  while (at < end) {
    const byte = load<u8>(at)
    if (isDigit(at, end)) {
      if (!readDigits(end)) return false
    } else if (letterAt(at, end)) {
      if (!readName(end)) return false
    } else {
      at++
      // JavaScript puts the name of the zone in parentheses at the end.
      if (byte == 0x28) break
      if ((byte == 0x2b || byte == DASH) && isDigit(at, end) && isOffset(p) && !readOffset(byte, end)) return false
    }
  }
  return foundSeconds != NOTHING && settleDate()
}
