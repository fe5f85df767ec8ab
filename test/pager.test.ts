import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { page, pagerOf } from '../src/cli/pager.js'
import { logstat, ROOT } from './support.js'

const LOG = 'fixtures/nginx/access.log'

let folder: string
const at = (name: string): string => join(folder, name)
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'logstat-pager-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('which pager', () => {
  it('LOGSTAT_PAGER goes before PAGER, and that before less; an empty value and cat are none', () => {
    expect(pagerOf({}, false)).toEqual({ command: 'less', args: [] })
    expect(pagerOf({ PAGER: 'most' }, false)).toEqual({ command: 'most', args: [] })
    expect(pagerOf({ PAGER: 'most', LOGSTAT_PAGER: 'more' }, false)).toEqual({ command: 'more', args: [] })
    expect(pagerOf({ PAGER: 'most', LOGSTAT_PAGER: '' }, false)).toBeUndefined()
    expect(pagerOf({ PAGER: ' cat ' }, false)).toBeUndefined()
  })
  it('a shell reads what is more than a word, but never on Windows', () => {
    expect(pagerOf({ PAGER: 'less -S' }, false)).toEqual({ command: '/bin/sh', args: ['-c', 'less -S'] })
    expect(pagerOf({ PAGER: '"C:\\Program Files\\less.exe" -S & calc' }, true)).toEqual({
      command: 'C:\\Program Files\\less.exe',
      args: ['-S', '&', 'calc'],
    })
  })
})

const node = (script: string): string => {
  const file = at('pager.cjs')
  writeFileSync(file, script)
  // The words of a command line are split alike by a shell and without one.
  return `"${process.execPath}" "${file}"`
}
const COPY = (to: string): string =>
  `let all = ''; process.stdin.on('data', (d) => (all += d)).on('end', () => require('fs').writeFileSync(${JSON.stringify(to)}, all + process.env.LESS))`

describe('page', () => {
  it('hands the text to the pager, and less its options unless the user has some', () => {
    const shown = at('shown')
    const LOGSTAT_PAGER = node(COPY(shown))
    const { LESS: _, ...env } = process.env
    expect(page('a\n中\n', { ...env, LOGSTAT_PAGER })).toBe(true)
    expect(readFileSync(shown, 'utf8')).toBe('a\n中\nFRX')
    page('b\n', { ...env, LESS: '-S', LOGSTAT_PAGER })
    expect(readFileSync(shown, 'utf8')).toBe('b\n-S')
  })
  it('a pager that is left before the end is no failure; one that is not there shows nothing', () => {
    const text = 'a line\n'.repeat(1_000_000)
    expect(page(text, { ...process.env, LOGSTAT_PAGER: node('process.exit(0)') })).toBe(true)
    expect(page(text, { ...process.env, LOGSTAT_PAGER: 'no-such-pager' })).toBe(false)
    expect(page(text, { ...process.env, LOGSTAT_PAGER: 'no-such-pager --at-all' })).toBe(false)
  })
})

/** util-linux: runs a command on a terminal of its own. */
const hasScript = process.platform === 'linux' && spawnSync('script', ['--version']).status === 0

describe.runIf(hasScript)('on a terminal', () => {
  /** @returns what the terminal shows, and whether a pager was given it */
  const onTerminal = (args: string, rows: number): { shown: string; paged: boolean } => {
    const marker = at('paged')
    rmSync(marker, { force: true })
    const command = `stty rows ${rows} cols 80; "${process.execPath}" bin/logstat.js ${args}`
    const env = { ...process.env, LOGSTAT_PAGER: `cat > '${marker}'`, NO_COLOR: '1' }
    const { stdout } = spawnSync('script', ['-qec', command, '/dev/null'], { cwd: ROOT, env, encoding: 'utf8' })
    return { shown: stdout, paged: existsSync(marker) }
  }
  it('a report that is longer goes through the pager, and all of it', () => {
    const { shown, paged } = onTerminal(`${LOG} --tz UTC`, 24)
    expect(paged).toBe(true)
    expect(shown).not.toContain('404')
    expect(readFileSync(at('paged'), 'utf8')).toBe(logstat([LOG, '--tz', 'UTC']).stdout)
  })
  it.each([
    ['on a terminal with more lines', LOG, 1000],
    ['with --no-pager', `${LOG} --no-pager`, 24],
    ['with --quiet', `${LOG} --quiet`, 24],
    ['with --format json', `${LOG} --format json`, 24],
    ['when it goes elsewhere', `${LOG} | cat`, 24],
    ['of a short answer', 'explain 404', 100],
  ])('not %s', (_, args, rows) => {
    const { shown, paged } = onTerminal(args, rows)
    expect(paged).toBe(false)
    expect(shown).toContain('404')
  })
  it('not with -o', () => {
    expect(onTerminal(`${LOG} -o ${at('report.txt')}`, 24).paged).toBe(false)
    expect(readFileSync(at('report.txt'), 'utf8')).toContain('404')
  })
  it.each(['codes', 'explain 404 500 503', `iis fixtures/iis/u_ex261122.log`])('also for %s', (args) => {
    expect(onTerminal(args, 10).paged).toBe(true)
  })
})

describe('--brief', () => {
  it('is the beginning of the report, up to the findings', () => {
    const whole = logstat([LOG]).stdout
    const brief = logstat([LOG, '--brief']).stdout
    expect(whole.startsWith(brief.trimEnd())).toBe(true)
    expect(brief).toContain('NEEDS ATTENTION')
    for (const later of ['ALL CODES', 'NORMAL', 'Next:']) {
      expect(whole).toContain(later)
      expect(brief.split('\n').filter((line) => line.startsWith(later))).toEqual([])
    }
  })
  it('does not change what a program reads', () => {
    expect(logstat([LOG, '--format', 'json', '--brief']).stdout).toBe(logstat([LOG, '--format', 'json']).stdout)
  })
})
