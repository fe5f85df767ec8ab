import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs'

/**
 * The module and the secret that all kernels of a run share. Plain data but for the code, so that it can be sent to
 * another thread.
 */
export interface KernelCode {
  /** The module is compiled and optimised once. */
  readonly module: WebAssembly.Module
  /** Hashes rest on the secret (`secretOf`). Counts can only be added up where it is the same. */
  readonly secret: Uint8Array
}

/** As much as src/kernel/wasm/hash.ts has room for. */
const SECRET_BYTES = 1072

let shared: KernelCode | undefined
/** The kernel's code, and the secret of this run. */
export function kernelCode(): KernelCode {
  shared ??= {
    module: new WebAssembly.Module(readFileSync(new URL('../../dist/generated/kernel.wasm', import.meta.url))),
    secret: secretOf(randomBytes(SECRET_BYTES)),
  }
  return shared
}

/** The secret that random bytes are: its factors are odd (src/kernel/wasm/hash.ts). */
export function secretOf(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte, i) => (i === 8 || i === 16 ? byte | 1 : byte))
}

/**
 * Random bytes of the system. Node's cryptography takes 4 ms to load, a twentieth of a small report's start, so it is
 * asked only where there is no other way.
 */
function randomBytes(n: number): Uint8Array {
  const bytes = Buffer.alloc(n)
  let fd: number | undefined
  try {
    fd = openSync('/dev/urandom', 'r')
    if (fstatSync(fd).isCharacterDevice() && readSync(fd, bytes, 0, n, null) === n) return bytes
  } catch {
    // Windows has no such file.
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
  return globalThis.crypto.getRandomValues(bytes)
}
