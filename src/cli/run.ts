import { existsSync, readFileSync } from 'node:fs'
import { LANGUAGES, type Language } from '../catalogue/note.js'
import { CONFIG_FILE } from './config-file.js'

/**
 * Run logstat.
 *
 * The parser of options takes longer to load than the two answers below take, and they are what is asked most. Everything else, and
 * every mistake, is main.ts's.
 *
 * @param argv arguments without `node` and the script
 * @returns the exit status: 0 done, 1 a threshold of the user's was passed, 2 it could not be done
 */
export async function run(argv: readonly string[]): Promise<number> {
  // The reader went away (`logstat … | head`): that is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
  if (argv.length === 1 && (argv[0] === '-V' || argv[0] === '--version')) {
    process.stdout.write(`${version()}\n`)
    return 0
  }
  const asked = askedCodes(argv)
  if (asked && !existsSync(CONFIG_FILE)) {
    const { explainCodes } = await import('./explain.js')
    return explainCodes(asked.codes, { lang: asked.lang, color: 'auto' })
  }
  const { main } = await import('./main.js')
  return main(argv, version())
}

/** `explain CODE…`, perhaps with a language; undefined for anything else. */
function askedCodes([command, ...codes]: readonly string[]): { codes: readonly string[]; lang: Language | 'both' } | undefined {
  const at = codes.indexOf('--lang')
  const [, named] = at === -1 ? ['', 'en'] : codes.splice(at, 2)
  const lang = [...LANGUAGES, 'both' as const].find((l) => l === named)
  return command === 'explain' && lang && codes.length > 0 && !codes.some((code) => code.startsWith('-')) ? { codes, lang } : undefined
}

function version(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
  return version
}
