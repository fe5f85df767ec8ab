import { Kind, LARGEST_SUM, MEASURES, Measure, type MeasureRecord } from '../kernel/records.js'

export { Kind, LARGEST_SUM, MEASURES }

type MeasureName = keyof typeof Measure
/** Measures that are kept by code and period. */
type SpanName = 'firstSeen' | 'lastSeen' | 'latency'
/** Measures that are sums. */
export type SumName = Exclude<MeasureName, SpanName>

/** The sums of some entries. null: none of them has a value, which is not 0; at LARGEST_SUM: so much or more. */
export type Sums = { hits: number } & { [Name in Exclude<SumName, 'hits'>]: number | null }

/** The measures that are sums, in the order of their columns in buckets. */
export const SUM_MEASURES = named<SumName>(({ kind }) => kind === Kind.Sum)

/** The measures kept by code and period, beside the hits. */
export const SPAN_MEASURES = named<SpanName>(({ kind }) => kind !== Kind.Sum)

function named<Name extends MeasureName>(
  fits: (record: MeasureRecord) => boolean,
): (MeasureRecord & { readonly name: Name })[] {
  return MEASURES.filter(fits).map((record) => ({ ...record, name: Measure[record.measure] as Name }))
}

/** The sums of no entry. */
export function noSums(): Sums {
  return sumsOf((name) => (name === 'hits' ? 0 : null))
}

/** @param sum the sum of a name; null only where no entry has a value */
export function sumsOf(sum: (name: SumName, measure: Measure) => number | null): Sums {
  return Object.fromEntries(SUM_MEASURES.map(({ name, measure }) => [name, sum(name, measure)])) as Sums
}

/** Add `from` to `to`. */
export function addSums(to: Sums, from: Sums): void {
  to.hits += from.hits
  for (const { name } of SUM_MEASURES) if (name !== 'hits') to[name] = plus(to[name], from[name])
}

/** The sum of two sums. */
function plus(a: number | null, b: number | null): number | null {
  if (a === null) return b
  return b === null ? a : Math.min(a + b, LARGEST_SUM)
}

/** Sums that a report tells as they are, of all entries, a class and a code; of the others it makes something else. */
export type ReportedSums = Readonly<Omit<Sums, 'hits' | 'timed' | 'timeTakenUs'>>
const REPORTED = SUM_MEASURES.map(({ name }) => name).filter(
  (name) => name !== 'hits' && name !== 'timed' && name !== 'timeTakenUs',
)

/** @param known the sums of all entries: where these have a value, no entries have 0 */
export function reportedSums(sums: Readonly<Sums>, known = sums): ReportedSums {
  return Object.fromEntries(
    REPORTED.map((name) => [name, sums.hits === 0 && known[name] !== null ? 0 : sums[name]]),
  ) as ReportedSums
}
