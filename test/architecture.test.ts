import { readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { globSync } from 'tinyglobby'
import { describe, expect, it } from 'vitest'
import { ROOT } from './support.js'

// docs/architecture.md says which folder of src/ may import which; this holds the code to it.

/** Folder → folders it may import, in the order of the document. */
function documented(): Map<string, string[]> {
  const text = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8')
  const block = /```text\n([\s\S]*?)```/.exec(text.slice(text.indexOf('## What may import what')))?.[1] ?? ''
  const lines = block.split('\n').filter((line) => line.includes('→'))
  return new Map(
    lines
      .map((line) => line.split('→').map((part) => part.trim()))
      .map(([from, to]) => [from as string, (to as string).split(/\s+/).filter(Boolean)]),
  )
}

interface Import {
  readonly file: string
  readonly from: string
  /** A folder of src/, or the name of a package. */
  readonly to: string
  readonly isPackage: boolean
}

/** `src/report/select.ts` → `report`; `src/pipeline.ts` → `pipeline`. */
const folderOf = (path: string): string => (path.split('/')[1] as string).replace(/\.[jt]sx?$/, '')

const FILES = globSync('src/**/*.{ts,tsx}', { cwd: ROOT, ignore: ['**/*.d.ts'] }).map((f) => f.replaceAll('\\', '/'))

function imports(): Import[] {
  return FILES.flatMap((file) => {
    const source = readFileSync(join(ROOT, file), 'utf8')
    const names = [
      ...source.matchAll(
        /^\s*(?:import|export)\b[^'"\n;]*?(?:from\s+)?'([^']+)'|^\} from '([^']+)'|\bimport\('([^']+)'\)/gm,
      ),
    ]
    return names.map((m): Import => {
      const name = (m[1] ?? m[2] ?? m[3]) as string
      const isPackage = !name.startsWith('.')
      return {
        file,
        from: folderOf(file),
        to: isPackage ? name : folderOf(posix.join(posix.dirname(file), name)),
        isPackage,
      }
    })
  })
}

describe('src/', () => {
  const graph = documented()
  const all = imports()
  const inside = all.filter((i) => !i.isPackage && i.from !== i.to)

  it('is described whole', () => {
    expect(all.length).toBeGreaterThan(100)
    expect([...graph.keys()].sort()).toEqual(
      [...new Set(all.map((i) => i.from).concat(inside.map((i) => i.to)))].sort(),
    )
  })
  it('imports only what the document allows', () => {
    expect(inside.filter((i) => !graph.get(i.from)?.includes(i.to)).map((i) => `${i.file} imports ${i.to}`)).toEqual([])
  })
  it('needs all that the document allows', () => {
    const needed = new Set(inside.map((i) => `${i.from} → ${i.to}`))
    const allowed = [...graph].flatMap(([from, to]) => to.map((t) => `${from} → ${t}`))
    expect(allowed.filter((edge) => !needed.has(edge))).toEqual([])
  })
  it('imports one way: each folder stands below all that it imports', () => {
    const order = [...graph.keys()]
    for (const [from, to] of graph)
      for (const t of to)
        expect([from, t, order.indexOf(t) >= 0 && order.indexOf(t) < order.indexOf(from)]).toEqual([from, t, true])
  })
  it('keeps packages where they belong', () => {
    const users = (name: string): string[] => [
      ...new Set(all.filter((i) => i.isPackage && i.to === name).map((i) => i.from)),
    ]
    expect(users('better-sqlite3')).toEqual(['store'])
    expect(users('commander')).toEqual(['cli'])
    expect(users('asciichart')).toEqual(['render'])
    expect(
      all.filter((i) => i.from === 'kernel' && i.isPackage && !i.to.startsWith('node:')).map((i) => i.file),
    ).toEqual([])
  })
})

const MOST_LINES = 400
/** Tables: records of formats, rules, commands and words, with nothing to follow from line to line. */
const TABLES = /^src\/(?:format\/records|diagnosis\/rules)\//

describe('a file of src/', () => {
  it(`has at most ${MOST_LINES} lines`, () => {
    const long = FILES.filter((file) => !TABLES.test(file)).flatMap((file) => {
      const lines = readFileSync(join(ROOT, file), 'utf8').split('\n').length - 1
      return lines > MOST_LINES ? [`${file}: ${lines}`] : []
    })
    expect(long).toEqual([])
  })
})
