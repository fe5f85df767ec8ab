import type { Row } from './compare.js'

/** What the project wants to hold, and what a run showed. Reported; nothing fails by it. */
export interface Target {
  readonly text: string
  readonly value: number
  readonly limit: number
  readonly met: boolean
}

const MIB = 2 ** 20

/** The targets that a run says something about. */
export function judge(rows: readonly Row[]): Target[] {
  const targets: Target[] = []
  const row = (theCase: string, tool = 'logstat'): Row | undefined =>
    rows.find((r) => r.case === theCase && r.tool === tool)
  const atMost = (text: string, value: number | null | undefined, limit: number): void => {
    if (value !== null && value !== undefined)
      targets.push({ text: `${text}, at most ${limit}`, value, limit, met: value <= limit })
  }
  const atLeast = (text: string, value: number | null | undefined, limit: number): void => {
    if (value !== null && value !== undefined)
      targets.push({ text: `${text}, at least ${limit}`, value, limit, met: value >= limit })
  }
  const perByte = (r: Row | undefined): number | undefined => (r?.bytes ? r.seconds / r.bytes : undefined)
  const ratio = (a: number | undefined, b: number | undefined): number | undefined =>
    a !== undefined && b !== undefined ? a / b : undefined

  // The guard: a kernel that became a good deal slower shows here on any machine. JSON.parse is no slow way by itself.
  for (const [kind, slowWay] of [
    ['combined', 8],
    ['w3c', 8],
    ['json', 3],
  ] as const) {
    const mine = row(kind)
    if (!mine) continue
    atMost(`${kind}: time of wc -l`, mine.ratio, 8)
    atLeast(`${kind}: times as fast as GoAccess`, ratio(row(kind, 'goaccess')?.seconds, mine.seconds), 40)
    for (const peer of ['logswan', 'DuckDB, distinct', 'chDB, distinct', 'mlr', 'lnav'])
      atLeast(`${kind}: times as fast as ${peer}`, ratio(row(kind, peer)?.seconds, mine.seconds), 1)
    atLeast(
      `${kind}: times as fast as the slow way, one thread`,
      ratio(row(kind, 'the slow way')?.seconds, row(kind, 'logstat -j1')?.seconds),
      slowWay,
    )
  }
  atMost('w3c: time per byte of combined', ratio(perByte(row('w3c')), perByte(row('combined'))), 1.2)
  atMost('json: time per byte of combined', ratio(perByte(row('json')), perByte(row('combined'))), 2)
  atMost('gz: time of unpacking in Node', row('gz')?.ratio, 1.25)
  atMost('small: time of node -e 0', row('small')?.ratio, 2.5)
  atMost('explain: time of node -e 0', row('explain', 'logstat explain 404')?.ratio, 1.5)
  for (const name of ['db', 'db-w3c', 'db-json'])
    atMost(`${name}: time of the same without a database`, row(name, 'logstat ingest --db')?.ratio, 1.25)
  const peaks = rows.flatMap((r) => (r.tool.startsWith('logstat') && r.peakBytes !== null ? [r.peakBytes / MIB] : []))
  if (peaks.length > 0) atMost('all cases: peak memory in MiB', Math.max(...peaks), 300)
  return targets
}
