/**
 * Node's cryptography, loaded when something is hashed: a report from a log hashes nothing, and loading takes a
 * twentieth of its start.
 */
const crypto = () => process.getBuiltinModule('node:crypto')

export const sha256 = (bytes: Uint8Array): Buffer => crypto().hash('sha256', bytes, 'buffer')

/** Keyed, as hexadecimal digits. */
export const hmac = (key: string, text: string): string => crypto().createHmac('sha256', key).update(text).digest('hex')

/** So many random bytes as hexadecimal digits. */
export const randomHex = (bytes: number): string => crypto().randomBytes(bytes).toString('hex')
