import { readFileSync } from 'node:fs'
import type { ClientConfig } from 'pg'
import { LogstatError, type Words } from '../errors.js'
import { Unreachable } from './centre.js'

// The connection to a centre in PostgreSQL, and its errors in the words of who runs logstat.

const LOCAL = /^(?:localhost|127\.\d+\.\d+\.\d+|\[?::1\]?|)$/
const CONNECT_MS = 10_000
/** An answer that takes longer never comes. */
const QUERY_MS = 600_000

/**
 * A password comes from PGPASSWORD or .pgpass, never from the command line, where all users see it. TLS is checked in
 * full, name and all, unless the URL or PGSSLMODE says otherwise or the centre is on this machine.
 */
export function postgresConfig(text: string, env: NodeJS.ProcessEnv = process.env): ClientConfig {
  let url: URL
  try {
    // As libpq has it: a user, and no host.
    url = new URL(text.replace('@/', '@localhost/'))
  } catch {
    throw new LogstatError(
      'url',
      { en: `"${text}" is no address of a centre`, zh: `“${text}”不是中心库的地址` },
      { en: 'Write it as postgres://USER@HOST/DATABASE', zh: '请写成 postgres://USER@HOST/DATABASE' },
    )
  }
  if (url.password !== '')
    throw new LogstatError(
      'password',
      { en: 'the address of the centre holds a password', zh: '中心库地址中含有密码' },
      {
        en: 'Other users see command lines. Put it in ~/.pgpass (HOST:PORT:DATABASE:USER:PASSWORD, mode 0600) or in PGPASSWORD.',
        zh: '其他用户能看到命令行。请写入 ~/.pgpass（HOST:PORT:DATABASE:USER:PASSWORD，权限 0600）或 PGPASSWORD。',
      },
    )
  const socket = url.searchParams.get('host')
  const host = socket ?? (decodeURIComponent(url.hostname) || env.PGHOST || 'localhost')
  const mode =
    url.searchParams.get('sslmode') ??
    env.PGSSLMODE ??
    (host.startsWith('/') || LOCAL.test(host) ? 'disable' : 'verify-full')
  const root = url.searchParams.get('sslrootcert') ?? env.PGSSLROOTCERT
  const name = (part: string): string | undefined => (part === '' ? undefined : decodeURIComponent(part))
  const user = name(url.username) ?? url.searchParams.get('user') ?? env.PGUSER
  const database = name(url.pathname.slice(1)) ?? env.PGDATABASE
  return {
    host,
    ...(url.port ? { port: Number(url.port) } : {}),
    ...(user === undefined ? {} : { user }),
    ...(database === undefined ? {} : { database }),
    ssl: tlsOf(mode, root),
    application_name: 'logstat',
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: QUERY_MS,
    keepAlive: true,
  }
}

function tlsOf(mode: string, root: string | undefined): NonNullable<ClientConfig['ssl']> {
  if (mode === 'disable') return false
  const ca = root === undefined ? {} : { ca: readFileSync(root, 'utf8') }
  // The certificate is looked at: by its name (verify-full), by who signed it (verify-ca), or not at all (require).
  if (mode === 'verify-full') return { ...ca, rejectUnauthorized: true }
  if (mode === 'verify-ca') return { ...ca, rejectUnauthorized: true, checkServerIdentity: () => undefined }
  if (mode === 'require') return { rejectUnauthorized: false }
  throw new LogstatError(
    'sslmode',
    { en: `sslmode ${mode} is not supported`, zh: `不支持 sslmode ${mode}` },
    'verify-full, verify-ca, require, disable',
  )
}

interface Reason {
  /** The beginning of an SQLSTATE, or of a code of Node. */
  readonly code: RegExp
  readonly name: string
  readonly what: Words
  readonly remedy: Words
}

const REASONS: readonly Reason[] = [
  {
    code: /^28/,
    name: 'login',
    what: { en: 'the centre refuses the login', zh: '中心库拒绝登录' },
    remedy: {
      en: 'Check user and password (PGPASSWORD, ~/.pgpass with mode 0600) and pg_hba.conf of the centre.',
      zh: '请检查用户名和密码（PGPASSWORD，权限为 0600 的 ~/.pgpass）以及中心库的 pg_hba.conf。',
    },
  },
  {
    code: /^3D000/,
    name: 'no-centre',
    what: { en: 'the centre has no such database', zh: '中心库中没有该数据库' },
    remedy: {
      en: 'Make it: createdb NAME, then logstat fleet init',
      zh: '请先创建：createdb NAME，再运行 logstat fleet init',
    },
  },
  {
    code: /^(?:42P01|3F000|42703|42883)/,
    name: 'no-centre',
    what: {
      en: 'the database is no centre of logstat, or an older one',
      zh: '该数据库不是 logstat 中心库，或版本较旧',
    },
    remedy: {
      en: 'Run as its owner: logstat fleet init --to URL',
      zh: '请以其所有者身份运行：logstat fleet init --to URL',
    },
  },
  {
    code: /^42501/,
    name: 'rights',
    what: { en: 'the role may not do this at the centre', zh: '该角色在中心库没有此权限' },
    remedy: {
      en: 'Grant it logstat_push to push, logstat_read to report; fleet init and prune need the owner.',
      zh: '推送需授予 logstat_push，报告需授予 logstat_read；fleet init 和 prune 需要所有者。',
    },
  },
  {
    code: /^(?:CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|ERR_TLS)/,
    name: 'tls',
    what: { en: 'the certificate of the centre is not trusted', zh: '中心库的证书不受信任' },
    remedy: {
      en: 'Name the certificate of its authority: ?sslrootcert=FILE (or PGSSLROOTCERT), and the host as in the certificate.',
      zh: '请指定其证书颁发机构的证书：?sslrootcert=FILE（或 PGSSLROOTCERT），主机名须与证书一致。',
    },
  },
]

/** Codes of a state that passes: connection, shutdown, crash, conflicts, resources. */
const PASSING = /^(?:08(?!P01)|57P0|40001|40P01|53|55P03|XX000|E(?:CONN|PIPE|TIMEDOUT|HOST|NET|AI_AGAIN))/

/** An error of the client as one that tells the user what to do, or that the centre cannot be reached now. */
export function postgresError(error: unknown, url: string): Error {
  if (error instanceof LogstatError || error instanceof Unreachable) return error
  const { code = '', message, errors } = error as Error & { code?: string; errors?: readonly Error[] }
  const reason = REASONS.find((each) => each.code.test(code))
  const host = url.replace(/\?.*$/, '')
  if (reason)
    return new LogstatError(
      reason.name,
      { en: `${host}: ${reason.what.en} (${message})`, zh: `${host}：${reason.what.zh}（${message}）` },
      reason.remedy,
    )
  const told = message || errors?.[0]?.message || code
  if (PASSING.test(code) || code === '') return new Unreachable(`${host}: ${told}`, { cause: error })
  return new LogstatError('centre', { en: `${host}: ${told} (${code})`, zh: `${host}：${told}（${code}）` })
}
