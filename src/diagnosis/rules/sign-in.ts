import type { CodeEvidence } from '../evidence.js'
import { clientsEn, clientsOf, type Draft, groupBy, num, say, sumOf } from '../finding.js'
import type { Rule } from '../rule.js'
import { bitCount, type Row, type View } from '../view.js'

// Sign-in: broken for all, guessed at, or a matter of one account.

const isRefusal = ({ status }: CodeEvidence): boolean => status === 401 || status === 407
/** Steps of a sign-in that goes on: no failure by themselves. */
const NEGOTIATION: ReadonlySet<number> = new Set([2148074254])
/** Bad name or password, as Windows says it. */
const WRONG: ReadonlySet<number> = new Set([1326, 2148074252])
const ACCOUNT: ReadonlySet<number> = new Set([1909, 1330, 1331, 1907, 1327, 1385])
const SERVER_SIDE: ReadonlySet<number> = new Set([2148074248, 2148074257, 2148074274, 2148074276, 2148074310])
const gotIn = (rows: readonly Row[]): boolean => rows.some((r) => r.who.signedIn > 0 || r.answeredAfter > 0)
const people = (view: View): Row[] => view.open(isRefusal, (r) => r.agent !== 'bot' && r.agent !== 'scanner')
const lastOf = (rows: readonly Row[]): number => Math.max(...rows.map((r) => r.last ?? 0))
const firstOf = (rows: readonly Row[]): number => Math.min(...rows.map((r) => r.first ?? Number.POSITIVE_INFINITY))

export const accountUnusable: Rule = {
  id: 'account-unusable',
  title: say('An account cannot be used', '帐户无法使用'),
  looks: say(
    '401 with a Win32 status of a locked, disabled or expired account (1909, 1331, 1330, 1907, 1327, 1385).',
    '带有帐户锁定、禁用或过期 Win32 状态的 401（1909、1331、1330、1907、1327、1385）。',
  ),
  condition: say('3 or more.', '3 次及以上。'),
  severities: ['watch'],
  falseAlarms: say('None known: Windows says why it refused.', '暂无已知情况：Windows 已给出拒绝原因。'),
  *find(view) {
    for (const [win32, rows] of groupBy(
      view.open((code) => isRefusal(code) && ACCOUNT.has(code.win32Status ?? 0)),
      (r) => r.of.win32Status,
    )) {
      if (sumOf(rows) < 3) continue
      yield {
        severity: 'watch',
        title:
          win32 === 1909
            ? say('An account is locked out', '帐户已锁定')
            : say('An account is disabled, expired or must not sign in here', '帐户已禁用、已过期或无权在此登录'),
        rows,
        verdict: 'auth',
        evidence: [
          say(
            `${num(sumOf(rows))} refusals (401, Win32 ${win32}) to ${clientsEn(clientsOf(rows))}.`,
            `${num(clientsOf(rows))} 个客户端共 ${num(sumOf(rows))} 次被拒绝（401，Win32 ${win32}）。`,
          ),
        ],
        checks: [
          say(
            'The Security event log (4625, 4740) names the account and where it was tried.',
            '安全事件日志（4625、4740）会给出帐户名和来源。',
          ),
        ],
      }
    }
  },
}

export const signInServerSide: Rule = {
  id: 'sign-in-server-side',
  title: say('Sign-in fails on the side of the server', '登录在服务器端失败'),
  looks: say(
    '401 with a Win32 status of Kerberos, clock or trust (2148074248, …257, …274, …276, …310).',
    '带有 Kerberos、时钟或信任关系 Win32 状态的 401（2148074248、…257、…274、…276、…310）。',
  ),
  condition: say('10 act, 3 watch.', '10 次为 act，3 次为 watch。'),
  severities: ['act', 'watch'],
  falseAlarms: say('A single client whose clock is wrong.', '单个客户端时钟错误。'),
  *find(view) {
    const rows = view.open((code) => isRefusal(code) && SERVER_SIDE.has(code.win32Status ?? 0))
    if (sumOf(rows) < 3) return
    yield {
      severity: sumOf(rows) >= 10 ? 'act' : 'watch',
      title: say('Sign-in fails on the side of the server', '登录在服务器端失败'),
      rows,
      boost: 2,
      verdict: 'auth',
      evidence: [
        say(
          `${num(sumOf(rows))} refusals to ${clientsEn(clientsOf(rows))}.`,
          `${num(clientsOf(rows))} 个客户端共 ${num(sumOf(rows))} 次被拒绝。`,
        ),
      ],
      checks: [
        say(
          'Compare the clocks of server and domain controller, and the service principal name with the account of the pool (`setspn -Q HTTP/name`).',
          '核对服务器与域控制器的时钟，以及服务主体名称与应用程序池帐户（`setspn -Q HTTP/name`）。',
        ),
      ],
    }
  },
}

