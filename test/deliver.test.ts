import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { type AddressInfo, createServer as createSocketServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { enqueue, flush } from '../src/deliver/deliver.js'
import { type Deliveries, type News, NO_DELIVERIES, type Problem } from '../src/deliver/news.js'
import type { Target } from '../src/deliver/target.js'
import { logstatHere as logstat } from './support.js'

const folder = mkdtempSync(join(tmpdir(), 'logstat-deliver-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const at = (name: string): string => join(folder, name)
const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
  vi.useRealTimers()
})

const QUICK = { timeoutMs: 700, backOffMs: 1, tries: 3 }
const EVIL = 'a\r\nBcc: victim@example.com\r\n\r\n<script>`*x*`[l](http://x)'
const problem = (id: string): Problem => ({ id, title: `${id} ${EVIL}`, since: 1_800_000_000 })
const news = (kind: News['kind'], problems: readonly Problem[], resolved: readonly Problem[] = []): News => ({
  id: `id-${kind}-${problems.map(({ id }) => id).join('-')}`,
  kind,
  host: 'web1',
  job: 'nightly',
  language: 'en',
  at: 1_800_000_000,
  subject: `[logstat] web1: ALERT ${EVIL}`,
  text: `ALERT ${EVIL}`,
  html: '<p>ALERT</p>',
  problems,
  resolved,
  validUntil: 1_800_090_000,
  summary: {},
})

interface Request {
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: Record<string, unknown> & { readonly text?: string }
}

/** A server that answers with these statuses, one after another, the last for good; 0: it hangs up, -1: it says nothing. */
async function web(...statuses: readonly number[]): Promise<{ url: string; got: Request[]; server: Server }> {
  const got: Request[] = []
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (data) => (text += data))
    request.on('end', () => {
      const status = statuses[Math.min(got.length, statuses.length - 1)] ?? 200
      got.push({ url: request.url ?? '', headers: request.headers, body: JSON.parse(text) })
      if (status === 0) request.socket.destroy()
      else if (status > 0)
        response.writeHead(status, status === 302 ? { Location: 'http://192.0.2.1/' } : {}).end('said')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, got, server }
}

interface Mail {
  readonly from: string
  readonly to: readonly string[]
  readonly raw: string
  readonly isSecure: boolean
  readonly user: unknown
}

async function smtp(options: SMTPServerOptions = {}): Promise<{ port: number; mails: Mail[] }> {
  const mails: Mail[] = []
  const server = new SMTPServer({
    authOptional: true,
    disableReverseLookup: true,
    onAuth: (auth, _, done) =>
      auth.username === 'u' && auth.password === 'p' ? done(null, { user: 'u' }) : done(new Error('no such user')),
    onData(stream, session, done) {
      let raw = ''
      stream.on('data', (data) => (raw += data))
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope
        mails.push({
          from: mailFrom ? mailFrom.address : '',
          to: rcptTo.map(({ address }) => address),
          raw,
          isSecure: session.secure,
          user: session.user,
        })
        done()
      })
    },
    ...options,
  })
  server.on('error', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  closing.push(() => server.close(() => {}))
  return { port: (server.server.address() as AddressInfo).port, mails }
}

const mailTo = (port: number, more: Partial<NonNullable<Target['mail']>> = {}): Target => ({
  mail: { to: ['ops@example.com'], from: 'logstat@example.com', server: '127.0.0.1', port, tls: 'none', ...more },
})

/** Deliver one alert. @returns what could not be delivered, and what is still to be */
async function deliver(targets: readonly Target[], before: Deliveries = NO_DELIVERIES, problems = [problem('a')]) {
  let kept = enqueue(before, { targets, problems, now: 1_800_000_000, remind: 3600, write: news })
  const failures = await flush(kept, targets, (rest) => (kept = rest), QUICK)
  return { failures: failures.map(({ en }) => en), kept }
}

