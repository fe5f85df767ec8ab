import type { Noted } from './evidence-records.js'
import type { Event } from './wasm/roles.js'

/**
 * The exports of the WebAssembly module (src/kernel/wasm/index.ts). Numbers are 32-bit, bigints 64-bit; addresses are
 * bytes.
 */
export interface Exports {
  memory: WebAssembly.Memory
  block: WebAssembly.Global
  blockBytes: WebAssembly.Global
  eventStart: WebAssembly.Global
  eventEnd: WebAssembly.Global
  planCount: WebAssembly.Global
  addPlan(cutter: number, leadingAt: number, leadingBytes: number, scale: number, flags: number): number
  absorbBuckets(n: number, from: number, seconds: number): void
  absorbCodes(n: number, from: number, texts: number, base: number): void
  absorbDistinct(dimension: number, theirs: number, codeMap: number, codeCount: number): void
  absorbLatencies(n: number, from: number): void
  absorbLost(dimension: number, theirs: number, codeMap: number, codeCount: number): void
  absorbValues(dimension: number, from: number, to: number, theirs: number, codeMap: number): void
  allocate(bytes: number): number
  codeMapAt(): number
  fits(codes: number, latencies: number): number
  bucketsFit(more: number): number
  bucketSeconds(): number
  bucketCount(): number
  setWidening(on: number): void
  widenBuckets(seconds: bigint): void
  orderBuckets(): void
  pack(dimension: number, from: number): number
  packCut(dimension: number, from: number): number
  packedEnd(): number
  packedSize(dimension: number): number
  reasonBytes(): number
  reasonTable(): number
  addFilter(role: number, flags: number, length: number): number
  clearFilters(): void
  filteredCount(): bigint
  leftOutFrom(): number
  leftOutTo(): number
  rolesMet(): number
  setPeriodFilter(from: number, to: number): void
  addStep(role: number, rule: number, literalAt: number, literalBytes: number, unitUs: number): number
  begin(offset: bigint, line: bigint): void
  bucketTable(): number
  clear(): void
  clearLineCounts(): void
  clearPlans(): void
  codeCount(): number
  codeTable(): number
  cutAtPeriods(few: number): void
  cutDistinct(): number
  cutLists(dimension: number, n: number): void
  cutLost(): number
  endOfSpan(role: number): number
  entryCount(): bigint
  hashOf(p: number, length: number): bigint
  ignoredCount(): bigint
  lastNewline(from: number, end: number): number
  layBuckets(from: number, n: number): number
  layLists(dimension: number, n: number): void
  latencyCount(): number
  latencyTable(): number
  lineCount(): bigint
  listRowsAt(): number
  listTextCount(): number
  listTextsAt(): number
  literal(length: number): number
  lostTable(dimension: number): number
  moved(): void
  offset(): bigint
  momentRead(): number
  newlineAfter(p: number): number
  openScratch(bytes: number): void
  openTable(dimension: number, log2: number, arenaBytes: number): void
  plansChanged(): void
  position(): number
  probe(plan: number, line: number): number
  probeLines(n: number, lines: number, to: number): void
  probedAt(): number
  probedReason(): number
  probedStep(): number
  probedTime(): number
  rejectLong(end: number): void
  rejectTable(): number
  run(end: number): Event
  sampleTable(): number
  scratchAt(): number
  secretAt(): number
  setLocalOffset(seconds: number, from: number, to: number): void
  setMoment(seconds: number): void
  setPeriod(period: number, start: number, end: number): void
  skipTo(p: number): void
  spanTable(): number
  table(dimension: number): number
  valueCount(dimension: number): number
  withoutTime(): bigint
  clearEvidence(): void
  evidenceCount(which: Noted): number
  evidenceTable(which: Noted): number
  hitsOfValue(dimension: number, at: number, length: number, answersOnly: boolean): number
  openEvidence(): void
  setAttackMatcher(classes: number, classCount: number, next: number, least: number): void
  setHard(secret: number, exploit: number): void
  setPathMatcher(classes: number, classCount: number, next: number, least: number, records: number, kinds: number): void
  sumAnswers(): void
}
