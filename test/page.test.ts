import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Report, ReportCode } from '../src/report/shape.js'
import { HAVE_SERVERS } from './real-servers.js'
import { fixture, logstat } from './support.js'

// The HTML report in a real browser. Where the tests run with servers, a missing Chromium is a failure.

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'
const HAVE_CHROMIUM = HAVE_SERVERS || existsSync(CHROMIUM)
const LOGS = {
  iis: 'iis/u_ex261122.log',
  shop: 'nginx/shop.log',
  hostile: 'iis/hostile.log',
  empty: 'nginx/empty.log',
  dirty: 'nginx/dirty.log',
} as const
type Name = keyof typeof LOGS
const NAMES = Object.keys(LOGS) as Name[]
/** A page of a database, with what changed and a row for each site. */
const COMPARED = 'compared'

let folder: string
const pageOf = (name: Name | typeof COMPARED): string => join(folder, `${name}.html`)
const htmlOf = (name: Name): string => readFileSync(pageOf(name), 'utf8')
const reportOf = (name: Name): Report =>
  JSON.parse(logstat([fixture(LOGS[name]), '--tz', 'UTC', '--format', 'json']).stdout) as Report

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'logstat-page-'))
  for (const name of NAMES)
    expect(logstat([fixture(LOGS[name]), '--tz', 'UTC', '-o', pageOf(name), '-q']).stdout).toBe('')
  const db = join(folder, 'logs.db')
  logstat(['ingest', fixture(LOGS.iis), fixture(LOGS.hostile), fixture(LOGS.shop), '--db', db, '--tz', 'UTC', '-q'])
  const asked = ['--by', 'site', '--compare', '2026-11-22T13..2026-11-22T14', '--tz', 'UTC', '-o', pageOf(COMPARED)]
  expect(logstat(['report', '--db', db, ...asked])).toMatchObject({ status: 0, stderr: '' })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the file', () => {
  it('is one file that nothing can be added to', () => {
    for (const name of NAMES) {
      const html = htmlOf(name)
      expect(html).toMatch(
        /<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-/,
      )
      const tags = (/<body>([\s\S]*)<script type/.exec(html)?.[1] ?? '').match(/<[a-z][^>]*>/gi) ?? []
      expect(tags.length).toBeGreaterThan(50)
      expect(
        tags.filter((tag) => /^<(?:link|img|iframe|object|embed|script)\b|\ssrc=|\son\w+=|\sstyle=/.test(tag)),
      ).toEqual([])
      expect(html.match(/<script/g)).toHaveLength(2)
    }
  })
  it('can be mailed', () => {
    expect(Buffer.byteLength(htmlOf('iis'))).toBeLessThan(330_000)
    expect(Buffer.byteLength(htmlOf('shop'))).toBeLessThan(300_000)
  })
  it('holds both languages, and shows the one that is asked for', () => {
    expect(htmlOf('iis')).toContain('<html lang="en">')
    expect(htmlOf('iis')).toContain('目录列表被拒绝')
    expect(logstat([fixture(LOGS.iis), '--format', 'html', '--lang', 'zh']).stdout).toContain('<html lang="zh">')
  })
  it('says of an empty log that nothing can be said', () => {
    expect(htmlOf('empty')).toContain('No requests')
    expect(/<h1[\s\S]*?<\/h1>/.exec(htmlOf('empty'))?.[0]).not.toContain('Nothing needs attention')
  })
})

/** The machine may be busy. */
const poll = <T>(look: () => Promise<T>): ReturnType<typeof expect.poll<T>> => expect.poll(look, { timeout: 20_000 })

const int = (text: string | null): number => Number((text ?? '').replaceAll(',', '').trim())
const sum = (series: readonly number[]): number => series.reduce((n, hits) => n + hits, 0)

