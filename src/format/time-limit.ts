import { createContext, Script } from 'node:vm'
import { LogstatError } from '../errors.js'

// A regular expression of the user's can take for ever on a line that does not match: (a+)+$ on a row of a. Nothing in
// JavaScript stops it but what stops a script.

/** Longest time for at most 32 KiB of lines, which take some milliseconds. */
const LIMIT_MS = 5000

const context = createContext({ work: (): void => {} })
const script = new Script('work()')

/** Numbers of the first line that is being matched, and of the one that is just now. */
interface Place {
  readonly first: number
  readonly now: number
}

/**
 * Match lines, but not for ever.
 *
 * @throws LogstatError naming the line when the time is over
 */
export function inTime(work: () => void, placeOf: () => Place): void {
  context.work = work
  try {
    script.runInContext(context, { timeout: LIMIT_MS })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error
    const { first, now } = placeOf()
    throw new LogstatError(
      'pattern-time',
      {
        en: `line ${now}: the pattern did not come to an end within ${LIMIT_MS / 1000} seconds; lines before line ${first} are counted`,
        zh: `第 ${now} 行：模式在 ${LIMIT_MS / 1000} 秒内未能匹配完成；第 ${first} 行之前的行已计数`,
      },
      {
        en: 'Nested repetitions such as (\\S+)* backtrack for ever on a line that does not match: say what must stand between the fields.',
        zh: '嵌套的重复（例如 (\\S+)*）遇到不匹配的行会无止境地回溯：请写明字段之间的内容。',
      },
    )
  }
}
