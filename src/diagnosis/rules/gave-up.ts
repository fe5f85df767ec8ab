import { type CodeEvidence, codeOfSlow, pathOfSlow } from '../evidence.js'
import {
  clientsOf,
  type Draft,
  groupBy,
  minutesOf,
  num,
  percent,
  pileOf,
  pileOfRows,
  quantile,
  say,
  sumOf,
} from '../finding.js'
import type { Rule } from '../rule.js'
import { BROKEN_OFF, GAVE_UP } from '../trouble.js'
import type { Row, View } from '../view.js'
import { overlaps, stretchesOf } from '../windows.js'

// Clients that did not wait, and answers that took a round number of seconds.

function gaveUp({ status, win32Status, reason }: CodeEvidence): boolean {
  if (status !== null && GAVE_UP.has(String(status))) return true
  if (status === 0) return true
  if (reason !== null && /^C[A-Z-]{1,3}$/.test(reason)) return true
  return status !== null && status < 400 && win32Status !== null && BROKEN_OFF.has(win32Status)
}
const left = (view: View): Row[] => view.open(gaveUp, (r) => !r.isAttacker)
const isAsset = (r: Row): boolean => r.kind === 'asset' || r.kind === 'favicon'

/**
 * True when half of the times of a code are a second and more, or no times are known: who turns the page leaves sooner.
 */
function waited(rows: readonly Row[]): boolean {
  const codes = new Set(rows.map((r) => r.of))
  const p50s = [...codes].map((c) => quantile(c.latency, 0.5)).filter((t) => t !== null)
  return p50s.length === 0 || p50s.some((t) => t >= 1000)
}

/** True when successes of the path took as long: then its requests wait on purpose. */
function waitsOnPurpose(view: View, rows: readonly Row[], seconds: number): boolean {
  const path = rows[0]?.path ?? ''
  let stayed = 0
  for (const [key, bins] of view.evidence.slow) {
    const code = view.evidence.codes.get(codeOfSlow(key))
    if (pathOfSlow(key) !== path || code?.status == null || code.status >= 400 || (code.win32Status ?? 0) !== 0)
      continue
    const there = pileOf(bins)
    if (there?.seconds === seconds) stayed += there.hits
  }
  return stayed >= 0.2 * sumOf(rows)
}

export const clientsGiveUpOnPath: Rule = {
  id: 'clients-give-up-on-path',
  title: say('Clients give up on a path', '客户端放弃等待某个路径'),
  looks: say(
    '499, 460, 000 of Caddy, HAProxy states C…, IIS answers that were broken off (Win32 64, 995, 1236, 121, 10054), by path.',
    '按路径统计 499、460、Caddy 的 000、HAProxy 的 C… 状态、IIS 中断的响应（Win32 64、995、1236、121、10054）。',
  ),
  condition: say(
    'Act: 20 by 3 clients and 20 % of the path (5 % where it is slow or the times pile up). Watch: 10 and 10 %. Assets only from 50 %.',
    'act：3 个客户端的 20 次且占该路径 20 %（响应慢或耗时集中时为 5 %）。watch：10 次且 10 %。资源文件需达到 50 %。',
  ),
  severities: ['act', 'watch', 'info'],
  falseAlarms: say(
    'Requests that wait on purpose: those that stayed to the end took as long.',
    '有意等待的请求：等到结束的请求耗时相同。',
  ),
  *find(view) {
    for (const [path, rows] of groupBy(left(view), (r) => r.path)) {
      const n = sumOf(rows)
      if (n < 10 || clientsOf(rows) < 3) continue
      const { answered, errors } = (rows[0] as Row).about
      const share = n / Math.max(n, answered + errors)
      const times = pileOfRows(view, rows)
      const onPurpose = times !== null && waitsOnPurpose(view, rows, times.seconds)
      const isSlow = times !== null || (quantile((rows[0] as Row).of.latency, 0.5) ?? 0) >= 5000
      const isWorthIt = !rows.every(isAsset) || share >= 0.5
      if (!onPurpose && !(isWorthIt && share >= (isSlow ? 0.05 : 0.1))) continue
      if (!onPurpose && !times && !waited(rows)) continue
      const isAct = n >= 20 && share >= (isSlow ? 0.05 : 0.2)
      const title = onPurpose
        ? say(`${path} waits on purpose, and clients leave`, `${path} 有意等待，客户端中途离开`)
        : times
          ? say(
              `Clients are cut off after ${times.seconds} s on ${path}`,
              `${path} 的客户端在 ${times.seconds} s 后被断开`,
            )
          : say(`Clients give up on ${path}`, `客户端放弃等待 ${path}`)
      yield {
        severity: onPurpose ? 'info' : isAct ? 'act' : 'watch',
        title,
        rows,
        boost: isAct ? 1.5 : 0.7,
        fades: true,
        pileMs: times ? times.seconds * 1000 : null,
        verdict: onPurpose ? 'normal' : 'backend',
        evidence: [
          say(
            `${num(n)} of ${num(Math.max(n, answered + errors))} requests were broken off (${percent(share)}).`,
            `${num(Math.max(n, answered + errors))} 个请求中有 ${num(n)} 个被中断（${percent(share)}）。`,
          ),
          ...(times
            ? [
                say(
                  `${num(times.hits)} of ${num(n)} broken answers took ${times.seconds} s; nobody is that punctual: it is a timeout.`,
                  `${num(n)} 个中断的响应中有 ${num(times.hits)} 个耗时 ${times.seconds} s；如此一致的时间只能是超时设置。`,
                ),
              ]
            : []),
        ],
        checks: [
          times
            ? say(
                `Look for ${times.seconds} s in what stands between client and server: load balancer, proxy, firewall.`,
                `在客户端与服务器之间的设备（负载均衡器、代理、防火墙）中查找 ${times.seconds} s 的设置。`,
              )
            : say(
                `Ask for ${path} yourself and look how long it takes; then read the log of the application.`,
                `亲自请求 ${path} 并查看耗时，然后查看应用程序日志。`,
              ),
        ],
      }
    }
  },
}

