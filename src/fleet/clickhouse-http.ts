import { LogstatError } from '../errors.js'
import { Unreachable } from './centre.js'

// ClickHouse over HTTP, with what Node has for that.

const LOCAL = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/
/** An answer that takes longer never comes. */
const TIMEOUT_MS = 600_000

/** Codes of a state that passes: too many queries or parts, timeouts, a table that is read only for a while. */
const PASSING = /^Code: (?:159|164|202|209|210|242|252|319)\b/

export class ClickHouseHttp {
  readonly #base: string
  readonly #headers: Record<string, string>
  readonly #named: string

  /** @param text `clickhouse://USER@HOST:PORT/DATABASE`; HTTPS unless the host is this one, or `?secure=0` is said */
  constructor(text: string, env: NodeJS.ProcessEnv = process.env) {
    const url = new URL(text.replace(/^clickhouse:/, 'http:'))
    if (url.password !== '')
      throw new LogstatError(
        'password',
        { en: 'the address of the centre holds a password', zh: '中心库地址中含有密码' },
        {
          en: 'Other users see command lines. Put it in CLICKHOUSE_PASSWORD.',
          zh: '其他用户能看到命令行。请写入 CLICKHOUSE_PASSWORD。',
        },
      )
    const secure = url.searchParams.get('secure') ?? (LOCAL.test(url.hostname) ? '0' : '1')
    const port = url.port || (secure === '1' ? '8443' : '8123')
    const database = url.pathname.slice(1) || 'default'
    const settings = new URLSearchParams({
      database,
      output_format_json_quote_64bit_integers: '0',
      // A block of rows that comes again must be written, so that it takes the place of rows that came between.
      insert_deduplicate: '0',
    })
    this.#base = `${secure === '1' ? 'https' : 'http'}://${url.hostname}:${port}/?${settings}`
    this.#headers = {
      ...(url.username ? { 'X-ClickHouse-User': decodeURIComponent(url.username) } : {}),
      ...(env.CLICKHOUSE_PASSWORD ? { 'X-ClickHouse-Key': env.CLICKHOUSE_PASSWORD } : {}),
    }
    this.#named = `clickhouse://${url.host}/${database}`
  }

  async #send(query: string, body: string): Promise<Response> {
    let response: Response
    try {
      const url = query ? `${this.#base}&query=${encodeURIComponent(query)}` : this.#base
      response = await fetch(url, {
        method: 'POST',
        body,
        headers: this.#headers,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
    } catch (error) {
      const { cause, message } = error as Error & { cause?: Error }
      throw new Unreachable(`${this.#named}: ${cause?.message || message}`, { cause: error })
    }
    if (response.ok) return response
    const told = (await response.text()).slice(0, 500).trim()
    if (response.status === 503 || PASSING.test(told)) throw new Unreachable(`${this.#named}: ${told}`)
    // Unknown table or database.
    const isMissing = /^Code: (?:60|81)\b/.test(told)
    throw new LogstatError(
      isMissing ? 'no-centre' : 'centre',
      `${this.#named}: ${told}`,
      isMissing
        ? {
            en: 'Make the database, then: logstat fleet init --to URL',
            zh: '请先创建数据库，再运行：logstat fleet init --to URL',
          }
        : { en: 'Check user, rights and CLICKHOUSE_PASSWORD.', zh: '请检查用户、权限和 CLICKHOUSE_PASSWORD。' },
    )
  }

  /** A statement that answers nothing. */
  async run(sql: string): Promise<void> {
    await (await this.#send('', sql)).arrayBuffer()
  }

  async insert(table: string, rows: readonly object[]): Promise<void> {
    const body = rows.map((row) => JSON.stringify(row)).join('\n')
    await (await this.#send(`INSERT INTO ${table} FORMAT JSONEachRow`, body)).arrayBuffer()
  }

  async ask<R>(sql: string): Promise<R[]> {
    const rows: R[] = []
    for await (const row of this.stream<R>(sql)) rows.push(row)
    return rows
  }

  /** Rows one by one, as they come. */
  async *stream<R>(sql: string): AsyncGenerator<R> {
    const { body } = await this.#send('', `${sql} FORMAT JSONEachRow`)
    const decoder = new TextDecoder()
    let rest = ''
    try {
      for await (const bytes of body ?? []) {
        const lines = (rest + decoder.decode(bytes as Uint8Array, { stream: true })).split('\n')
        rest = lines.pop() ?? ''
        for (const line of lines) if (line !== '') yield this.#row<R>(line)
      }
    } catch (error) {
      if (error instanceof LogstatError) throw error
      throw new Unreachable(`${this.#named}: ${(error as Error).message}`, { cause: error })
    }
    if (rest !== '') yield this.#row<R>(rest)
  }

  /** An error in the middle of an answer stands there in place of a row. */
  #row<R>(line: string): R {
    if (/^Code: \d+/.test(line)) throw new LogstatError('centre', `${this.#named}: ${line}`)
    return JSON.parse(line) as R
  }
}