/** A draft when a client was refused so often, and for so much of what it asked, that it looks like guessing. */
function guessesOf(view: View, client: string, rows: readonly Row[]): Draft | null {
  const failures = rows.filter(
    ({ of: { substatus, win32Status } }) =>
      !(substatus === 2 && !WRONG.has(win32Status ?? 0)) && !NEGOTIATION.has(win32Status ?? 0),
  )
  const n = sumOf(failures)
  const who = (rows[0] as Row).who
  if (n < 10 || n < 0.7 * sumOf(rows) || (client === '' && view.evidence.clients > 0)) return null
  const names = bitCount(who.nameBits)
  const minutes = Math.max(1, (lastOf(failures) - firstOf(failures)) / 60)
  const answers = Math.max(who.signedIn, ...failures.map((r) => r.answeredAfter))
  if (answers > 0.2 * (n + answers) || (n / minutes < 1 && names < 5)) return null
  const isIn = who.signedIn > 0 && (who.signedInAt ?? 0) >= firstOf(failures)
  return {
    severity: isIn ? 'act' : 'watch',
    title: isIn
      ? say(`${client} tried passwords and got in`, `${client} 尝试密码并成功登录`)
      : say(`${client} tries passwords`, `${client} 正在尝试密码`),
    rows,
    people: Math.min(n, 50),
    boost: isIn ? 5 : 0.7,
    verdict: 'security',
    evidence: [
      say(
        `${num(n)} refused sign-ins${names > 1 ? ` for ${num(names)} names or more` : ''}, ${num(n / minutes)} a minute, mostly at ${groupBy(failures, (r) => r.path)[0]?.[0]}.`,
        `${num(n)} 次登录被拒绝${names > 1 ? `，涉及至少 ${num(names)} 个用户名` : ''}，每分钟 ${num(n / minutes)} 次，主要在 ${groupBy(failures, (r) => r.path)[0]?.[0]}。`,
      ),
      isIn
        ? say(
            `Then it was answered with a user name${who.signedInAt === null ? '' : ` at ${view.clock(who.signedInAt)}`}.`,
            `之后以用户名得到响应${who.signedInAt === null ? '' : `（${view.clock(who.signedInAt)}）`}。`,
          )
        : say('None succeeded.', '均未成功。'),
    ],
    checks: isIn
      ? [
          say(
            'Find the account in the log, change its password, and look what it did since.',
            '在日志中找出该帐户，更改其密码，并查看其后续操作。',
          ),
          say(`Block ${client}.`, `阻止 ${client}。`),
        ]
      : [say('Block the address; check that accounts lock.', '阻止该地址，并确认帐户锁定策略有效。')],
  }
}

export const passwordGuessing: Rule = {
  id: 'password-guessing',
  title: say('Somebody tries passwords', '有人在尝试密码'),
  looks: say(
    '401 of one client, without the steps of a Windows sign-in.',
    '单个客户端的 401（不含 Windows 登录的协商步骤）。',
  ),
  condition: say(
    '10 failures, 70 % of its 401, at most 20 % successes, one a minute or 5 names: watch. Answered with a user name afterwards: act.',
    '10 次失败，占其 401 的 70 %，成功不超过 20 %，每分钟 1 次或 5 个用户名：watch。之后以用户名得到响应：act。',
  ),
  severities: ['act', 'watch'],
  falseAlarms: say('A forgotten password: fewer than 10.', '忘记密码：少于 10 次。'),
  *find(view) {
    for (const [client, rows] of groupBy(view.open(isRefusal), (r) => r.client)) {
      const draft = guessesOf(view, client, rows)
      if (draft) yield draft
    }
  },
}

