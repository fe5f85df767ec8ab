import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { answer } from '../src/catalogue/query.js'
import { ROOT } from './support.js'

// The catalogue against facts collected apart from it (codes, official names, verdicts, with their sources). They are
// not part of the
// repository: a file of that form beside the checkout, or named by LOGSTAT_FACTS, is used where there is one. What must
// hold
// without it is in catalogue.test.ts.

interface Facts {
  readonly http: readonly { code: number; name: string; name_zh: string }[]
  readonly iis: readonly {
    status: number
    sub: number
    name: string
    name_zh: string
    old_notation?: string
    variants?: readonly { name: string }[]
  }[]
  readonly vendor: readonly { vendor: string; code: string; name: string }[]
  readonly win32: readonly { value: number; hex: string; symbol: string }[]
  readonly httperr: readonly { reason: string; meaning: string }[]
  readonly httperr_patterns: readonly { reason: string; verdict: string }[]
  readonly seed: readonly { code: number | string | null; sub: number | null; notation?: string }[]
  readonly triples: readonly {
    status: number
    sub: number
    win32: number | null
    verdict: string
    basis: string
    hresult?: string
  }[]
}

const file = [process.env.LOGSTAT_FACTS, `${ROOT}../shared/catalogue/facts.json`].find(
  (path) => path !== undefined && path !== '' && existsSync(path),
)
if (!file)
  console.warn(
    'facts.test.ts: no facts.json beside the checkout (../shared/catalogue/facts.json) or in LOGSTAT_FACTS; its checks are skipped',
  )

const facts = (file ? JSON.parse(readFileSync(file, 'utf8')) : {}) as Facts

/** What `explain` finds, or the message with which it refuses. */
function told(
  query: string,
): { code: string; name: string; nameZh: string; verdict: string; basis: string; symbol: string | null } | string {
  try {
    const { found, win32 } = answer(query, null)
    if (!found) return `${query}: no note`
    const { note, authority } = found
    return {
      code: `${authority} ${note.code}`,
      name: note.name.en,
      nameZh: note.name.zh,
      verdict: note.verdict,
      basis: note.basis,
      symbol: win32?.symbol ?? null,
    }
  } catch (error) {
    return (error as Error).message
  }
}

/** Letters and digits only: `Web server is too busy.` is no other name than `Web Server Is Too Busy`. */
const plain = (name: string): string =>
  name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()

/** A Chinese name of the facts in the words that the catalogue uses: those of Microsoft's pages today. */
const inOurWords = (name: string): string => plain(name.replaceAll('首部', '标头').replace(/未认证|未授权/, '未经授权'))

/** Collect what is wrong over all entries, so that a failure names every one. */
function eachOf<T>(entries: readonly T[], wrong: (entry: T) => unknown): unknown[] {
  expect(entries.length).toBeGreaterThan(0)
  return entries.map(wrong).filter((w) => w !== undefined)
}

describe.skipIf(!file)('explain agrees with the facts', () => {
  it('on every status of the IANA registry', () => {
    expect(
      eachOf(facts.http, ({ code, name, name_zh }) => {
        const t = told(String(code))
        return typeof t === 'object' &&
          t.code === `iana ${code}` &&
          t.name === name &&
          plain(t.nameZh) === inOurWords(name_zh)
          ? undefined
          : [code, name, t]
      }),
    ).toEqual([])
  })

  it('on every sub-status of IIS, its older spelling and its variants', () => {
    expect(
      eachOf(facts.iis, ({ status, sub, name, name_zh, old_notation, variants }) => {
        const t = told(`${status}.${sub}`)
        if (
          typeof t === 'string' ||
          t.code !== `iis ${status}.${sub}` ||
          plain(t.name) !== plain(name) ||
          plain(t.nameZh) !== inOurWords(name_zh)
        )
          return [status, sub, name, t]
        if (old_notation) {
          const old = told(old_notation)
          if (typeof old === 'string' || old.code !== t.code) return [old_notation, old]
        }
        const ours = answer(`${status}.${sub}`, null).found?.note.variants ?? []
        return (variants ?? []).length > 0 && ours.length === 0 && new Set(variants?.map((v) => plain(v.name))).size > 1
          ? [status, sub, 'no variants']
          : undefined
      }),
    ).toEqual([])
  })

  it('on every code and reason of the other vendors', () => {
    expect(
      eachOf(facts.vendor, ({ vendor, code, name }) => {
        const t = told(`${vendor}:${code}`)
        return typeof t === 'object' && t.code === `${vendor} ${code}` && plain(t.name) === plain(name)
          ? undefined
          : [vendor, code, name, t]
      }),
    ).toEqual([])
  })

  it('on every Win32 value, in decimal and in hexadecimal', () => {
    expect(
      eachOf(facts.win32, ({ value, hex, symbol }) => {
        const wrong = [`win32:${value}`, hex]
          .map(told)
          .filter((t) => typeof t === 'string' || t.symbol !== symbol || t.code !== `win32 ${value}`)
        return wrong.length ? [value, symbol, wrong] : undefined
      }),
    ).toEqual([])
  })

  it('on every reason of HTTP.sys, and its verdict', () => {
    const verdicts = new Map(facts.httperr_patterns.map((p) => [p.reason, p.verdict]))
    expect(
      eachOf(facts.httperr, ({ reason, meaning }) => {
        const t = told(`httperr:${reason}`)
        if (typeof t === 'string' || t.code !== `httperr ${reason}`) return [reason, t]
        // The facts give a meaning, no name: its first words are the name.
        const first = (text: string): string => plain(text).split(' ').slice(0, 2).join(' ')
        if (first(t.name) !== first(meaning)) return [reason, meaning, t.name]
        const verdict = verdicts.get(reason)
        return verdict === undefined || t.verdict === verdict ? undefined : [reason, verdict, t.verdict]
      }),
    ).toEqual([])
  })

  it('on every combination with a Win32 status, its verdict and how well it is founded', () => {
    expect(
      eachOf(facts.triples, ({ status, sub, win32, verdict, basis, hresult }) => {
        const queries =
          win32 === null
            ? [`${status}.${sub}`]
            : [`${status}.${sub}/${win32}`, ...(hresult ? [`${status}.${sub}/${hresult}`] : [])]
        const wrong = queries
          .map(told)
          .filter(
            (t) =>
              typeof t === 'string' ||
              t.verdict !== verdict ||
              t.basis !== basis ||
              !t.code.startsWith(`iis ${status}.${sub}`),
          )
        const exact = win32 === null || answer(queries[0] as string, null).found?.level === 'win32'
        return wrong.length || !exact ? [queries, verdict, basis, wrong] : undefined
      }),
    ).toEqual([])
  })

  it('on every line of the list it began with, in the spelling of that list', () => {
    expect(
      eachOf(
        facts.seed.filter((s) => s.code !== null),
        ({ code, sub, notation }) => {
          const expected = /xx$/.test(String(code))
            ? `class ${code}`
            : sub === null
              ? `iana ${code}`
              : `iis ${code}.${sub}`
          const queries = [sub === null ? String(code) : `${code}.${sub}`, ...(notation ? [notation] : [])]
          const wrong = queries.map(told).filter((t) => typeof t === 'string' || t.code !== expected)
          return wrong.length ? [queries, expected, wrong] : undefined
        },
      ),
    ).toEqual([])
  })
})
