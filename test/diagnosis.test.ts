import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findingsPage } from '../docs/findings.js'
import { lookUp } from '../src/catalogue/look-up.js'
import { diagnose, type Findings } from '../src/diagnosis/diagnose.js'
import type { Evidence } from '../src/diagnosis/evidence.js'
import { agentKindOf, isAttack, pathClassOf } from '../src/diagnosis/kinds/classify.js'
import { expand, makeMatcher, match, NO_MATCH } from '../src/diagnosis/kinds/matcher.js'
import { RULES } from '../src/diagnosis/rules/rules.js'
import { CASES } from './diagnosis-cases.js'
import { BROWSER, clf, log, series, visitor, visits } from './diagnosis-logs.js'
import { gather } from './oracle/evidence.js'
import { logstat, ROOT } from './support.js'

function judge(text: string, earlier?: Evidence): Findings {
  const evidence = gather(text)
  const server = text.startsWith('#Fields: date time c-ip c-port') ? 'httpsys' : text.startsWith('#') ? 'iis' : null
  return diagnose(evidence, {
    server,
    verdictOf: (code) => lookUp(code, server)?.note.verdict ?? 'unknown',
    nameOf: (code) => lookUp(code, server)?.note.name ?? null,
    ...(earlier ? { before: earlier } : {}),
  })
}
const told = ({ findings }: Findings, id: string): string[] =>
  findings.filter((f) => f.id === id).map((f) => f.severity)

describe('kinds', () => {
  it.each([
    ['/favicon.ico', 'favicon'],
    ['/.env', 'probe-secret'],
    ['/a/.git/config', 'probe-secret'],
    ['/dump.sql.gz', 'probe-secret'],
    ['/WP-Login.php', 'probe-app/wordpress'],
    ['/index.php/about', 'probe-app/php'],
    ['/cgi-bin/luci', 'probe-exploit/cgi'],
    ['/a/../b', 'probe-exploit'],
    ['/actuator/health', 'health'],
    ['/actuator/env', 'probe-secret'],
    ['/.well-known/acme-challenge/x', 'acme'],
    ['/app.min.js', 'asset'],
    ['/environment', 'page'],
    ['/owa/', 'probe-app/exchange'],
  ])('%s is %s', (path, pathClass) => expect(pathClassOf(path)).toBe(pathClass))

  it.each([
    [BROWSER, 'browser'],
    ['Mozilla/5.0+(compatible;+UptimeRobot/2.0;+http://www.uptimerobot.com/)', 'monitor'],
    ['Mozilla/5.0 zgrab/0.x', 'scanner'],
    ['Mozi.m', 'scanner'],
    ['curl/8.5.0', 'tool'],
    ['AppleExchangeWebServices/1.0', 'app'],
    ['Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)', 'bot'],
    ['-', 'none'],
  ])('%s is %s', (agent, kind) => expect(agentKindOf(agent)).toBe(kind))

  it('sees attacks in queries', () => {
    expect(['id=1+union+select+2', "x='or'1", 'f=../../etc/hosts', 'a=/**/'].map(isAttack)).toEqual([
      true,
      true,
      true,
      true,
    ])
    expect(['q=select+union', 'page=2', "name=o'reilly", 'to=https://example.com/'].map(isAttack)).toEqual([
      false,
      false,
      false,
      false,
    ])
  })
  it('matches as a regular expression would', () => {
    const piece = fc.array(fc.constantFrom('a', 'b', '/', '.'), { minLength: 1, maxLength: 4 }).map((p) => p.join(''))
    const pattern = fc
      .tuple(fc.boolean(), piece, fc.boolean())
      .map(([earlier, text, behind]) => `${earlier ? '*' : ''}${text}${behind ? '*' : ''}`)
    fc.assert(
      fc.property(
        fc.array(pattern, { minLength: 1, maxLength: 6 }),
        fc.array(fc.constantFrom('a', 'B', '/', '.', 'é'), { maxLength: 12 }),
        (patterns, letters) => {
          const text = letters.join('')
          const asRegExp = (p: string): RegExp =>
            new RegExp(`^${p.replace(/[.*/]/g, (c) => (c === '*' ? '.*' : `\\${c}`))}$`, 'is')
          const expected = patterns.findIndex((p) => asRegExp(p).test(text))
          expect(match(makeMatcher(patterns.map((p, value) => ({ pattern: p, value }))), text)).toBe(
            expected < 0 ? NO_MATCH : expected,
          )
        },
      ),
    )
    expect(expand('*.{a,b}{1,2}')).toEqual(['*.a1', '*.a2', '*.b1', '*.b2'])
  })
})

