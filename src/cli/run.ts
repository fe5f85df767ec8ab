import { existsSync, readFileSync } from 'node:fs'
import { LANGUAGES, type Language } from '../catalogue/note.js'
import { CONFIG_FILE } from './config-file.js'
import { speakTo, systemLanguage, tell, tellError } from './messages.js'

/**
 * Run logstat.
 *
 * The parser of options takes longer to load than the two answers below take, which are asked for most. Everything
 * else, and every mistake, is main.ts's.
 *
 * This is the edge: every error that nobody expected ends here, as a sentence and exit status 2.
 *
 * @param argv arguments without `node` and the script
 * @returns the exit status: 0 done, 1 a threshold was exceeded, 2 it could not be done
 */
export async function run(argv: readonly string[]): Promise<number> {
  speakTo(argv)
  watchStreams()
  process.on('uncaughtException', (error) => {
    tellError(error)
    process.exit(2)
  })
  try {
    return await answer(argv)
  } catch (error) {
    tellError(error)
    return 2
  }
}

/**
 * Standard output may be closed (`logstat … | head`), which is no failure, or full, which is one. Nobody hears of a
 * failure of standard error.
 */
function watchStreams(): void {
  process.stderr.on('error', () => {})
  process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    if (code !== 'EPIPE')
      tell(
        { en: `standard output cannot be written: ${message}`, zh: `无法写入标准输出：${message}` },
        { en: 'Free some space on the disk, or write elsewhere: -o FILE', zh: '请释放磁盘空间，或写入别处：-o FILE' },
      )
    process.exit(code === 'EPIPE' ? 0 : 2)
  })
}

async function answer(argv: readonly string[]): Promise<number> {
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
function askedCodes([command, ...codes]: readonly string[]):
  | { codes: readonly string[]; lang: Language | 'both' }
  | undefined {
  const at = codes.indexOf('--lang')
  const [, named] = at === -1 ? ['', systemLanguage()] : codes.splice(at, 2)
  const lang = [...LANGUAGES, 'both' as const].find((l) => l === named)
  return command === 'explain' && lang && codes.length > 0 && !codes.some((code) => code.startsWith('-'))
    ? { codes, lang }
    : undefined
}

function version(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  return version
}
