import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import combined from '../src/format/records/combined.js'
import { plansOf } from '../src/format/registry.js'
import { randomHex } from '../src/hash.js'
import { type KernelCode, kernelCode, secretOf } from '../src/kernel/code.js'
import { Kernel } from '../src/kernel/kernel.js'
import type { Tally } from '../src/tally/tally.js'
import { feed, readWhole } from './support.js'

const newSecret = (): Uint8Array => secretOf(Buffer.from(randomHex(1072), 'hex'))
const codeWith = (secret: Uint8Array): KernelCode => ({ module: kernelCode().module, secret })

/** The hash of a kernel with a secret. */
function hasherOf(secret: Uint8Array): (text: Uint8Array) => bigint {
  const kernel = new Kernel({ tables: false, code: codeWith(secret) })
  const at = kernel.allocate(8192)
  const memory = new Uint8Array(kernel.wasm.memory.buffer)
  return (text) => {
    // What stands behind a text must not matter.
    memory.fill(0xa5, at, at + text.length + 64)
    memory.set(text, at)
    return BigInt.asUintN(64, kernel.wasm.hashOf(at, text.length))
  }
}

const U64 = (1n << 64n) - 1n
const U32 = (1n << 32n) - 1n

/** The same in plain numbers: NH as RFC 4418 (UMAC) writes it, twice, and `mix`. */
function slowHasher(secret: Uint8Array): { hash(text: Uint8Array): bigint; unmix(hash: bigint): bigint } {
  const view = new DataView(secret.buffer, secret.byteOffset, secret.length)
  const [added, f, g] = [0, 8, 16].map((at) => view.getBigUint64(at, true)) as [bigint, bigint, bigint]
  const fold = (n: bigint): bigint => n ^ (n >> 32n)
  const mix = (a: bigint, b: bigint): bigint => fold(((fold(((a ^ added) * f) & U64) + b) * g) & U64)
  const key = (i: number): bigint => BigInt(view.getUint32(32 + 4 * i, true))
  const nh = (words: readonly (bigint | undefined)[], shift: number): bigint => {
    let sum = 0n
    for (let i = 0; i < words.length; i += 8)
      for (let j = i; j < i + 4; j++)
        if (words[j] !== undefined)
          sum +=
            (((words[j] as bigint) + key(j + shift)) & U32) * (((words[j + 4] as bigint) + key(j + 4 + shift)) & U32)
    return sum & U64
  }
  const hash = (text: Uint8Array): bigint => {
    const n = text.length
    if (n < 8)
      return mix(
        (Buffer.concat([Buffer.alloc(8 - n), text]).readBigUInt64LE() & ~0xffn) | (n === 0 ? 0n : BigInt(n)),
        0n,
      )
    if (n > 1024) {
      let h = BigInt(n)
      let at = 0
      for (; at < n - 1024; at += 1024) h = mix(h, hash(text.subarray(at, at + 1024)))
      return mix(h, hash(text.subarray(n - 1024)))
    }
    const blocks: Uint8Array[] = []
    if (n > 32) {
      for (let at = 0; at < n - 32; at += 32) blocks.push(text.subarray(at, at + 32))
      blocks.push(text.subarray(n - 32))
    } else if (n > 16) blocks.push(text.subarray(0, 16), text.subarray(n - 16))
    else blocks.push(text.subarray(0, 8), text.subarray(n - 8))
    const bytes = Buffer.concat(blocks)
    const all = Array.from({ length: bytes.length / 4 }, (_, i) => BigInt(bytes.readUInt32LE(4 * i)))
    // Of a short text only the first two of each four words are there.
    const words = n > 16 ? all : [all[0], all[1], undefined, undefined, all[2], all[3], undefined, undefined]
    return mix((nh(words, 0) + BigInt(n)) & U64, nh(words, 4))
  }
  const inverse = (odd: bigint): bigint => {
    let x = odd
    for (let i = 0; i < 6; i++) x = (x * (2n - odd * x)) & U64
    return x
  }
  const unmix = (h: bigint): bigint => ((fold((fold(h) * inverse(g)) & U64) * inverse(f)) & U64) ^ added
  return { hash, unmix }
}

/** A text of seven bytes and a longer one that share a hash under a secret: whoever knows it finds them at once. */
function collisionFor(secret: Uint8Array): readonly [Uint8Array, Uint8Array] {
  const { hash, unmix } = slowHasher(secret)
  for (let i = 0; ; i++) {
    const long = Buffer.from(`/a/longer/path?n=${i}`)
    const word = Buffer.alloc(8)
    word.writeBigUInt64LE(unmix(hash(long)))
    if (word[0] === 7) return [word.subarray(1), long]
  }
}

