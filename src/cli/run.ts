import { existsSync, readFileSync } from 'node:fs'
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
  const [command, ...codes] = argv
  if (argv.length === 1 && (command === '-V' || command === '--version')) {
    process.stdout.write(`${version()}\n`)
    return 0
  }
  if (command === 'explain' && codes.length > 0 && !codes.some((code) => code.startsWith('-')) && !existsSync(CONFIG_FILE)) {
    const { explainCodes } = await import('./explain.js')
    return explainCodes(codes, { lang: 'en', color: 'auto' })
  }
  const { main } = await import('./main.js')
  return main(argv, version())
}

function version(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
  return version
}