describe('a webhook', () => {
  it.each(['webhook', 'slack', 'teams', 'ntfy', 'alertmanager'] as const)(
    'of the kind %s is sent what its receiver reads',
    async (kind) => {
      const { url, got } = await web()
      process.env.LOGSTAT_TEST_TOKEN = 'secret'
      const target = { [kind]: { url: `${url}/hooks/topic`, token: { env: 'LOGSTAT_TEST_TOKEN' } } }
      expect(await deliver([target])).toMatchObject({ failures: [], kept: { outbox: [], active: [{ id: 'a' }] } })
      expect(got).toHaveLength(1)
      const [{ body, headers, url: path }] = got as [Request]
      expect(headers).toMatchObject({ authorization: 'Bearer secret', 'idempotency-key': 'id-alert-a' })
      const text = JSON.stringify(body)
      if (kind === 'webhook')
        expect(body).toMatchObject({ schema: 'logstat.news/1', kind: 'alert', host: 'web1', problems: [{ id: 'a' }] })
      if (kind === 'slack') expect(body.text).toMatch(/&lt;script&gt;ˋ/)
      if (kind === 'teams') expect(text).toMatch(/"AdaptiveCard"[\s\S]*\\\\<script\\\\>\\\\`\\\\\*x/)
      if (kind === 'ntfy') expect([path, body]).toMatchObject(['/hooks/', { topic: 'topic', priority: 5 }])
      if (kind === 'alertmanager')
        expect([path, body]).toMatchObject([
          '/hooks/topic/api/v2/alerts',
          [{ labels: { alertname: 'logstat', problem: 'a', instance: 'web1' }, endsAt: '2027-01-16T09:00:00.000Z' }],
        ])
    },
  )

  it('is tried again when it fails in passing, and told when it goes on failing', async () => {
    const passing = await web(503, 0, 200)
    expect((await deliver([{ webhook: { url: passing.url } }])).failures).toEqual([])
    expect(passing.got.map(({ headers }) => headers['idempotency-key'])).toEqual([
      'id-alert-a',
      'id-alert-a',
      'id-alert-a',
    ])

    for (const [status, tries, said] of [
      [500, 3, /HTTP 500: said/],
      [404, 1, /HTTP 404/],
      // What names clients goes nowhere else.
      [302, 1, /HTTP 302/],
      [-1, 3, /timeout|aborted/i],
    ] as const) {
      const failing = await web(status)
      const { failures, kept } = await deliver([{ webhook: { url: failing.url } }])
      expect(failures).toEqual([expect.stringMatching(said)])
      expect(failing.got).toHaveLength(tries)
      expect(kept.outbox).toMatchObject([{ tries: 1, news: { id: 'id-alert-a' } }])
      failing.server.closeAllConnections()
    }
  })

  it('that was down gets all it missed in order, once', async () => {
    const { url, got } = await web(404, 200)
    const targets = [{ webhook: { url } }]
    const first = await deliver(targets)
    const second = await deliver(targets, first.kept, [])
    expect(second).toMatchObject({ failures: [], kept: { active: [], outbox: [] } })
    expect(got.map(({ body }) => body.kind)).toEqual(['alert', 'alert', 'resolved'])
    const third = await deliver(targets, second.kept, [])
    expect([third.failures, got.length]).toEqual([[], 3])
  })
})

describe('news', () => {
  const kindOf = (before: Deliveries, ids: readonly string[], now: number) =>
    enqueue(before, {
      targets: [{ webhook: { url: 'https://example.com' } }],
      problems: ids.map(problem),
      now,
      remind: 3600,
      write: news,
    })
  it('are made when something changes or is over, and when a problem lasts', () => {
    const alert = kindOf(NO_DELIVERIES, ['a', 'b'], 1000)
    const kinds = (d: Deliveries) => d.outbox.map((w) => w.news.kind)
    expect(kinds(alert)).toEqual(['alert'])
    const sent = { ...alert, outbox: [] }
    expect(kinds(kindOf(sent, ['a', 'b'], 2000))).toEqual([])
    expect(kinds(kindOf(sent, ['b'], 2000))).toEqual(['change'])
    expect(kinds(kindOf(sent, ['b', 'c'], 2000))).toEqual(['alert'])
    expect(kinds(kindOf(sent, [], 2000))).toEqual(['resolved'])
    expect(kinds(kindOf(sent, ['a', 'b'], 4600))).toEqual(['reminder'])
    expect(kindOf(NO_DELIVERIES, [], 1000)).toBe(NO_DELIVERIES)
  })
})

describe('a mail', () => {
  it('has a text and an HTML part, and headers that nothing gets into', async () => {
    const { port, mails } = await smtp()
    expect((await deliver([mailTo(port)])).failures).toEqual([])
    const [{ raw, to }] = mails as [Mail]
    expect(to).toEqual(['ops@example.com'])
    const head = raw.slice(0, raw.indexOf('\r\n\r\n'))
    expect(head).not.toMatch(/^Bcc:/im)
    expect(head).toMatch(/^Message-ID: <id-alert-a@web1>\r$/im)
    expect(head).toMatch(/^Auto-Submitted: auto-generated\r$/im)
    expect(raw).toMatch(/Content-Type: text\/plain[\s\S]*Content-Type: text\/html/)
  })

  it('goes through STARTTLS with a password, and not without', async () => {
    execFileSync(
      'openssl',
      [
        ...'req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout'.split(
          ' ',
        ),
        at('key.pem'),
        '-out',
        at('ca.pem'),
      ],
      { stdio: 'ignore' },
    )
    const tls = { key: readFileSync(at('key.pem')), cert: readFileSync(at('ca.pem')) }
    const { port, mails } = await smtp({ ...tls, authOptional: false })
    process.env.LOGSTAT_TEST_PASSWORD = 'p'
    const password = { env: 'LOGSTAT_TEST_PASSWORD' }
    const secure = { tls: 'starttls', ca: at('ca.pem'), user: 'u', password } as const
    expect((await deliver([mailTo(port, secure)])).failures).toEqual([])
    expect(mails).toMatchObject([{ isSecure: true, user: 'u' }])
    // A certificate that nobody has signed, and a wrong password.
    const { ca: _, ...unknown } = secure
    expect((await deliver([mailTo(port, unknown)])).failures).toEqual([expect.stringMatching(/certificate/)])
    writeFileSync(at('password'), 'wrong\n', { mode: 0o600 })
    expect((await deliver([mailTo(port, { ...secure, password: { file: at('password') } })])).failures).toEqual([
      expect.stringMatching(/Invalid login|no such user/),
    ])
    writeFileSync(at('open'), 'p', { mode: 0o644 })
    expect((await deliver([mailTo(port, { ...secure, password: { file: at('open') } })])).failures).toEqual([
      expect.stringMatching(/others may read this secret/),
    ])
    // A server without STARTTLS is not spoken to in the clear.
    const plain = await smtp({ hideSTARTTLS: true, disabledCommands: ['STARTTLS'] })
    expect((await deliver([mailTo(plain.port, { tls: 'starttls' })])).failures).toHaveLength(1)
    expect([mails.length, plain.mails.length]).toEqual([1, 0])
  })

  it('that some addresses refuse goes again to those only', async () => {
    let isOpen = false
    const { port, mails } = await smtp({
      onRcptTo: ({ address }, _, done) =>
        done(address.startsWith('gone') && !isOpen ? Object.assign(new Error('unknown'), { responseCode: 550 }) : null),
    })
    const targets = [mailTo(port, { to: ['ops@example.com', 'gone@example.com'] })]
    const first = await deliver(targets)
    expect(first).toMatchObject({
      failures: [expect.stringContaining('refused')],
      kept: { outbox: [{ only: ['gone@example.com'] }] },
    })
    isOpen = true
    expect((await deliver(targets, first.kept)).failures).toEqual([])
    expect(mails.map(({ to }) => to)).toEqual([['ops@example.com'], ['gone@example.com']])
  })

  it('is tried again by a server that dies in the middle, and by one that is silent or not there', async () => {
    let deaths = 0
    const dying = await smtp({
      onData(stream, session, done) {
        stream.resume()
        const error = deaths++ === 0 ? Object.assign(new Error('try later'), { responseCode: 451 }) : null
        stream.on('end', () => done(error))
      },
    })
    expect((await deliver([mailTo(dying.port)])).failures).toEqual([])
    expect(deaths).toBe(2)
    const silent = createSocketServer(() => {})
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    closing.push(() => silent.close())
    const port = (silent.address() as AddressInfo).port
    expect((await deliver([mailTo(port)])).failures).toHaveLength(1)
    expect((await deliver([mailTo(1)])).failures).toEqual([expect.stringMatching(/ECONNREFUSED/)])
  }, 30_000)
})

const ALERTMANAGER = ['/usr/bin/prometheus-alertmanager', '/usr/local/bin/alertmanager'].find((path) =>
  existsSync(path),
)

describe.skipIf(ALERTMANAGER === undefined)('a real Alertmanager', () => {
  it('has an alert while it lasts, and none when it is over', async () => {
    const free = createSocketServer()
    await new Promise<void>((resolve) => free.listen(0, '127.0.0.1', resolve))
    const { port } = free.address() as AddressInfo
    await new Promise((resolve) => free.close(resolve))
    writeFileSync(at('alertmanager.yml'), 'route: { receiver: none }\nreceivers: [{ name: none }]\n')
    const started = spawn(
      ALERTMANAGER as string,
      [
        `--config.file=${at('alertmanager.yml')}`,
        `--storage.path=${at('am')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--cluster.listen-address=',
      ],
      { stdio: 'ignore' },
    )
    closing.push(() => started.kill())
    const url = `http://127.0.0.1:${port}`
    for (let tries = 0; tries < 100; tries++) {
      if (
        await fetch(`${url}/-/ready`).then(
          ({ ok }) => ok,
          () => false,
        )
      )
        break
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    const active = async (): Promise<string[]> =>
      ((await (await fetch(`${url}/api/v2/alerts`)).json()) as { labels: { problem: string; site: string } }[])
        .map(({ labels }) => `${labels.problem} ${labels.site}`)
        .sort()
    const targets = [{ alertmanager: { url, labels: { site: 'shop' } } }]
    const now = Math.floor(Date.now() / 1000)
    const send = async (before: Deliveries, ids: readonly string[], at: number) => {
      const write = (kind: News['kind'], problems: readonly Problem[], resolved: readonly Problem[]): News => ({
        ...news(kind, problems, resolved),
        at,
        validUntil: at + 3600,
      })
      const problems = ids.map((id) => ({ ...problem(id), since: now - 60 }))
      let kept = enqueue(before, { targets, problems, now: at, remind: 3600, write })
      expect(await flush(kept, targets, (rest) => (kept = rest), QUICK)).toEqual([])
      return kept
    }
    const alert = await send(NO_DELIVERIES, ['a', 'b'], now)
    expect(await active()).toEqual(['a shop', 'b shop'])
    const less = await send(alert, ['b'], now)
    expect(await active()).toEqual(['b shop'])
    await send(less, [], now)
    expect(await active()).toEqual([])
  }, 30_000)
})

describe('a job', () => {
  const line = (minute: number, status: number, day = 22): string =>
    `192.0.2.${minute % 9} - - [${day}/Nov/2026:${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}:00 +0000] "GET /a HTTP/1.1" ${status} 5 "-" "curl/8.4.0"\n`
  const day = (status: (minute: number) => number, of: number) =>
    Array.from({ length: 1440 }, (_, minute) => line(minute, status(minute), of)).join('')

  it('delivers an alert once, what lasts not again, and that it is over', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const { port, mails } = await smtp()
    const { url, got } = await web()
    const log = at('access.log')
    writeFileSync(
      at('logstat.config.json'),
      JSON.stringify({
        summaries: {
          nightly: {
            ...{
              db: 'counts.db',
              logs: ['access.log'],
              tz: 'UTC',
              failOn: ['5xx > 2%'],
              quietIfOk: true,
              name: 'web1',
              remind: '7d',
            },
            deliver: [mailTo(port), { webhook: { url } }],
          },
        },
      }),
    )
    const run = async (of: number) => {
      vi.setSystemTime(Date.UTC(2026, 10, of, 6))
      return logstat(['summary', 'nightly', '--config', at('logstat.config.json')])
    }
    writeFileSync(
      log,
      day(() => 200, 21),
    )
    expect(await run(22)).toMatchObject({ status: 0, stdout: '', stderr: '' })
    expect(mails).toHaveLength(0)
    writeFileSync(log, day(() => 200, 21) + day((minute) => (minute % 20 === 0 ? 502 : 200), 22))
    const alert = await run(23)
    expect(alert).toMatchObject({
      status: 1,
      stdout: expect.stringContaining(`Next: logstat report --db ${at('counts.db')} `),
    })
    expect((await run(23)).status).toBe(1)
    expect(mails).toHaveLength(1)
    expect(mails[0]?.raw).toMatch(/^Subject: \[logstat\] web1: ALERT 5xx 5 % \(0 %\) 2026-11-22\r$/m)
    expect(got).toMatchObject([
      {
        body: {
          kind: 'alert',
          subject: '[logstat] web1: ALERT 5xx 5 % (0 %) 2026-11-22',
          problems: [{ id: 'threshold:5xx > 2%' }],
        },
      },
    ])
    writeFileSync(
      log,
      day((minute) => (minute % 20 === 0 ? 502 : 200), 23),
      { flag: 'a' },
    )
    expect((await run(24)).status).toBe(1)
    expect(mails).toHaveLength(1)
    writeFileSync(
      log,
      day(() => 200, 24),
      { flag: 'a' },
    )
    expect(await run(25)).toMatchObject({ status: 0, stdout: '', stderr: '' })
    expect(mails[1]?.raw).toMatch(/^Subject: \[logstat\] web1: RESOLVED 5xx > 2%/m)
    expect(got.map(({ body }) => body.kind)).toEqual(['alert', 'resolved'])
  })

  it('is checked by logstat config check, which names what is wrong and where', async () => {
    const config = (job: object) => {
      writeFileSync(at('check.json'), JSON.stringify({ summaries: { nightly: { db: 'x.db', ...job } } }))
      return logstat(['config', 'check', at('check.json')])
    }
    expect(await config({ deliver: [mailTo(25), { slack: { url: 'https://example.com/secret' } }] })).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(
        /nightly: day[\s\S]*→ mail ops@example\.com\n[\s\S]*→ slack https:\/\/example\.com\n/,
      ),
    })
    for (const [job, words] of [
      [{ failOn: ['5xx >> 2'] }, /summaries\.nightly\.failOn\.0: .* at character 6/],
      [{ deliver: [{ mail: { to: ['a@b.c\r\nBcc: d@e.f'] } }] }, /deliver\.0\.mail\.to\.0: expected an address/],
      [{ deliver: [{ slack: { url: 'ftp://x' } }] }, /deliver\.0\.slack\.url/],
      [{ deliver: [{}] }, /just one of mail, webhook/],
      [{ remind: 'often' }, /remind/],
      [{ quietIfOk: 'yes' }, /true or false/],
      [{ deliver: [{ slack: { url: { env: 'LOGSTAT_TEST_NOT_SET' } } }] }, /LOGSTAT_TEST_NOT_SET is not set/],
    ] as const)
      expect([job, await config(job)]).toMatchObject([job, { status: 2, stderr: expect.stringMatching(words) }])
    expect(await logstat(['summary', 'weekly', '--config', at('check.json')])).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/no job is called weekly[\s\S]*nightly/),
    })
  })
})