describe('the hash', () => {
  it('is what its definition says', () => {
    const secret = newSecret()
    const fast = hasherOf(secret)
    const { hash } = slowHasher(secret)
    fc.assert(
      fc.property(
        fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 80 }), fc.uint8Array({ minLength: 900, maxLength: 3100 })),
        (text) => {
          expect(fast(text)).toBe(hash(text))
        },
      ),
      { numRuns: 500 },
    )
  })
  it('of two texts that somebody made equal for one secret differs under all others', () => {
    for (let i = 0; i < 5; i++) {
      const secret = newSecret()
      const [a, b] = collisionFor(secret)
      const known = hasherOf(secret)
      expect(known(a)).toBe(known(b))
      for (let j = 0; j < 20; j++) {
        const other = hasherOf(newSecret())
        expect(other(a)).not.toBe(other(b))
      }
    }
  })
  it('of texts that differ in ways that break hashes without multiplied secrets differs', () => {
    const base = Buffer.from(
      '/shop/products/2026/overview.aspx/details/of/a/long/page/with-many-words-in-its-name/index.html'.repeat(2),
    )
    const changed = (change: (text: Buffer) => void): Buffer => {
      const copy = Buffer.from(base)
      change(copy)
      return copy
    }
    const texts: Buffer[] = [base]
    for (let i = 0; i + 40 <= base.length; i++) {
      // The highest bit of a word and a bit of a later one that it is moved to; two highest bits; all bits; a
      // difference and its opposite.
      for (const step of [4, 8, 12, 16, 32])
        for (const [one, two] of [
          [0x80, 0x80],
          [0x80, 0x08],
          [0xff, 0xff],
          [0x40, 0x40],
        ] as const)
          texts.push(
            changed((t) => {
              t[i] = (t[i] as number) ^ one
              t[i + step] = (t[i + step] as number) ^ two
            }),
          )
      for (const size of [4, 8, 16]) {
        const swapped = changed((t) => {
          t.copyWithin(i, i + size, i + 2 * size)
          base.copy(t, i + size, i, i + size)
        })
        if (!swapped.equals(base)) texts.push(swapped)
      }
      texts.push(changed((t) => t.writeUInt8(((t[i] as number) + 1) & 255, i)))
      texts.push(base.subarray(0, base.length - i - 1))
    }
    // Nothing but zeros, as many as there may be.
    for (let n = 1; n < 200; n++) texts.push(Buffer.alloc(n))
    const different = [...new Map(texts.map((t) => [t.toString('latin1'), t])).values()]
    for (let i = 0; i < 40; i++) {
      const hash = hasherOf(newSecret())
      expect(new Set(different.map(hash)).size).toBe(different.length)
    }
  })
  it('puts texts that queue in one place under one secret in many under another', () => {
    const place = (hash: bigint): bigint => (hash >> 40n) & 0xffn
    const known = hasherOf(newSecret())
    const queue = Array.from({ length: 100_000 }, (_, i) => Buffer.from(`/p/${i}`)).filter(
      (t) => place(known(t)) === 7n,
    )
    expect(queue.length).toBeGreaterThan(250)
    const other = hasherOf(newSecret())
    const places = queue.map((t) => place(other(t)))
    // Of 390 in 256 places by chance: 201 places, give or take 8.
    expect(new Set(places).size).toBeGreaterThan(130)
  })
  it('spreads the words that differ in their highest bits alone', () => {
    for (let i = 0; i < 20; i++) {
      const hash = hasherOf(newSecret())
      const places = Array.from({ length: 256 }, (_, c) =>
        Number((hash(Uint8Array.of(0x2f, 0x61, 0x62, c)) >> 40n) & 0xffffn),
      )
      expect(new Set(places).size).toBeGreaterThan(200)
    }
  })
})

describe('the secret', () => {
  it('is random', () => {
    expect(kernelCode().secret).toHaveLength(1072)
    expect(new Set(kernelCode().secret).size).toBeGreaterThan(200)
  })
  it('does not show in what is counted, nor in its order', () => {
    // More paths than a table holds, so that some are dropped; many codes, many values with as many hits.
    const lines = Array.from({ length: 130_000 }, (_, i) => {
      const time = `${String(1 + (i % 28)).padStart(2, '0')}/Oct/2023:13:55:36 +0000`
      return `192.0.2.${i % 251} - - [${time}] "GET /p/${i % 120_001} HTTP/1.1" ${200 + (i % 40)} ${i % 90} "-" "agent ${i % 501}"\n`
    })
    const input = Buffer.from(lines.join(''))
    const read = (secret: Uint8Array): Tally => {
      const kernel = new Kernel({ code: codeWith(secret) })
      feed(kernel, input, plansOf(combined))
      const tally = readWhole(kernel)
      expect([...tally.codes.values()][0]?.lists.path.lost).toBeGreaterThan(0)
      return tally
    }
    const [a, b] = [read(newSecret()), read(newSecret())]
    expect([...a.codes.keys()]).toEqual([...b.codes.keys()])
    expect(isDeepStrictEqual(a, b)).toBe(true)
  })
})
