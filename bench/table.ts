import type { Row } from './compare.js'
import type { Machine } from './machine.js'
import type { Target } from './targets.js'

/** A run of the bench, as it is saved. */
export interface BenchRun {
  readonly machine: Machine
  readonly entries: number
  readonly rows: readonly Row[]
  readonly targets: readonly Target[]
  readonly notes: readonly string[]
}

const HEADS = ['case', 'tool', 'does', 's', 'ratio', 'M lines/s', 'MB/s', 'peak MiB', 'runs', 'right'] as const
/** Columns of words; the others are numbers. */
const WORDS = 3

const fixed = (n: number | null | undefined, digits: number): string =>
  n === null || n === undefined ? '–' : n.toFixed(digits)
const digitsFor = (n: number): number => (n < 1 ? 3 : n < 10 ? 2 : 1)

function cells(row: Row): string[] {
  const { seconds, entries, bytes } = row
  return [
    row.case,
    row.tool,
    row.does,
    seconds.toFixed(digitsFor(seconds)),
    row.ratio === null ? '–' : row.ratio.toFixed(digitsFor(row.ratio)),
    fixed(entries && entries / seconds / 1e6, 2),
    fixed(bytes && bytes / seconds / 1e6, 0),
    fixed(row.peakBytes && row.peakBytes / 2 ** 20, 0),
    String(row.runs.length),
    row.right === null ? '–' : row.right ? 'yes' : 'no',
  ]
}

/** The rows for a terminal. */
export function asText(rows: readonly Row[], head = true): string {
  const lines = [...(head ? [[...HEADS]] : []), ...rows.map(cells)]
  const widths = [20, 20, 54, 7, 7, 10, 7, 9, 5, 6]
  return lines
    .map((line) =>
      line
        .map((cell, i) => (i < WORDS ? cell.padEnd(widths[i] as number) : cell.padStart(widths[i] as number)))
        .join(' '),
    )
    .join('\n')
}

export function targetsAsText(targets: readonly Target[]): string {
  return targets.map((t) => `${t.met ? 'met   ' : 'missed'} ${t.text}: ${t.value.toFixed(2)}`).join('\n')
}

/** A run as a section of a document. */
export function asMarkdown({ machine, entries, rows, targets, notes }: BenchRun): string {
  const table = (lines: readonly (readonly string[])[]): string =>
    lines.map((line) => `| ${line.join(' | ')} |`).join('\n')
  const safe = (line: readonly string[]): string[] => line.map((cell) => cell.replaceAll('|', '\\|'))
  return [
    `${machine.date}, ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}, Node ${machine.node}, logstat ${machine.logstat}; ${entries.toLocaleString('en')} entries.`,
    table([[...HEADS], HEADS.map((_, i) => (i < WORDS ? '---' : '--:')), ...rows.map((row) => safe(cells(row)))]),
    `Versions: ${[...new Set(rows.filter((r) => !r.tool.startsWith('logstat')).map((r) => `${r.tool} ${r.version}`))].join(', ')}.`,
    table([
      ['target', 'value', 'met'],
      ['---', '--:', '---'],
      ...targets.map((t) => [t.text, t.value.toFixed(2), t.met ? 'yes' : '**no**']),
    ]),
    ...(notes.length ? [notes.map((note) => `* ${note}`).join('\n')] : []),
  ].join('\n\n')
}
