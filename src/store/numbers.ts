// Whole numbers in few bytes: seven bits a byte, the last one with the highest bit unset. null is 0, n is n + 1.

export function packNumbers(numbers: readonly (number | null)[]): Uint8Array {
  const bytes: number[] = []
  for (const number of numbers) {
    let rest = number === null ? 0 : number + 1
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80)
    bytes.push(rest)
  }
  return Uint8Array.from(bytes)
}

export function unpackNumbers(bytes: Uint8Array): (number | null)[] {
  const numbers: (number | null)[] = []
  let number = 0
  let unit = 1
  for (const byte of bytes) {
    number += (byte & 0x7f) * unit
    unit *= 0x80
    if (byte & 0x80) continue
    numbers.push(number === 0 ? null : number - 1)
    number = 0
    unit = 1
  }
  return numbers
}