export const everybodyGivesUp: Rule = {
  id: 'everybody-gives-up',
  title: say('Everybody gives up', '大量客户端放弃等待'),
  looks: say(
    'The same codes, in windows of 5 minutes or 50 requests.',
    '相同的代码，按 5 分钟或 50 个请求的窗口统计。',
  ),
  condition: say(
    'A window with 10 and 20 %, in all 20 by 5 clients, and half of the known times a second and more.',
    '窗口内 10 次且占 20 %，合计 5 个客户端的 20 次，且已知耗时有一半在 1 s 以上。',
  ),
  severities: ['act'],
  falseAlarms: say(
    'People who turn the page: that takes less than a second, or is about icons and assets.',
    '访客切换页面：耗时不足 1 s，或仅涉及图标和资源。',
  ),
  *find(view) {
    const rows = left(view).filter((r) => !isAsset(r))
    if (sumOf(rows) < 20 || !waited(rows)) return
    for (const stretch of stretchesOf(view, minutesOf(rows), 10, 0.2)) {
      const inside = rows.filter((r) => !r.taken && overlaps(r, stretch))
      const { total } = stretch
      const n = sumOf(inside)
      if (n < 20 || clientsOf(inside) < 5) continue
      const times = pileOfRows(view, inside)
      const [path] = groupBy(inside, (r) => r.path)[0] as [string, Row[]]
      yield {
        severity: 'act',
        title: say('Visitors gave up waiting', '访客放弃等待'),
        rows: inside,
        boost: 2,
        fades: true,
        verdict: 'backend',
        pileMs: times ? times.seconds * 1000 : null,
        evidence: [
          say(
            `${num(n)} of ${num(Math.max(n, total))} requests were broken off by their client, mostly ${path}.`,
            `${num(Math.max(n, total))} 个请求中有 ${num(n)} 个被客户端中断，主要是 ${path}。`,
          ),
          ...(times
            ? [
                say(
                  `${num(times.hits)} of them took ${times.seconds} s: somebody's timeout.`,
                  `其中 ${num(times.hits)} 个耗时 ${times.seconds} s：某处的超时设置。`,
                ),
              ]
            : []),
        ],
        checks: [
          say(
            'The server was too slow or did not answer: read the log of the application for that time.',
            '服务器过慢或没有响应：查看应用程序该时段的日志。',
          ),
        ],
      }
    }
  },
}

export const manyGiveUpAtOnce: Rule = {
  id: 'many-give-up-at-once',
  title: say('Many clients gave up at once', '大量客户端同时放弃'),
  looks: say('The same codes, in windows of 20 minutes.', '相同的代码，按 20 分钟窗口统计。'),
  condition: say(
    '20 by 5 clients, 8 times what the rest of the log lets expect.',
    '5 个客户端的 20 次，且为日志其余部分预期值的 8 倍。',
  ),
  severities: ['watch'],
  falseAlarms: say('Icons and assets of a page that many leave.', '访客离开页面时未加载完的图标和资源。'),
  *find(view) {
    const rows = left(view).filter((r) => !isAsset(r))
    const all = sumOf(rows)
    if (all < 20 || !waited(rows)) return
    for (const { from, to, hits, total } of stretchesOf(view, minutesOf(rows), 20, 0.01, 20)) {
      const expected = ((all - hits) / Math.max(1, view.entries - total)) * total
      const inside = rows.filter((r) => !r.taken && overlaps(r, { from, to }))
      if (hits < 8 * Math.max(1, expected) || clientsOf(inside) < 5 || sumOf(inside) < 20) continue
      yield {
        severity: 'watch',
        title: say(
          `Many clients gave up at once, at ${view.clock(from * 60)}`,
          `${view.clock(from * 60)} 大量客户端同时放弃`,
        ),
        rows: inside,
        boost: 0.7,
        verdict: 'backend',
        evidence: [
          say(
            `${num(sumOf(inside))} within ${num(to - from)} minutes; ${num(expected)} were to be expected.`,
            `${num(to - from)} 分钟内 ${num(sumOf(inside))} 次，预期为 ${num(expected)} 次。`,
          ),
        ],
        checks: [
          say(
            'Was the server slow then? Look at its load and at the log of the application.',
            '当时服务器是否变慢？查看其负载和应用程序日志。',
          ),
        ],
      }
    }
  },
}

