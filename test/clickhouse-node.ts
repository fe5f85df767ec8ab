import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

// A ClickHouse of the tests' own, on a free port of loopback.

/** Debian has it there. */
export const CLICKHOUSE: string | undefined = ['/usr/sbin/clickhouse-server', '/usr/bin/clickhouse-server'].find(
  existsSync,
)

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })

export class ClickHouseNode {
  readonly folder = mkdtempSync(join(tmpdir(), 'logstat-ch-'))
  #server: ChildProcess | undefined
  #port = 0

  get url(): string {
    return `clickhouse://127.0.0.1:${this.#port}/default`
  }

  async start(): Promise<void> {
    this.#port ||= await freePort()
    const tcp = await freePort()
    writeFileSync(
      join(this.folder, 'config.xml'),
      `<yandex><logger><level>warning</level><log>${this.folder}/log</log><errorlog>${this.folder}/err</errorlog></logger>
       <http_port>${this.#port}</http_port><tcp_port>${tcp}</tcp_port><listen_host>127.0.0.1</listen_host>
       <path>${this.folder}/data/</path><tmp_path>${this.folder}/tmp/</tmp_path><users_config>users.xml</users_config>
       <default_profile>default</default_profile><default_database>default</default_database>
       <mark_cache_size>104857600</mark_cache_size></yandex>`,
    )
    writeFileSync(
      join(this.folder, 'users.xml'),
      `<yandex><profiles><default><max_memory_usage>1000000000</max_memory_usage><max_threads>2</max_threads></default></profiles>
       <users><default><password></password><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota></default></users>
       <quotas><default></default></quotas></yandex>`,
    )
    this.#server = spawn(CLICKHOUSE as string, [`--config-file=${this.folder}/config.xml`], {
      stdio: 'ignore',
      cwd: this.folder,
    })
    for (let tries = 0; ; tries++) {
      const answer = await fetch(`http://127.0.0.1:${this.#port}/ping`).catch(() => undefined)
      if (answer?.ok) return
      if (tries > 300) throw new Error('ClickHouse does not start')
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }

  async stop(): Promise<void> {
    const server = this.#server
    if (!server || server.exitCode !== null || server.signalCode !== null) return
    const ended = new Promise((resolve) => server.once('exit', resolve))
    server.kill('SIGKILL')
    await ended
  }

  async remove(): Promise<void> {
    await this.stop()
    rmSync(this.folder, { recursive: true, force: true })
  }
}
