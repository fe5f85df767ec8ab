import { appendFileSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Batch, Centre } from '../src/fleet/centre.js'
import { pull } from '../src/fleet/pull.js'
import { type Pushed, type PushOptions, push } from '../src/fleet/push.js'
import { findInputs } from '../src/input/find.js'
import { readInputs } from '../src/pipeline.js'
import { makeReport, type Report } from '../src/report/report.js'
import { mergeDatabases } from '../src/store/merge.js'
import { openStore } from '../src/store/store.js'

// Servers with logs and databases, for tests of the fleet.

let lines = 0

/** A line of a log, different from all others. */
export function lineAt(minute: number, status = 200, path = `/p${lines % 7}`): string {
  const time = new Date(Date.UTC(2026, 10, 20) + minute * 60_000).toISOString()
  const [, y, , d, t] = /^(\d+)-(\d+)-(\d+)T([\d:]+)/.exec(time) as unknown as string[]
  return `192.0.2.${++lines % 200} - - [${d}/Nov/${y}:${t} +0000] "GET ${path} HTTP/1.1" ${status} ${lines % 5000} "-" "agent/${lines}"\n`
}

export class World {
  readonly folder = mkdtempSync(join(tmpdir(), 'logstat-fleet-'))
  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
  server(name: string): WebServer {
    return new WebServer(join(this.folder, name), name)
  }
}

export class WebServer {
  readonly db: string
  readonly log: string
  constructor(
    readonly folder: string,
    readonly name: string,
  ) {
    mkdirSync(folder, { recursive: true })
    this.db = join(folder, 'logs.db')
    this.log = join(folder, 'access.log')
  }
  write(...lines: readonly string[]): this {
    appendFileSync(this.log, lines.join(''))
    return this
  }
  /** A whole log, under another name. */
  put(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text)
  }
  async ingest(file = this.log): Promise<void> {
    const store = openStore(this.db)
    try {
      for (const { error } of await readInputs(findInputs([file]), store, { jobs: 1, dayZone: 'UTC' }))
        if (error) throw error
    } finally {
      store.close()
    }
  }
  async push(centre: Centre, options: Partial<PushOptions> = {}): Promise<Pushed> {
    const store = openStore(this.db)
    try {
      return await push(store, centre, { server: this.name, machine: this.name, ...options })
    } finally {
      store.close()
    }
  }
  backup(): () => void {
    const copy = `${this.db}.backup`
    const store = openStore(this.db)
    store.db.pragma('wal_checkpoint(TRUNCATE)')
    store.close()
    copyFileSync(this.db, copy)
    return () => {
      this.lose()
      copyFileSync(copy, this.db)
    }
  }
  lose(): void {
    for (const end of ['', '-wal', '-shm']) rmSync(this.db + end, { force: true })
  }
}

/** The report of a centre. */
export async function reportOf(centre: Centre): Promise<Report> {
  const store = openStore(null)
  try {
    await pull(centre, store)
    return makeReport(store, { top: 20 })
  } finally {
    store.close()
  }
}

/** The report of databases, joined as `logstat merge` does it. */
export function mergedReport(folder: string, servers: readonly WebServer[]): Report {
  const file = join(folder, `merged-${++lines}.db`)
  mergeDatabases(
    servers.map(({ db }) => db),
    file,
  )
  const store = openStore(file)
  try {
    return makeReport(store, { top: 20 })
  } finally {
    store.close()
  }
}

export const hitsOf = ({ codes }: Report): Record<string, number> =>
  Object.fromEntries(codes.map(({ status, hits }) => [String(status), hits]))

/** A centre whose batches are seen, and may be held up. */
export function watched(
  centre: Centre,
  onPut: (batch: Batch, put: (batch: Batch) => Promise<boolean>) => Promise<boolean>,
): Centre {
  return new Proxy(centre, {
    get(of, name) {
      if (name === 'put') return (batch: Batch) => onPut(batch, (given) => of.put(given))
      const member = Reflect.get(of, name) as unknown
      return typeof member === 'function' ? member.bind(of) : member
    },
  })
}
