import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

// Real servers on loopback, for tests that run only where LOGSTAT_SERVERS=1 says that they are installed: there a
// server that is
// missing is a failure. `.ci/run` installs them.

export const HAVE_SERVERS = process.env.LOGSTAT_SERVERS === '1'

/** Ports that nobody uses, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listen(createServer())))
  const ports = servers.map(portOf)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}

export function listen(server: Server): Promise<Server> {
  return new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', () => resolve(server)))
}

export function portOf(server: Server): number {
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the server does not listen')
  return address.port
}

/** A server that runs in the foreground, as a child of the test. */
export interface Running {
  readonly pid: number
  /** End it, after the requests it is at. */
  stop(): Promise<void>
}

/**
 * Start a server and wait until it listens on all of `ports`. One that is missing, or ends, is an error with what it
 * printed.
 *
 * @param folder where what it prints is kept
 * @param fds    further files it gets open, from descriptor 3 on
 */
export async function startServer(
  command: readonly [string, ...string[]],
  {
    folder,
    ports,
    fds = [],
    env = {},
  }: { folder: string; ports: readonly number[]; fds?: readonly number[]; env?: Record<string, string> },
): Promise<Running> {
  const [name, ...args] = command
  const printed = join(folder, `${name}.printed`)
  const out = openSync(printed, 'a')
  // Debian keeps servers where users do not look for programs.
  const path = [process.env.PATH, '/usr/sbin', '/usr/local/sbin'].join(':')
  const child = spawn(name, args, {
    cwd: folder,
    stdio: ['ignore', out, out, ...fds],
    env: { ...process.env, PATH: path, ...env },
  })
  closeSync(out)
  const ended = new Promise<string>((resolve) => {
    child
      .once('error', (error) => resolve(error.message))
      .once('close', (code, signal) => resolve(`exit ${code ?? signal}`))
  })
  const listening = async (): Promise<void> => {
    for (const port of ports) await isUp(port)
    // Apache listens before it has read all of its configuration.
    await wait(200)
  }
  const end = await Promise.race([listening(), ended])
  if (end !== undefined) throw new Error(`${name} does not run: ${end}\n${readFileSync(printed, 'utf8')}`)
  return { pid: child.pid as number, stop: () => stop(child, ended) }
}

async function stop(child: ChildProcess, ended: Promise<string>): Promise<void> {
  child.kill('SIGTERM')
  if ((await Promise.race([ended, wait(5000)])) === undefined) child.kill('SIGKILL')
  await ended
}

async function isUp(port: number): Promise<void> {
  for (let i = 0; i < 200; i++) {
    const socket = connect(port, '127.0.0.1')
    const open = await new Promise<boolean>((resolve) =>
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false)),
    )
    socket.destroy()
    if (open) return
    await wait(50)
  }
}

/** What nginx needs besides a `http` block of its own to run from a folder, whoever runs it. */
export function nginxConfiguration(folder: string, { workers, http }: { workers: number; http: string }): string {
  const at = (name: string): string => join(folder, name)
  return `daemon off;
    pid ${at('nginx.pid')};
    worker_processes ${workers};
    error_log ${at('error.log')};
    ${process.getuid?.() === 0 ? 'user root;' : ''}
    events { worker_connections 256; }
    http {
      ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((n) => `${n}_temp_path ${at(`tmp-${n}`)};`).join(' ')}
      ${http}
    }`
}

/**
 * Send bytes as they are, and take what comes until the server closes.
 *
 * @param leave close the connection so many milliseconds after sending, whatever the server is at
 * @returns what came back
 */
export function talk(socket: Socket, bytes: string | Buffer, leave?: number): Promise<string> {
  return new Promise((resolve) => {
    let answer = ''
    // A server that waits for more gets none: that, too, is in its log.
    const idle = setTimeout(() => socket.destroy(), leave ?? 4000)
    socket
      .on('data', (data) => {
        answer += data.toString('latin1')
      })
      // A server may close while it is still being sent to.
      .on('error', () => {})
      .on('close', () => {
        clearTimeout(idle)
        resolve(answer)
      })
    socket.write(Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes, 'latin1'))
  })
}