export const signInBroken: Rule = {
  id: 'sign-in-broken',
  title: say('Nobody can sign in', '无人能够登录'),
  looks: say(
    '401 and 407, without robots: all of them, by path, and since a path stopped to be answered.',
    '401 和 407（不含爬虫）：整体、按路径，以及路径停止响应之后。',
  ),
  condition: say(
    'All: 5 clients, 80 % of them never got in, 20 refusals, 10 without the busiest client, 3 clients tried twice: act. Path: 10, 3 known clients, at most 10 % got it: act from 20 by 5 known. Since: the path was answered 5 times, and then 80 % are 401.',
    '整体：5 个客户端中 80 % 从未成功，20 次拒绝，除最忙客户端外 10 次，3 个客户端重试：act。路径：10 次、3 个已知客户端、至多 10 % 成功：5 个已知客户端的 20 次为 act。此后：路径曾响应 5 次，之后 80 % 为 401。',
  ),
  severities: ['act', 'watch'],
  falseAlarms: say(
    'One robot on links that need sign-in; tokens that run out: such clients get the path later.',
    '爬虫访问需登录的链接；令牌到期：此类客户端随后可访问该路径。',
  ),
  *find(view) {
    const rows = people(view).filter((r) => !r.isAttacker)
    const all = brokenFor(view, rows)
    if (all) yield all
    for (const [path, group] of groupBy(
      rows.filter((r) => !r.taken),
      (r) => r.path,
    )) {
      const draft = brokenSince(view, path, group) ?? brokenOn(path, group)
      if (draft) yield draft
    }
  },
}

const CHECKS = [
  say('Try it yourself with an account that worked before.', '用之前可用的帐户亲自尝试。'),
  say('Then look at the directory service or the identity provider.', '然后检查目录服务或身份提供程序。'),
]
const triedTwice = (clients: readonly [string, Row[]][]): number => clients.filter(([, own]) => sumOf(own) >= 2).length
const withoutBusiest = (clients: readonly [string, Row[]][], n: number): number => n - sumOf(clients[0]?.[1] ?? [])

function brokenFor(view: View, rows: readonly Row[]): Draft | null {
  const clients = groupBy(rows, (r) => r.client)
  const n = sumOf(rows)
  const never = clients.filter(([, own]) => !gotIn(own))
  if (
    clients.length < 5 ||
    never.length < 0.8 * clients.length ||
    n < 20 ||
    withoutBusiest(clients, n) < 10 ||
    triedTwice(clients) < 3
  )
    return null
  const known = rows.filter((r) => r.isKnown)
  if (view.knowsClients && clientsOf(known) < 3) return null
  return {
    severity: 'act',
    title: say(`Nobody gets in: ${num(n)} sign-ins refused`, `无人能够登录：${num(n)} 次登录被拒绝`),
    rows,
    boost: 3,
    verdict: 'auth',
    evidence: [
      say(
        `${num(never.length)} of ${num(clients.length)} clients that were asked to sign in never got in.`,
        `${num(clients.length)} 个被要求登录的客户端中，${num(never.length)} 个从未成功。`,
      ),
    ],
    checks: CHECKS,
  }
}