describe('rules', () => {
  it('have a case each', () => expect(Object.keys(CASES).sort()).toEqual(RULES.map(({ id }) => id).sort()))

  it.each(Object.entries(CASES))('%s fires, and a near miss does not', (id, { severity, fires, nearMiss, earlier }) => {
    const of = RULES.find((rule) => rule.id === id)
    expect(of?.severities).toContain(severity)
    const fired = judge(fires, earlier?.())
    expect([told(fired, id), fired.findings.map((f) => `${f.severity} ${f.id}`)]).toEqual([
      expect.arrayContaining([severity]),
      expect.anything(),
    ])
    expect(told(judge(nearMiss, earlier?.()), id)).not.toContain(severity)
  })
  it('are silent on an ordinary day', () => {
    const findings = judge(CASES.scanners?.fires as string).findings
    expect(findings.filter((f) => f.severity !== 'info')).toEqual([])
  })
  it('say all in both languages', () => {
    for (const { fires, earlier } of Object.values(CASES))
      for (const f of judge(fires, earlier?.()).findings)
        for (const text of [f.title, ...f.evidence, ...f.checks]) {
          expect(text.en).not.toMatch(/undefined|NaN|null|\p{Script=Han}/u)
          expect(text.zh).not.toMatch(/undefined|NaN|null/)
          expect(text.zh).toMatch(/\p{Script=Han}/u)
        }
  })
  it('take no request twice', () => {
    const everything = log(
      visits(),
      ...Object.values(CASES)
        .filter(({ fires }) => !fires.startsWith('#'))
        .map(({ fires }) =>
          fires
            .trim()
            .split('\n')
            .map((line, i): [number, string] => [i, line]),
        ),
    )
    const evidence = gather(everything)
    const taken = new Map<string, number>()
    for (const f of diagnose(evidence, { server: null, verdictOf: () => 'server', nameOf: () => null }).findings)
      for (const [code, n] of f.takes) taken.set(code, (taken.get(code) ?? 0) + n)
    expect(taken.size).toBeGreaterThan(5)
    for (const [code, n] of taken) expect([code, n]).toEqual([code, Math.min(n, evidence.codes.get(code)?.hits ?? 0)])
  })
  it('find an outage wherever it lies, with its start, its end and what was lost', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 82000 }),
        fc.integer({ min: 40, max: 200 }),
        fc.constantFrom(500, 502, 503, 504),
        (start, n, status) => {
          const [first] = judge(
            log(
              visits(),
              series(n, start, 5, (i) => ({ ip: visitor(i), path: i % 2 ? '/oak' : '/cart', status })),
            ),
          ).findings
          const day = Date.UTC(2026, 9, 5) / 1000
          expect(first).toMatchObject({
            id: 'outage',
            severity: 'act',
            hits: n,
            firstSeen: day + start,
            lastSeen: day + start + (n - 1) * 5,
          })
        },
      ),
      { numRuns: 25 },
    )
  })
  it('tell one incident of errors and of those who gave up', () => {
    const text = log(
      visits(),
      series(60, 43200, 10, (i) => ({ ip: visitor(i), path: '/oak', status: 504 })),
      series(60, 43205, 10, (i) => ({ ip: visitor(i), path: '/oak', status: 499 }), clf),
    )
    const loud = judge(text).findings.filter((f) => f.severity !== 'info')
    expect(loud.map((f) => [f.id, f.hits, [...f.codes].sort()])).toEqual([['outage', 120, ['499', '504']]])
  })
})

describe('logstat findings', () => {
  it('lists the rules, and tells when one speaks', () => {
    expect(logstat(['findings']).stdout.split('\n').filter(Boolean)).toHaveLength(RULES.length)
    expect(logstat(['findings', 'outage', '--lang', 'zh']).stdout).toContain('条件: ')
    expect(JSON.parse(logstat(['findings', '--format', 'json']).stdout)).toHaveLength(RULES.length)
    expect(logstat(['findings', 'outrage'])).toMatchObject({ status: 2 })
  })
  it('docs/findings.md is fresh (npm run docs:findings)', () => {
    expect(readFileSync(`${ROOT}docs/findings.md`, 'utf8').replaceAll('\r\n', '\n')).toBe(findingsPage())
  })
})