export const clientsLeft: Rule = {
  id: 'clients-left',
  title: say('Clients left before the answer was there', '客户端在响应到达前离开'),
  looks: say('The rest of those codes.', '上述代码的其余部分。'),
  condition: say(
    '5 % of all requests act, 3 % watch (both from 20 by 5 clients on that had waited a second), else info.',
    '占全部请求的 5 % 为 act，3 % 为 watch（均要求 5 个客户端的 20 次且已等待 1 s），否则为 info。',
  ),
  severities: ['act', 'watch', 'info'],
  falseAlarms: say('People who turn the page.', '访客切换页面。'),
  *find(view) {
    const rows = view.open(gaveUp)
    const n = sumOf(rows)
    if (n === 0) return
    const share = n / view.entries
    const counts = waited(rows) && n >= 20 && clientsOf(rows) >= 5 && !rows.every(isAsset)
    const severity: Draft['severity'] = counts && share >= 0.05 ? 'act' : counts && share >= 0.03 ? 'watch' : 'info'
    yield {
      severity,
      title: say('Clients left before the answer was there', '客户端在响应到达前离开'),
      rows,
      verdict: severity === 'info' ? 'normal' : 'backend',
      evidence: [
        say(
          `${num(n)} of ${num(view.entries)} requests (${percent(share)}).`,
          `${num(view.entries)} 个请求中的 ${num(n)} 个（${percent(share)}）。`,
        ),
      ],
      checks:
        severity === 'info'
          ? []
          : [say('Look at the slowest paths: who waits long, leaves.', '查看最慢的路径：等待过久的客户端会离开。')],
    }
  },
}

const STAYS_OPEN = /poll|stream|sse|socket|signalr|hub|activesync|mapi|events|subscribe|longpoll|comet/i

export const slowAtRoundNumber: Rule = {
  id: 'slow-at-round-number',
  title: say('Answers take a round number of seconds', '响应耗时集中在整数秒'),
  looks: say('Successes of a path that took 4.5 s and more.', '耗时 4.5 s 以上的成功响应，按路径统计。'),
  condition: say(
    '10 in a pile at a round number, 20 % of the path, and not all of the slow ones.',
    '10 次集中于某个整数秒，占该路径 20 %，且并非全部慢响应。',
  ),
  severities: ['watch'],
  falseAlarms: say(
    'Requests that wait on purpose: then nearly all slow ones lie there, or the path says so.',
    '有意等待的请求：此时几乎全部慢响应都在该处，或路径名已表明。',
  ),
  *find(view) {
    for (const [key, bins] of view.evidence.slow) {
      const [code, path] = [view.evidence.codes.get(codeOfSlow(key)), pathOfSlow(key)]
      const times = pileOf(bins)
      if (
        !code ||
        code.status === null ||
        code.status >= 400 ||
        (code.win32Status ?? 0) !== 0 ||
        !times ||
        times.hits < 10
      )
        continue
      if (times.hits >= 0.95 * times.slow || STAYS_OPEN.test(path)) continue
      const about = view.evidence.paths.get(path)
      if (!about || times.hits < 0.2 * about.answered) continue
      yield {
        severity: 'watch',
        title: say(`Answers of ${path} take ${times.seconds} s`, `${path} 的响应耗时 ${times.seconds} s`),
        boost: 0.5,
        hits: times.hits,
        code: String(code.status),
        verdict: 'backend',
        pileMs: times.seconds * 1000,
        evidence: [
          say(
            `${num(times.hits)} of ${num(about.answered)} answers took ${times.seconds} s: something behind runs into a timeout and goes on.`,
            `${num(about.answered)} 个响应中有 ${num(times.hits)} 个耗时 ${times.seconds} s：后端某处超时后继续处理。`,
          ),
        ],
        checks: [
          say(
            `Look for a timeout of ${times.seconds} s in what the application calls.`,
            `在应用程序所调用的服务中查找 ${times.seconds} s 的超时设置。`,
          ),
        ],
      }
    }
  },
}
