import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

// A PostgreSQL of the tests' own, in a folder that goes with it. It is reached by its socket alone.

/** The folder of the newest `initdb`; undefined where there is none. */
export const POSTGRES: string | undefined = [
  ...(existsSync('/usr/lib/postgresql')
    ? readdirSync('/usr/lib/postgresql')
        .sort((a, b) => Number(b) - Number(a))
        .map((version) => `/usr/lib/postgresql/${version}/bin`)
    : []),
  ...(process.env.PATH ?? '').split(delimiter),
].find((folder) => existsSync(join(folder, 'initdb')))

/** The server refuses to run as root. */
function user(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {}
  const id = (flag: string): number => Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout)
  return { uid: id('-u'), gid: id('-g') }
}

export class Cluster {
  readonly folder: string
  readonly #as = user()
  #server: ChildProcess | undefined
  readonly #settings: readonly string[]

  constructor(settings: readonly string[] = ['fsync=off']) {
    this.#settings = settings
    this.folder = mkdtempSync(join(tmpdir(), 'logstat-pg-'))
    if (this.#as.uid !== undefined) chownSync(this.folder, this.#as.uid, this.#as.gid as number)
    chmodSync(this.folder, 0o755)
    this.#run(
      'initdb',
      '-D',
      join(this.folder, 'data'),
      '-A',
      'trust',
      '-U',
      'owner',
      '-E',
      'UTF8',
      '--locale',
      'C',
      '--no-sync',
    )
  }

  #run(program: string, ...args: string[]): void {
    const { status, stderr } = spawnSync(join(POSTGRES as string, program), args, {
      ...this.#as,
      cwd: '/',
      encoding: 'utf8',
    })
    if (status !== 0) throw new Error(`${program}: ${stderr}`)
  }

  url(role = 'owner'): string {
    return `postgres://${role}@/postgres?host=${this.folder}`
  }

  async start(): Promise<void> {
    const settings = [
      'listen_addresses=',
      `unix_socket_directories=${this.folder}`,
      'max_connections=50',
      ...this.#settings,
    ]
    const args = ['-D', join(this.folder, 'data'), ...settings.flatMap((each) => ['-c', each])]
    this.#server = spawn(join(POSTGRES as string, 'postgres'), args, { ...this.#as, cwd: '/', stdio: 'ignore' })
    for (let tries = 0; ; tries++) {
      const { status } = spawnSync(join(POSTGRES as string, 'pg_isready'), ['-q', '-h', this.folder, '-U', 'owner'])
      if (status === 0) return
      if (tries > 300) throw new Error('PostgreSQL does not start')
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }

  /** SIGQUIT is a crash: nothing is written down, and the next start recovers. SIGINT ends it in order. */
  async stop(signal: 'SIGQUIT' | 'SIGINT' = 'SIGINT'): Promise<void> {
    const server = this.#server
    if (!server || server.exitCode !== null) return
    const ended = new Promise((resolve) => server.once('exit', resolve))
    server.kill(signal)
    await ended
  }

  async remove(): Promise<void> {
    await this.stop('SIGQUIT')
    rmSync(this.folder, { recursive: true, force: true })
  }
}
