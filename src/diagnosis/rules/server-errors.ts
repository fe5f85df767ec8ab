import { QUIET } from '../../catalogue/note.js'
import type { CodeEvidence } from '../evidence.js'
import {
  clientsEn,
  clientsOf,
  type Draft,
  groupBy,
  minutesOf,
  num,
  percent,
  pileOfRows,
  say,
  sumOf,
} from '../finding.js'
import type { Rule } from '../rule.js'
import type { Row, View } from '../view.js'
import { overlaps, type Stretch, stretchesOf } from '../windows.js'
import { POOL } from './iis.js'
import { mostly, mostlyZh, statuses } from './words.js'

// Errors of the server and of what stands behind it.

const isServerError = ({ status }: CodeEvidence): boolean =>
  status !== null && status >= 500 && status < 600 && status !== 501 && status !== 505
/** Errors of the server but those that its notes call harmless, as 500.19/64 is: the client had left. */
const isFailure =
  (view: View) =>
  (code: CodeEvidence): boolean =>
    isServerError(code) && !QUIET.has(view.options.verdictOf(code))

/** Words for a 502, a 503 or a 504, and the check that each asks for. */
function kindOfFailure(rows: readonly Row[]): { en: string; zh: string; check: { en: string; zh: string } } {
  const status = groupBy(rows, (r) => r.of.status)[0]?.[0]
  if (status === 502)
    return {
      en: 'The server behind did not answer properly',
      zh: '后端服务器未正常响应',
      check: say(
        'Was the application restarted, or out of memory? Read its log for that time.',
        '应用程序是否重启或内存不足？查看其该时段的日志。',
      ),
    }
  if (status === 504)
    return {
      en: 'The server behind did not answer in time',
      zh: '后端服务器未在限定时间内响应',
      check: say('Look in the log of the application for what took so long.', '在应用程序日志中查找耗时的操作。'),
    }
  if (status === 503)
    return {
      en: 'The service was not available',
      zh: '服务不可用',
      check: say('Is the application running, and had it a free worker?', '应用程序是否在运行，是否有空闲的工作进程？'),
    }
  return {
    en: 'Requests failed with an error of the server',
    zh: '请求因服务器错误而失败',
    check: say('Read the error log of the application for that time.', '查看应用程序该时段的错误日志。'),
  }
}

export const crashLoop: Rule = {
  id: 'crash-loop',
  title: say('The application stops again and again', '应用程序反复停止'),
  looks: say(
    'Stretches of AppOffline, Disabled, 503.0 or 502 of most requests.',
    'AppOffline、Disabled、503.0 或大部分请求为 502 的时段。',
  ),
  condition: say(
    '3 or more, each of at least 5 requests and half of all, with answers between them.',
    '3 段及以上，每段至少 5 个请求且占一半以上，段间有正常响应。',
  ),
  severities: ['act'],
  falseAlarms: say('Restarts at night: those are fewer, and short.', '夜间重启：次数更少、时间更短。'),
  *find(view) {
    const rows = view.open(
      ({ status, reason }) => (status === 502 || status === 503) && (reason === null || POOL.has(reason)),
      (r) => !r.isAttacker,
    )
    const stretches = stretchesOf(view, minutesOf(rows), 5, 0.5, Math.min(view.window, 15))
    const apart = stretches.filter(
      (s, i) => i === 0 || view.answered > 0 || s.from - (stretches[i - 1] as Stretch).to > 30,
    )
    if (apart.length < 3 || clientsOf(rows) < 3) return
    const inside = rows.filter((r) => apart.some((s) => overlaps(r, s)))
    yield {
      severity: 'act',
      title: say(`The application stopped ${num(apart.length)} times`, `应用程序停止了 ${num(apart.length)} 次`),
      rows: inside,
      boost: 3,
      evidence: [
        say(
          `Each time most requests failed, ${num(sumOf(inside))} in all; in between it answered.`,
          `每次大部分请求失败，共 ${num(sumOf(inside))} 个；其间恢复响应。`,
        ),
        say(
          `First at ${view.clock((apart[0] as Stretch).from * 60)}, last at ${view.clock((apart.at(-1) as Stretch).from * 60)}.`,
          `首次在 ${view.clock((apart[0] as Stretch).from * 60)}，最近一次在 ${view.clock((apart.at(-1) as Stretch).from * 60)}。`,
        ),
      ],
      checks: [
        say(
          'Look for crashes of the worker process: events of WAS or WER, or the journal of the service.',
          '查找工作进程崩溃：WAS 或 WER 事件，或服务的 journal。',
        ),
      ],
    }
  },
}

