/**
 * Compiles the YAML files to JSON that loads fast: a file an authority, and an index of which authorities know a code.
 *
 *     npx tsx src/catalogue/compile.ts
 */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import type { CompiledAuthority, CompiledIndex } from './catalogue.js'
import { checkFile, readDataFiles } from './check-data.js'

const folder = new URL('../../dist/generated/catalogue/', import.meta.url)
mkdirSync(folder, { recursive: true })

const authorities: Record<string, CompiledAuthority> = {}
const index: CompiledIndex = { owners: {}, aliases: {} }
for (const { name, file } of readDataFiles()) {
  const wrong = checkFile(name, file)
  if (wrong.length) {
    console.error(wrong.join('\n'))
    process.exitCode = 1
    continue
  }
  const compiled = (authorities[file.authority] ??= { authority: file.authority, title: file.title, notes: {} })
  for (const note of file.notes) {
    if (compiled.notes[note.code]) {
      console.error(`${name}: ${note.code} stands twice under ${file.authority}`)
      process.exitCode = 1
    }
    compiled.notes[note.code] = note
    if (file.authority !== 'win32') (index.owners[note.code] ??= []).push(file.authority)
    for (const alias of note.aliases ?? []) index.aliases[alias.toLowerCase()] = `${file.authority}:${note.code}`
  }
}
for (const [authority, compiled] of Object.entries(authorities)) writeFileSync(new URL(`${authority}.json`, folder), JSON.stringify(compiled))
writeFileSync(new URL('index.json', folder), JSON.stringify(index))
copyFileSync(new URL('data/win32-symbols.json', import.meta.url), new URL('win32-symbols.json', folder))