function brokenSince(view: View, path: string, rows: readonly Row[]): Draft | null {
  const { answered, lastAnswered } = (rows[0] as Row).about
  if (answered < 5) return null
  const after = lastAnswered === null ? rows : rows.filter((r) => (r.last ?? 0) > lastAnswered)
  const known = clientsOf(after.filter((r) => r.isKnown))
  const n = sumOf(after)
  if (n < 10 || known < 5) return null
  const others = view.rows.filter((r) => r.path === path && !isRefusal(r.of) && (r.last ?? 0) > (lastAnswered ?? 0))
  if (n < 0.8 * (n + sumOf(others))) return null
  const first = Math.max(lastAnswered ?? 0, firstOf(after))
  return {
    severity: n >= 20 ? 'act' : 'watch',
    title: say(
      `Nobody has been able to sign in at ${path} since ${view.clock(first)}`,
      `自 ${view.clock(first)} 起无人能够在 ${path} 登录`,
    ),
    rows: after,
    boost: 3,
    first,
    verdict: 'auth',
    evidence: [
      say(
        `${num(n)} answers 401 to ${num(clientsOf(after))} visitors; before that it was answered ${num(answered)} times.`,
        `${num(clientsOf(after))} 位访客共收到 ${num(n)} 次 401；此前该路径有 ${num(answered)} 次成功响应。`,
      ),
    ],
    checks: CHECKS,
  }
}

function brokenOn(path: string, rows: readonly Row[]): Draft | null {
  const clients = groupBy(rows, (r) => r.client)
  const n = sumOf(rows)
  const reached = clients.filter(([, own]) => own.some((r) => r.answeredAfter > 0 || r.who.signedIn > 0)).length
  const known = clientsOf(rows.filter((r) => r.isKnown))
  if (
    n < 10 ||
    clients.length < 3 ||
    reached > 0.1 * clients.length ||
    withoutBusiest(clients, n) < 6 ||
    known < 3 ||
    triedTwice(clients) < 3
  )
    return null
  return {
    severity: n >= 20 && known >= 5 ? 'act' : 'watch',
    title: say(`Nobody gets in at ${path}`, `无人能够在 ${path} 登录`),
    rows,
    boost: 3,
    verdict: 'auth',
    evidence: [
      say(
        `${num(n)} answers 401 to ${clientsEn(clients.length)}; ${num(reached)} of them ever got this path.`,
        `${num(clients.length)} 个客户端共收到 ${num(n)} 次 401；其中 ${num(reached)} 个曾成功访问该路径。`,
      ),
    ],
    checks: CHECKS,
  }
}

export const clientNeverSignsIn: Rule = {
  id: 'client-never-signs-in',
  title: say('A client never signs in', '某个客户端从未登录成功'),
  looks: say('401 of one client without success.', '单个客户端从未成功的 401。'),
  condition: say(
    '10 or more (in logs below 50 entries: 1 with a Win32 status, not 401.2): watch; else info.',
    '10 次及以上（少于 50 条的日志：1 次带 Win32 状态且非 401.2）：watch；否则为 info。',
  ),
  severities: ['watch', 'info'],
  falseAlarms: say('Sign-ins that came to their end: they are background.', '已完成的登录：属于正常过程。'),
  *find(view) {
    const rest: Row[] = []
    for (const [client, rows] of groupBy(view.open(isRefusal), (r) => r.client)) {
      const n = sumOf(rows)
      const isSmall =
        view.entries < 50 &&
        rows.some(
          ({ of }) => (of.win32Status ?? 0) !== 0 && of.substatus !== 2 && !NEGOTIATION.has(of.win32Status ?? 0),
        )
      const isPerson = rows.some((r) => r.agent !== 'bot' && r.agent !== 'scanner') && !rows.some((r) => r.isAttacker)
      if (gotIn(rows) || !isPerson || (n < 10 && !isSmall) || client === '') {
        rest.push(...rows)
        continue
      }
      yield {
        severity: 'watch',
        title: say(`${client} never signs in`, `${client} 从未登录成功`),
        rows,
        boost: 0.7,
        verdict: 'auth',
        evidence: [say(`${num(n)} refusals, no success.`, `${num(n)} 次被拒绝，没有成功。`)],
        checks: [say('Is it a program of yours with an old password?', '是否为使用旧密码的自有程序？')],
      }
    }
    if (rest.length > 0)
      yield {
        severity: 'info',
        title: say('Sign-ins on their way', '登录过程中的正常请求'),
        rows: rest,
        verdict: 'normal',
        evidence: [
          say(
            `${num(sumOf(rest))} times sign-in was asked for, and clients got in or left.`,
            `要求登录 ${num(sumOf(rest))} 次，客户端随后登录成功或离开。`,
          ),
        ],
      }
  },
}