describe.runIf(HAVE_CHROMIUM)('in a browser', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    })
  }, 60_000)
  afterAll(() => browser?.close())

  /** Open a page; what it must not do is collected in `problems`. */
  async function open(
    name: Name | typeof COMPARED,
    width = 1600,
    scheme: 'light' | 'dark' = 'light',
  ): Promise<{ page: Page; problems: string[] }> {
    const problems: string[] = []
    const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme })
    const page = await context.newPage()
    const url = pathToFileURL(pageOf(name)).href
    page.on('console', (message) => problems.push(message.text()))
    page.on('pageerror', (error) => problems.push(error.message))
    page.on('dialog', (dialog) => {
      problems.push(dialog.message())
      void dialog.dismiss()
    })
    page.on('request', (request) => {
      if (!request.url().startsWith(url)) problems.push(request.url())
    })
    await page.goto(url)
    await page.waitForSelector('html.js')
    return { page, problems }
  }
  const rows = (page: Page): Promise<[string, number][]> =>
    page.$$eval('.code-table tbody tr', (all) =>
      all.map((row): [string, number] => [
        row.querySelector('.t-code .code')?.textContent ?? '',
        Number((row.querySelector('.t-hits')?.textContent ?? '').replaceAll(',', '')),
      ]),
    )
  const label = ({ status, substatus }: ReportCode): string =>
    substatus === null ? String(status) : `${status}.${substatus}`

  /** What the page counts in buckets [from, to) is what the JSON report says. */
  async function expectCounted(page: Page, report: Report, from: number, to: number): Promise<void> {
    const expected = report.codes
      .map((code): [string, number] => [label(code), sum(code.timeline.slice(from, to))])
      .filter(([, hits]) => hits > 0)
    await poll(async () => Object.fromEntries(await rows(page))).toEqual(Object.fromEntries(expected))
    expect(int(await page.textContent('.hits.all'))).toBe(sum(report.timeline.slice(from, to).map(({ hits }) => hits)))
  }

  it.each(NAMES)('changes nothing of %s when its script starts', async (name) => {
    const { page, problems } = await open(name, 1000)
    const after = await page.$eval('#app', (app) => {
      const copy = app.cloneNode(true) as Element
      for (const button of copy.querySelectorAll('[role=button]'))
        for (const added of ['role', 'tabindex', 'title']) button.removeAttribute(added)
      return copy.innerHTML
    })
    const before = await page.evaluate(
      (html) => new DOMParser().parseFromString(html, 'text/html').querySelector('#app')?.innerHTML,
      htmlOf(name),
    )
    expect(after).toBe(before)
    expect(problems).toEqual([])
    await page.context().close()
  })

  it('counts a stretch anew that is drawn with the mouse or set with the keyboard', async () => {
    const report = reportOf('iis')
    const n = report.timeline.length
    const { page, problems } = await open('iis')
    await expectCounted(page, report, 0, n)
    for (const [from, to] of [
      [54, 59],
      [3, 12],
      [0, 1],
    ] as const) {
      await page.evaluate(() => document.querySelector('#time')?.scrollIntoView())
      const box = await page.locator('.brush .area').boundingBox()
      if (!box) throw new Error('the time line has no place')
      const x = (bucket: number): number => box.x + (bucket / n) * box.width
      await page.mouse.move(x(from + 0.3), box.y + 60)
      await page.mouse.down()
      await page.mouse.move(x(to - 0.3), box.y + 60, { steps: 4 })
      await page.mouse.up()
      await page.mouse.move(10, 10)
      await expectCounted(page, report, from, to)
      await page.click('.chip')
      await expectCounted(page, report, 0, n)
    }
    await page.focus('.edge.from')
    for (let i = 0; i < 55; i++) await page.keyboard.press('ArrowRight')
    await page.focus('.edge.to')
    for (let i = 0; i < 30; i++) await page.keyboard.press('ArrowLeft')
    await expectCounted(page, report, 55, n - 30)
    await page.keyboard.press('Escape')
    await expectCounted(page, report, 0, n)
    expect(problems).toEqual([])
    await page.context().close()
  })

  it('filters, searches and sorts codes, and shows the details of one', async () => {
    const { page, problems } = await open('iis')
    const labels = async (): Promise<string[]> => (await rows(page)).map(([code]) => code)
    await page.click('.chips button:has-text("5xx")')
    await poll(async () => (await labels()).every((code) => code.startsWith('5'))).toBe(true)
    await page.click('.chips button >> nth=0')
    await page.fill('input[type=search]', '404.1')
    await poll(labels).toEqual(['404.13', '404.11', '404.15', '404.18'])
    await page.fill('input[type=search]', '')
    await page.click('.t-code button')
    await poll(async () => (await labels()).join()).toBe([...(await labels())].sort().join())
    await page.click('.code-table a[href="#c-500.19"]')
    expect(await page.isVisible('[id="d-500.19"]')).toBe(true)
    expect(await page.locator('.detail[open]').count()).toBe(1)
    await page.click('label[for=language-zh]')
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('zh')
    expect(await page.getAttribute('input[type=search]', 'placeholder')).toBe('状态码、文字或路径')
    expect(problems).toEqual([])
    await page.context().close()
  })

  it('shows details over the page on a phone; Back and Escape close them', async () => {
    const { page } = await open('iis', 390)
    await page.click('.code-table a[href="#c-404.0"]')
    expect(await page.isVisible('[id="d-404.0"]')).toBe(true)
    await page.goBack()
    await poll(() => page.isVisible('.details')).toBe(false)
    await page.click('.code-table a[href="#c-503.2"]')
    await page.keyboard.press('Escape')
    await poll(() => page.isVisible('.details')).toBe(false)
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('503.2')
    await page.context().close()
  })

  it('is complete without script, and its switches work', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 1000, height: 900 } })
    const page = await context.newPage()
    await page.goto(pathToFileURL(pageOf('iis')).href)
    const codes = reportOf('iis').codes.length
    expect(await page.locator('.code-table tbody tr').count()).toBe(codes)
    expect(await page.locator('.detail').count()).toBe(codes)
    expect(await page.isVisible('.tools')).toBe(false)
    expect(await page.isVisible('.brush')).toBe(false)
    await page.click('label[for=language-zh]')
    expect(await page.isVisible('h1 span[lang=zh]')).toBe(true)
    expect(await page.isVisible('h1 span[lang=en]')).toBe(false)
    await page.click('[id="d-503.2"] summary')
    expect(await page.isVisible('[id="d-503.2"] .note')).toBe(true)
    await context.close()
  })

  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  it.each([
    [390, 'dark'],
    [1000, 'light'],
    [1600, 'light'],
  ] as const)('is sound for screen readers and fits %i pixels (%s)', async (width, scheme) => {
    for (const name of [...NAMES, COMPARED] as const) {
      const { page } = await open(name, width, scheme)
      expect(
        await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
      ).toBeLessThanOrEqual(0)
      await page.evaluate(axe)
      const violations = await page.evaluate(async () => {
        const { axe } = globalThis as unknown as {
          axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> }
        }
        return (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)
      })
      expect(violations).toEqual([])
      await page.context().close()
    }
  })

  it('tells what changed, and of each site, in both languages', async () => {
    const { page, problems } = await open(COMPARED)
    const changed = await page.textContent('#compared')
    expect(changed).toMatch(/Compared with 2026-11-22 13:00 – 2026-11-22 14:00:/)
    const row = await page.$$eval('#compared tbody tr', (all) =>
      all.map((tr) => [...tr.children].map((cell) => cell.textContent)).find((cells) => cells[1] === '503.2'),
    )
    expect(row?.slice(3)).toEqual(['0', '129'])
    expect(await page.textContent('#sections tbody tr th')).toBe('iis')
    await page.evaluate(() => (document.querySelector('#language-zh') as HTMLElement).click())
    expect(await page.isVisible('#compared h2 [lang=zh]')).toBe(true)
    expect(await page.isVisible('#compared h2 [lang=en]')).toBe(false)
    expect(problems).toEqual([])
  })
  it('runs nothing that a log holds', async () => {
    const { page, problems } = await open('hostile')
    expect(problems).toEqual([])
    await page.evaluate(() => {
      const script = document.createElement('script')
      script.textContent = 'window.ran = 1'
      document.body.append(script)
      document.body.insertAdjacentHTML('beforeend', '<img src=x onerror="window.ran = 2">')
    })
    await page.waitForTimeout(200)
    expect(await page.evaluate(() => (globalThis as { ran?: number }).ran)).toBeUndefined()
    await page.context().close()
  })
})
