/**
 * Compiles the YAML files to what loads fast: all notes in one file, and an index of where each stands in it.
 *
 *     npx tsx src/catalogue/compile.ts
 */
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { parse } from 'yaml'
import { withAdvice } from './advice.js'
import type { CompiledIndex } from './catalogue.js'
import { checkFile, readDataFiles } from './check-data.js'
import type { HowTo, Link, Text } from './note.js'
import { linkOf, partsOfSource } from './sources.js'

const folder = new URL('../../dist/generated/catalogue/', import.meta.url)
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })

const authorities: Record<string, { title: Text; notes: Record<string, [number, number]> }> = {}
const aliases: Record<string, string> = {}
const parts: Buffer[] = []
let end = 0
for (const { name, file } of readDataFiles()) {
  const wrong = checkFile(name, file)
  if (wrong.length) {
    console.error(wrong.join('\n'))
    process.exitCode = 1
    continue
  }
  const compiled = (authorities[file.authority] ??= { title: file.title, notes: {} })
  for (const note of file.notes) {
    if (compiled.notes[note.code]) {
      console.error(`${name}: ${note.code} stands twice under ${file.authority}`)
      process.exitCode = 1
    }
    const links = partsOfSource(note.source).map((part) => linkOf(part) as Link)
    const bytes = Buffer.from(`${JSON.stringify({ ...withAdvice(file.authority, note), links })}\n`)
    parts.push(bytes)
    compiled.notes[note.code] = [end, end + bytes.length]
    end += bytes.length
    for (const alias of note.aliases ?? []) aliases[alias.toLowerCase()] = `${file.authority}:${note.code}`
  }
}
writeFileSync(new URL('notes.jsonl', folder), Buffer.concat(parts))
writeFileSync(new URL('index.json', folder), JSON.stringify({ authorities, aliases } satisfies CompiledIndex))
const howTos = parse(readFileSync(new URL('how-to.yaml', import.meta.url), 'utf8')) as readonly HowTo[]
writeFileSync(new URL('how-to.json', folder), JSON.stringify(howTos))
copyFileSync(new URL('data/win32-symbols.json', import.meta.url), new URL('win32-symbols.json', folder))
