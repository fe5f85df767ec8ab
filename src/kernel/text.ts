import { isUtf8 } from 'node:buffer'

// Bytes of a log as text for people.

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

/**
 * Bytes of a log as text: UTF-8 where it is valid, otherwise bytes above 0x7f as `\xHH`, so that nothing is lost or
 * invented.
 */
export function decode(bytes: Uint8Array): string {
  if (isUtf8(bytes)) return utf8.decode(bytes)
  let text = ''
  for (const byte of bytes)
    text += byte < 0x80 ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0').toUpperCase()}`
  return text
}

/** How many characters of `decode(bytes)` stand before the byte at `at`. */
export function characterAt(bytes: Uint8Array, at: number): number {
  const before = bytes.subarray(0, at)
  if (!isUtf8(bytes)) return before.reduce((n, byte) => n + (byte < 0x80 ? 1 : 4), 0)
  // A place inside a character is that of the character.
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(before, { stream: true }).length
}
