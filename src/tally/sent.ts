import { Buckets } from './buckets.js'
import { LaidList } from './laid-list.js'
import { type CodeTally, DIMENSIONS, type List, type Tally } from './tally.js'

/** A tally as it goes from thread to thread: plain data. What lists have in common goes once. */
export interface SentTally {
  readonly bucketSeconds: number
  readonly codes: ReadonlyMap<string, Omit<CodeTally, 'buckets'> & { readonly buckets: Float64Array }>
}

export function toSend({ bucketSeconds, codes }: Tally): SentTally {
  return { bucketSeconds, codes: new Map(Array.from(codes, ([key, code]) => [key, { ...code, buckets: code.buckets.rows() }])) }
}

/** The tally that was sent. */
export function received({ bucketSeconds, codes }: SentTally): Tally {
  const revived = (code: CodeTally): CodeTally => {
    for (const dimension of DIMENSIONS) code.lists[dimension] = listOf(code.lists[dimension])
    return code
  }
  return { bucketSeconds, codes: new Map(Array.from(codes, ([key, code]) => [key, revived({ ...code, buckets: new Buckets(code.buckets) })])) }
}

/** Of a list as the kernel laid it out only the fields have come along. */
function listOf(list: List | Pick<LaidList, 'texts' | 'rows' | 'lost' | 'distinct'>): List {
  return 'rows' in list ? new LaidList(list.texts, list.rows, list.lost, list.distinct) : list
}