export const outage: Rule = {
  id: 'outage',
  title: say('Many requests failed for a while', '某一时段内大量请求失败'),
  looks: say(
    '5xx, without attackers, in windows of 5 minutes (or of 50 requests, where that is longer).',
    '5 分钟窗口（或 50 个请求的时长，取较长者）内的 5xx，不含攻击者。',
  ),
  condition: say(
    '20 lost and 15 % of a stretch, or 10 and 40 %, or 100 and 5 %. Few clients that fail among many: watch, or info where they load no assets.',
    '一个时段内失败 20 个且占 15 %，或 10 个且占 40 %，或 100 个且占 5 %。仅少数客户端失败时为 watch；若其不加载资源则为 info。',
  ),
  severities: ['act', 'watch', 'info'],
  falseAlarms: say(
    'One script that fails, or a scan of holes: then few clients have most errors, and others none.',
    '单个脚本失败或漏洞扫描：此时错误集中于少数客户端，其他客户端没有错误。',
  ),
  *find(view) {
    const rows = view.open(isFailure(view), (r) => !r.isAttacker)
    for (const stretch of stretchesOf(view, minutesOf(rows), 5, 0.1)) {
      const inside = rows.filter((r) => !r.taken && overlaps(r, stretch))
      const lost = Math.min(sumOf(inside), Math.round(stretch.hits))
      const total = Math.max(lost, Math.round(stretch.total))
      const share = lost / total
      if (!((lost >= 20 && share >= 0.15) || (lost >= 10 && share >= 0.4) || (lost >= 100 && share >= 0.05))) continue
      const few = fewClients(view, inside, stretch)
      if (few) {
        yield few
        continue
      }
      const { en, zh, check } = kindOfFailure(inside)
      const first = Math.min(...inside.map((r) => Math.max(r.first ?? 0, stretch.from * 60)))
      const last = Math.max(...inside.map((r) => Math.min(r.last ?? 0, stretch.to * 60 - 1)))
      const ongoing = view.isOngoing(last, 0.01, 1800)
      const pile = pileOfRows(view, inside)
      yield {
        severity: 'act',
        title: say(`${en} (${statuses(inside)})`, `${zh}（${statuses(inside)}）`),
        rows: inside,
        boost: 3,
        fades: true,
        first,
        last,
        ongoing,
        pileMs: pile ? pile.seconds * 1000 : null,
        evidence: [
          say(
            `${num(lost)} of ${num(total)} requests failed, mostly ${mostly(inside)}.`,
            `${num(total)} 个请求中有 ${num(lost)} 个失败，主要是 ${mostlyZh(inside)}。`,
          ),
          ...pileText(pile),
        ],
        checks: [check],
      }
    }
  },
}

const pileText = (pile: ReturnType<typeof pileOfRows>): Draft['title'][] =>
  pile
    ? [
        say(
          `${num(pile.hits)} of them took ${pile.seconds} s; nobody is that punctual: it is a timeout of ${pile.seconds} s.`,
          `其中 ${num(pile.hits)} 个耗时 ${pile.seconds} s；如此一致的时间只能是 ${pile.seconds} s 的超时设置。`,
        ),
      ]
    : []

