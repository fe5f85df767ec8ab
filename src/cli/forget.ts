import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { LogstatError } from '../errors.js'
import { sourceHolding } from '../log/identity.js'
import { count, visible } from '../render/cells.js'
import { forgetSources } from '../store/forget.js'
import { openStore, type Source, type Store } from '../store/store.js'

interface ForgetOptions {
  readonly db: string
  readonly quiet?: boolean
}

/** `logstat forget PATH|SOURCE… --db FILE`: undo imports. All that are named are found before any is undone. */
export async function forget(names: readonly string[], { db, quiet }: ForgetOptions): Promise<number> {
  const store = openStore(db, { create: false })
  try {
    const found = new Map<number, Source>()
    for (const name of names) {
      const source = await sourceNamed(store, name)
      found.set(source.id, source)
    }
    forgetSources(store, [...found.keys()])
    for (const s of found.values())
      if (!quiet) process.stdout.write(`forgotten: source ${s.id}, ${visible(s.name)}, ${count(s.entries)} entries\n`)
    return 0
  } finally {
    store.close()
  }
}

/** A source by its number, by the content of a file, or by the name under which it was read. */
async function sourceNamed(store: Store, name: string): Promise<Source> {
  const all = store.sources()
  const numbered = /^\d+$/.test(name) ? all.find((s) => s.id === Number(name)) : undefined
  if (numbered) return numbered
  const stat = statSync(name, { throwIfNoEntry: false })
  if (stat?.isFile()) {
    const holding = await sourceHolding(store, { name, path: name, optional: false, size: stat.size })
    if (holding) return holding
  }
  const path = resolve(name)
  const called = all.filter((s) => s.name === name || s.path === path)
  const [first, ...more] = called
  if (first && more.length === 0) return first
  if (first)
    throw new LogstatError(
      'several-sources',
      {
        en: `${name}: several logs were read under this name: sources ${called.map((s) => s.id).join(', ')}`,
        zh: `${name}：有多个日志以此名称读入：来源 ${called.map((s) => s.id).join('、')}`,
      },
      {
        en: 'Name those to forget by number; logstat sources --db FILE shows when each was read.',
        zh: '请用编号指定要移除的来源；logstat sources --db FILE 可显示各自的读取时间。',
      },
    )
  throw new LogstatError(
    'no-source',
    { en: `${name}: nothing of this was read into the database`, zh: `${name} 尚未读入该数据库` },
    { en: 'See what was: logstat sources --db FILE', zh: '查看已读入的内容：logstat sources --db FILE' },
  )
}
