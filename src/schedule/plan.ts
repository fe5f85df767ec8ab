import type { PeriodKind } from '../summary/period.js'

/** Plan of a job: its command, with absolute paths, and its time. */
export interface Plan {
  /** Name of the job. */
  readonly name: string
  readonly period: PeriodKind
  /** Time of the day, in the zone of the machine; of an hourly job only the minute counts. */
  readonly hour: number
  readonly minute: number
  /** Program and arguments. */
  readonly command: readonly string[]
  /** Folders that the job writes to: that of the database, that of its output. */
  readonly writes: readonly string[]
}

/** A file that a scheduler reads. */
export interface ScheduleFile {
  readonly name: string
  readonly text: string
}

export const two = (n: number): string => String(n).padStart(2, '0')
