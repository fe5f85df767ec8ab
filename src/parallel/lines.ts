import { compileFields, NO_FIELDS } from '../format/w3c.js'
import { Kernel, type Period } from '../kernel/kernel.js'
import type { Plan } from '../kernel/plan.js'
import { dayOf, localOffset } from '../time-zone.js'
import type { DayOf } from './cut.js'
import { lineMaker, type Making } from './intake.js'

/** How the lines of an input are read. */
export interface Lines extends Making {
  /** For a W3C log: none, and `fields` is the `#Fields` line in force. */
  readonly plans: readonly Plan[]
  readonly fields: string | null
  readonly software: string | null
  /** The zone of times that carry none; null: UTC. */
  readonly logZone: string | null
}

/** Read times that carry no zone as those of a zone; null: as UTC. */
export function setLogZone(kernel: Kernel, zone: string | null): void {
  kernel.setLocalTime((seconds) => localOffset(seconds, zone ?? 'UTC'))
}

/** Have a kernel read lines so. */
export function setPlans(kernel: Kernel, { plans, fields, software }: Pick<Lines, 'plans' | 'fields' | 'software'>): void {
  kernel.setPlans(plans.length ? plans : [fields === null ? NO_FIELDS : compileFields(fields, software ?? '').plan])
}

/** Looks at lines of inputs, now of one, now of another. */
let kernel: Kernel | undefined
/** How it reads lines now. */
let reads: Lines | undefined
let make: ReturnType<typeof lineMaker> = (line) => line

/** Finds the days of lines as a kernel counts them. @param inForce how they are read; another object, when that has changed */
export function dayFinder(dayZone: string, inForce: () => Lines): DayOf {
  let day: Period | undefined
  return (line) => {
    const lines = inForce()
    kernel ??= new Kernel({ tables: false })
    if (reads !== lines) {
      setLogZone(kernel, lines.logZone)
      setPlans(kernel, lines)
      make = lineMaker(lines)
      reads = lines
    }
    const taken = make(line)
    const time = taken ? kernel.timeOf(taken) : Number.NaN
    if (Number.isNaN(time)) return undefined
    if (!day || time < day.start || time >= day.end) day = dayOf(time, dayZone)
    return day.number
  }
}
