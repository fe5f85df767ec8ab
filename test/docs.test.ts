import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { globSync } from 'tinyglobby'
import { describe, expect, it } from 'vitest'
import { logstat, ROOT } from './support.js'

// What the documents show is what the program prints. `npm run golden` writes the shown output anew; read the
// difference before
// committing it.

const DOCUMENTS = globSync(['*.md', 'docs/*.md'], { cwd: ROOT }).sort()
const textOf = (document: string): string => readFileSync(join(ROOT, document), 'utf8')

/** A ```console block: from its first line to the fence that closes it. */
const CONSOLE = /(?<=^```console\n)[\s\S]*?(?=^```$)/gm

interface Example {
  readonly command: string
  readonly output: string
}

/** `$ logstat …` begins an example, what follows is its output. */
function examplesOf(block: string): Example[] {
  return block
    .split(/^(?=\$ )/m)
    .filter((part) => part.startsWith('$ '))
    .map((part) => ({ command: part.slice(2, part.indexOf('\n')), output: part.slice(part.indexOf('\n') + 1) }))
}

/** Split a command into words as a shell does, quotes taken off. */
function wordsOf(command: string): string[] {
  return [...command.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) =>
    word.replace(/'([^']*)'|"([^"]*)"/g, '$1$2'),
  )
}

/** Runs the examples of a document, one after another, in a folder of their own that holds the fixtures. */
function makeShell(): { run(example: Example): string; close(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'logstat-docs-'))
  symlinkSync(join(ROOT, 'fixtures'), join(folder, 'fixtures'), 'junction')
  let status: number | null = 0
  return {
    close: () => rmSync(folder, { recursive: true, force: true }),
    run({ command }) {
      if (command === 'echo $?') {
        const told = status
        status = 0
        return `${told}\n`
      }
      // A status other than 0 must be told by an `echo $?` that follows.
      expect([command, status]).toEqual([command, 0])
      const [, args, lines] = /^(?:npx )?logstat(?: (.*?))?(?: \| head -(\d+))?$/.exec(command) ?? []
      if (args === undefined) throw new Error(`not an example that can be run: ${command}`)
      const run = logstat(wordsOf(args), { cwd: folder })
      status = run.status
      const output = run.stdout + run.stderr
      return lines === undefined ? output : `${output.split('\n').slice(0, Number(lines)).join('\n')}\n`
    },
  }
}

describe('examples', () => {
  it.each(DOCUMENTS.filter((d) => textOf(d).includes('```console')))('%s shows what is printed', (document) => {
    const text = textOf(document)
    const shell = makeShell()
    const real = text.replace(CONSOLE, (block) =>
      examplesOf(block)
        .map((example) => `$ ${example.command}\n${shell.run(example)}`)
        .join(''),
    )
    shell.close()
    if (process.env.UPDATE_GOLDEN) writeFileSync(join(ROOT, document), real)
    else expect(text).toBe(real)
  })

  it('show the help of every command', () => {
    const commands = /^Commands:\n([\s\S]*?)\n\n/m.exec(logstat(['--help']).stdout)?.[1]?.matchAll(/^ {2}(\w+)/gm)
    const names = [...(commands ?? [])].map((m) => m[1] as string)
    expect(names).toContain('explain')
    const shown = new Set([...textOf('docs/commands.md').matchAll(/^\$ (logstat .*--help)$/gm)].map((m) => m[1]))
    for (const name of names) if (name !== 'help') expect(shown).toContain(`logstat ${name} --help`)
    expect(shown).toContain('logstat --help')
  })
})

/** The JavaScript block of docs/library.md, and the output that the page shows for it. */
const LIBRARY_EXAMPLE = /^```js\n([\s\S]*?)^```$[\s\S]*?(?<=^```text\n)([\s\S]*?)(?=^```$)/m

describe('docs/library.md', () => {
  it('shows what its example prints', () => {
    const document = 'docs/library.md'
    const [, script = '', shown = ''] = LIBRARY_EXAMPLE.exec(textOf(document)) ?? []
    // A package may import itself by its name.
    const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
      cwd: ROOT,
      encoding: 'utf8',
    })
    expect(printed).toContain('requests')
    if (process.env.UPDATE_GOLDEN)
      writeFileSync(
        join(ROOT, document),
        textOf(document).replace(LIBRARY_EXAMPLE, (block) => block.slice(0, block.length - shown.length) + printed),
      )
    else expect(shown).toBe(printed)
  })
})

/** The anchor GitHub gives a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-')

function anchorsOf(document: string): string[] {
  const prose = textOf(document).replace(/^```[\s\S]*?^```$/gm, '')
  const named = [...prose.matchAll(/<a id="([^"]+)">/g)].map((m) => m[1] as string)
  return [...named, ...[...prose.matchAll(/^#+ (.+)$/gm)].map((m) => anchorOf(m[1] as string))]
}

describe('links', () => {
  it.each(DOCUMENTS)('of %s lead somewhere', (document) => {
    const prose = textOf(document)
      .replace(/^```[\s\S]*?^```$/gm, '')
      .replace(/`[^`\n]*`/g, '')
    const broken = [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
      .map((m) => m[1] as string)
      .filter((link) => !/^https?:/.test(link))
      .filter((link) => {
        const [path = '', anchor] = link.split('#')
        const target = path === '' ? document : join(dirname(document), path)
        if (!existsSync(join(ROOT, target))) return true
        return anchor !== undefined && !anchorsOf(target).includes(anchor)
      })
    expect(broken).toEqual([])
  })
})