function fewClients(view: View, rows: readonly Row[], { total }: Stretch): Draft | null {
  const failing = groupBy(rows, (r) => r.client)
  const errors = sumOf(rows)
  const most = sumOf(failing[0]?.[1] ?? [])
  const all = Math.max(1, view.evidence.clients)
  const others = Math.max(0, total - errors)
  // The number of different clients that is to be expected among the requests that did not fail.
  const expected = all * (1 - (1 - 1 / all) ** others)
  const isFew =
    (errors / failing.length >= 10 &&
      expected + failing.length >= 20 &&
      failing.length < 0.1 * (expected + failing.length)) ||
    (most >= 0.7 * errors && expected >= 3 && total - most >= 10 && errors - most < 0.05 * (total - most)) ||
    (failing.length === 1 && all >= 20)
  if (!isFew) return null
  const known = sumOf(rows.filter((r) => r.isKnown && r.loadsAssets))
  return {
    severity: known >= 20 ? 'watch' : 'info',
    title: say('Requests of a few clients fail, others are served', '少数客户端的请求失败，其他访客正常'),
    rows,
    boost: 0.3,
    evidence: [
      say(
        `${num(errors)} answers ${statuses(rows)} to ${clientsEn(failing.length)}; the others of that time saw hardly any.`,
        `${num(failing.length)} 个客户端收到 ${num(errors)} 次 ${statuses(rows)}；同一时段其他访客几乎未受影响。`,
      ),
    ],
    checks: [
      say(
        'Look at what these addresses ask for. Strangers can be blocked; a script of your own has to be repaired.',
        '查看这些地址请求的内容。陌生地址可以阻止；自己的脚本则需要修复。',
      ),
    ],
  }
}

export const pathFails: Rule = {
  id: 'path-fails',
  title: say('A path fails', '某个路径失败'),
  looks: say('5xx of a path, as far as no outage took it.', '某个路径的 5xx（不含已归入中断的部分）。'),
  condition: say(
    'Act: 10 by 3 known clients, and 20 % of the path or half of it between its first and its last error; or 10 by 5 clients and 80 % of all its requests. Watch: 5 and 20 %, of known clients or from a page.',
    'act：3 个已知客户端的 10 次，且占该路径的 20 % 或首末错误之间的一半；或 5 个客户端的 10 次且占全部请求的 80 %。watch：5 次且占 20 %，来自已知客户端或页面。',
  ),
  severities: ['act', 'watch', 'info'],
  falseAlarms: say(
    'Strangers at a site that is out of use: they have no success anywhere, and ask for `/`.',
    '陌生访客访问已停用的站点：他们没有任何成功响应，且请求的是 `/`。',
  ),
  *find(view) {
    const rows = view.open(isFailure(view), (r) => !r.isAttacker && !r.kind.startsWith('probe-'))
    for (const [path, group] of groupBy(rows, (r) => r.path)) {
      const { answered, answeredBetween, errors } = (group[0] as Row).about
      const n = sumOf(group)
      const known = group.filter((r) => r.isKnown)
      const share = n / Math.max(n, answered + errors)
      const between = n / (n + answeredBetween)
      const isAct =
        (sumOf(known) >= 10 && clientsOf(known) >= 3 && (share >= 0.2 || between >= 0.5)) ||
        (path !== '/' && n >= 10 && clientsOf(group) >= 5 && share >= 0.8)
      // Where pages have assets, clients that load none are robots.
      const isForRobots = view.knowsAssets && !group.some((r) => r.loadsAssets)
      const isWatch =
        n >= 5 && (share >= 0.2 || between >= 0.2) && (sumOf(known) >= 0.2 * n || group.some((r) => r.referer !== null))
      if (!isAct && !isWatch) continue
      const pile = pileOfRows(view, group)
      yield {
        severity: isAct && !isForRobots ? 'act' : 'watch',
        title: say(`${path} fails (${statuses(group)})`, `${path} 失败（${statuses(group)}）`),
        rows: group,
        boost: 2,
        fades: true,
        pileMs: pile ? pile.seconds * 1000 : null,
        evidence: [
          answered === 0
            ? say(
                `All ${num(n)} requests failed; it was never answered in this log.`,
                `全部 ${num(n)} 个请求失败；在此日志中从未成功。`,
              )
            : say(
                `${num(n)} of ${num(answered + errors)} requests failed (${percent(share)}); between the first and the last error it was ${percent(between)}.`,
                `${num(answered + errors)} 个请求中有 ${num(n)} 个失败（${percent(share)}）；首末错误之间为 ${percent(between)}。`,
              ),
          ...pileText(pile),
        ],
        checks: [
          pile
            ? say(
                `Look for ${pile.seconds} s in proxy_read_timeout or the timeout of the application.`,
                `在 proxy_read_timeout 或应用程序的超时设置中查找 ${pile.seconds} s。`,
              )
            : kindOfFailure(group).check,
        ],
      }
    }
  },
}

