import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { COMMANDS } from '../src/cli/commands.js'
import { logstat, logstatHere, ROOT } from './support.js'

// Completion in the real shells, and the manual page in the real `man`. Without them (LOGSTAT_SERVERS=1 says that they
// are installed) these tests are skipped.

const has = (program: string): boolean => spawnSync(program, ['--version']).error === undefined
const needs = (isThere: boolean): typeof it.skip => (isThere || process.env.LOGSTAT_SERVERS ? it : it.skip)

const folder = mkdtempSync(join(tmpdir(), 'logstat-shell-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
writeFileSync(join(folder, 'logstat'), `#!/bin/sh\nexec '${process.execPath}' '${join(ROOT, 'bin/logstat.js')}' "$@"\n`)
chmodSync(join(folder, 'logstat'), 0o755)
writeFileSync(join(folder, 'access.log'), '')
const env = {
  ...process.env,
  PATH: `${folder}${delimiter}${process.env.PATH}`,
  LC_ALL: 'C.UTF-8',
  HOME: folder,
  TERM: 'dumb',
}
const run = (program: string, args: readonly string[], input = ''): string =>
  execFileSync(program, [...args], { env, cwd: folder, encoding: 'utf8', input, timeout: 30_000 })

describe('completion', () => {
  const complete = async (...words: string[]): Promise<string[]> =>
    (await logstatHere(['complete', '--', ...words])).stdout.trimEnd().split('\n')
  it('knows commands, options and values, and leaves files to the shell', async () => {
    expect(await complete('expl')).toEqual(['explain\texplain codes, without a log', ':4'])
    const first = (lines: string[]): string[] => lines.map((line) => line.split('\t')[0] as string)
    expect(first(await complete('report', '--d'))).toEqual(['--db', ':4'])
    expect(first(await complete('report', '--format', ''))).toEqual([
      ...['text', 'json', 'html', 'md', 'csv', 'tsv', 'openmetrics'],
      ':4',
    ])
    expect(await complete('report', '--db', '')).toEqual([':0'])
    expect(await complete('/var/log/ac')).toEqual([':0'])
    const commands = first(await complete(''))
    for (const { name } of COMMANDS) expect(commands).toContain(name)
  })
  needs(has('bash') && existsSync('/usr/share/bash-completion/bash_completion'))('works in bash', () => {
    const of = (line: string): string[] => {
      const words = line.split(' ')
      const script = `source /usr/share/bash-completion/bash_completion
        eval "$(logstat completion bash)"
        COMP_LINE='${line}' COMP_POINT=${line.length} COMP_CWORD=${words.length - 1}
        COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})
        __logstat_complete 2>/dev/null
        printf '%s\\n' "\${COMPREPLY[@]}"
        complete -p logstat`
      return run('bash', ['--norc', '-c', script]).trim().split('\n')
    }
    expect(of('logstat expl')[0]).toMatch(/^explain\b/)
    expect(of('logstat report --lan')[0]).toMatch(/^--lang\b/)
    expect(of('logstat expl').at(-1)).toMatch(/^complete .*logstat$/)
  })
  needs(has('fish'))('works in fish', () => {
    const of = (line: string): string[] =>
      run('fish', ['--no-config', '-c', `logstat completion fish | source; complete -C '${line}'`])
        .trim()
        .split('\n')
    expect(of('logstat expl')).toEqual(['explain\texplain codes, without a log'])
    expect(of('logstat report --format js')[0]).toMatch(/^json/)
    expect(of('logstat acc')).toContain('access.log')
  })
  needs(has('zsh'))('works in zsh', () => {
    // A terminal of its own, since completion is a part of its line editor.
    const typed = (line: string, expected: string): string =>
      run('zsh', [
        '-f',
        '-c',
        `zmodload zsh/zpty
         zpty shell "zsh -f -i"
         zpty -w shell "PS1=; autoload -Uz compinit && compinit -u -D; source <(logstat completion zsh); print RE''ADY"
         zpty -r shell output '*READY*'
         zpty -w -n shell $'${line}\\t'
         for i in {1..200}; do
           while zpty -r -t shell more; do output+=$more; done
           [[ $output == *'${expected}'* ]] && break
           sleep 0.1
         done
         print -r -- "$output"
         zpty -d shell`,
      ])
    expect(typed('logstat expl', 'logstat explain')).toContain('logstat explain')
    expect(typed('logstat report --form', 'report --format')).toContain('report --format')
  })
  it('is a script of the shell that is named, or a mistake', async () => {
    const golden = join(ROOT, 'test/golden/completion.ps1')
    const { stdout } = logstat(['completion', 'powershell'])
    if (process.env.UPDATE_GOLDEN) writeFileSync(golden, stdout)
    expect(stdout).toBe(readFileSync(golden, 'utf8'))
    expect(await logstatHere(['completion', 'tcsh'])).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringContaining('Known shells: bash, zsh, fish, powershell.'),
    })
  })
})

describe('the manual page', () => {
  const page = readFileSync(join(ROOT, 'dist/man/logstat.1'), 'utf8')
  it('has every command and every option that --help shows', () => {
    const { stdout } = logstat(['--help'])
    const plain = page.replaceAll('\\-', '-').replaceAll('\\e', '\\')
    for (const { name, options } of COMMANDS) {
      expect(plain).toContain(`.SS logstat ${name}`)
      for (const option of options()) if (!option.hidden) expect(plain).toContain(option.flags)
    }
    for (const [, flag] of stdout.matchAll(/(--[a-z-]+)/g)) expect(plain).toContain(flag)
  })
  needs(has('man') && has('groff'))('is read by man without a warning', () => {
    const shown = spawnSync('man', ['--warnings', '-l', join(ROOT, 'dist/man/logstat.1')], {
      env: { ...env, MANWIDTH: '80', MAN_KEEP_FORMATTING: '' },
      encoding: 'utf8',
    })
    expect(shown.stderr).toBe('')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: man prints bold letters twice, with a backspace between
    const text = shown.stdout.replace(/.\x08|\x1b\[[\d;]*m/g, '')
    expect(text).toMatch(/^LOGSTAT\(1\)/)
    expect(text).toMatch(/logstat summary \[options\] \[paths\.\.\.\]/)
  })
})
