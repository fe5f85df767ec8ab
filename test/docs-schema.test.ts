import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findInputs } from '../src/input/find.js'
import { readInputs } from '../src/pipeline.js'
import { openStore } from '../src/store/store.js'
import { fixture, ROOT } from './support.js'

const text = readFileSync(join(ROOT, 'docs', 'schema.md'), 'utf8')
const queries = [...text.matchAll(/```sql\n([\s\S]*?)```/g)].map(([, sql]) => (sql as string).trim())

let folder: string
let db: Database.Database
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'logstat-test-'))
  const store = openStore(join(folder, 'logs.db'))
  await readInputs(
    findInputs([fixture('iis/u_ex261122.log'), fixture('apache/mixed.log'), fixture('iis/hostile.log')]),
    store,
    { dayZone: 'UTC', jobs: 1 },
  )
  store.close()
  db = new Database(join(folder, 'logs.db'), { readonly: true })
})
afterAll(() => {
  db.close()
  rmSync(folder, { recursive: true })
})

describe('docs/schema.md', () => {
  it('has queries that run and find something', () => {
    expect(queries.length).toBeGreaterThanOrEqual(6)
    for (const query of queries) expect(db.prepare(query).all().length, query).toBeGreaterThan(0)
  })
  it('names every table, view and column', () => {
    const names = db
      .prepare("SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'")
      .all() as { name: string }[]
    for (const { name } of names) {
      expect(text, name).toMatch(new RegExp(`\`${name}\`|### .*\\b${name}\\b`))
      for (const column of db.prepare(`SELECT name FROM pragma_table_info('${name}')`).all() as { name: string }[])
        expect(text, `${name}.${column.name}`).toContain(`\`${column.name}\``)
    }
  })
  it('names every setting', () => {
    const source = readFileSync(join(ROOT, 'src', 'store', 'setting.ts'), 'utf8')
    const names = [...source.matchAll(/'(\w+)'/g)].map(([, name]) => name as string)
    expect(names.length).toBeGreaterThan(3)
    for (const name of names) expect(text).toContain(`\`${name}\``)
  })
})