export const serverErrors: Rule = {
  id: 'server-errors',
  title: say('Errors of the server here and there', '零散的服务器错误'),
  looks: say('5xx that no other rule took.', '其他规则未归类的 5xx。'),
  condition: say(
    'Act: 1 % and 20 by 3 clients, or 0.05 % and 30 by 10. Watch: 5 and 0.02 % (logs below 500 entries: 2 and 2 %).',
    'act：1 % 且 3 个客户端的 20 次，或 0.05 % 且 10 个客户端的 30 次。watch：5 次且 0.02 %（少于 500 条的日志：2 次且 2 %）。',
  ),
  severities: ['act', 'watch', 'info'],
  falseAlarms: say('Strangers at `/` who never had an answer.', '从未得到响应、只请求 `/` 的陌生访客。'),
  *find(view) {
    const byAttackers = view.open(isFailure(view), (r) => r.isAttacker || r.kind.startsWith('probe-'))
    const rows = view.open(isFailure(view), (r) => !r.isAttacker && !r.kind.startsWith('probe-'))
    const n = sumOf(rows)
    if (n > 0) {
      const known = rows.filter((r) => r.isKnown)
      const share = n / view.entries
      const isAct =
        (share >= 0.01 && n >= 20 && clientsOf(rows) >= 3) || (share >= 0.0005 && n >= 30 && clientsOf(rows) >= 10)
      const isWatch = view.entries < 500 ? n >= 2 && share >= 0.02 : n >= 5 && share >= 0.0002
      const severity = sumOf(known) < 0.3 * n ? 'info' : isAct ? 'act' : isWatch ? 'watch' : 'info'
      yield {
        severity,
        title: say(
          `Errors of the server on ${num(new Set(rows.map((r) => r.path)).size)} paths (${statuses(rows)})`,
          `${num(new Set(rows.map((r) => r.path)).size)} 个路径出现服务器错误（${statuses(rows)}）`,
        ),
        rows,
        boost: isAct ? 1 : 0.5,
        fades: true,
        evidence: [
          say(
            `${num(n)} of ${num(view.entries)} requests, mostly ${mostly(rows)}.`,
            `${num(view.entries)} 个请求中有 ${num(n)} 个，主要是 ${mostlyZh(rows)}。`,
          ),
        ],
        checks: [kindOfFailure(rows).check],
      }
    }
    if (byAttackers.length > 0)
      yield {
        severity: 'info',
        title: say('Probes and attacks made the server fail', '探测和攻击请求引起服务器错误'),
        rows: byAttackers,
        evidence: [
          say(
            `${num(sumOf(byAttackers))} errors to ${clientsEn(clientsOf(byAttackers))} that probe or attack.`,
            `${num(clientsOf(byAttackers))} 个探测或攻击的客户端收到 ${num(sumOf(byAttackers))} 次错误。`,
          ),
        ],
      }
  },
}
