import { groupBy, num, say, sumOf } from '../finding.js'
import type { Rule } from '../rule.js'
import type { Row } from '../view.js'
import { statuses } from './words.js'

// Health checks: what refuses them takes a server out of service.

export const healthCheckRefused: Rule = {
  id: 'health-check-refused',
  title: say('A health check fails', '运行状况检查失败'),
  looks: say(
    'Errors of monitoring agents, and of health paths that one client asks for 10 times.',
    '监控代理的错误，以及同一客户端请求 10 次以上的运行状况路径的错误。',
  ),
  condition: say(
    '5 or more, and half of the checks, the last 4, or 2 hours without one that succeeded: act. 10 or more, or 3 and 5 %: watch.',
    '5 次及以上，且占检查的一半、或最近 4 次连续、或 2 小时内无一成功：act；10 次及以上，或 3 次及以上且达到 5 %：watch。',
  ),
  severities: ['act', 'watch'],
  falseAlarms: say(
    'A person who looks at /status; a check that is answered by a redirect.',
    '访客查看 /status；以重定向响应的检查。',
  ),
  *find(view) {
    const rows = view.open(
      ({ status }) => status !== null && status >= 400,
      (r) => !r.isAttacker && (r.agent === 'monitor' || r.kind === 'health'),
    )
    for (const [path, group] of groupBy(rows, (r) => r.path)) {
      const pairs = groupBy(group, (r) => r.client)
      const asked = pairs.map(([, own]) => sumOf(own) + Math.max(...own.map((r) => r.answeredAfter)))
      if (!group.some((r) => r.agent === 'monitor') && Math.max(...asked) < 10) continue
      const failed = sumOf(group)
      const answered = group.some((r) => r.kind === 'health')
        ? (group[0] as Row).about.answered
        : asked.reduce((n, a) => n + a, 0) - failed
      const lastAnswered = (group[0] as Row).about.lastAnswered
      const since = lastAnswered === null ? failed : sumOf(group.filter((r) => (r.first ?? 0) > lastAnswered))
      const first = Math.min(...group.map((r) => r.first ?? Number.POSITIVE_INFINITY))
      const last = Math.max(...group.map((r) => r.last ?? 0))
      const share = failed / (failed + answered)
      const stands = answered === 0 || (group[0] as Row).about.answeredBetween === 0
      const isAct = failed >= 5 && (share >= 0.5 || since >= 4 || (stands && last - first >= 7200))
      if (!isAct && failed < 10 && (failed < 3 || share < 0.05)) continue
      yield {
        severity: isAct ? 'act' : 'watch',
        title: isAct
          ? say(`The health check ${path} fails`, `运行状况检查 ${path} 失败`)
          : say(`The health check ${path} fails at times`, `运行状况检查 ${path} 时有失败`),
        rows: group,
        people: failed,
        boost: isAct ? 5 : 2,
        fades: true,
        evidence: [
          say(
            `${num(failed)} of ${num(failed + answered)} checks failed (${statuses(group)}).`,
            `${num(failed + answered)} 次检查中有 ${num(failed)} 次失败（${statuses(group)}）。`,
          ),
          say('A load balancer takes such a server out of service.', '负载均衡器会停止向该服务器分配请求。'),
        ],
        checks: [
          say(
            `Ask for ${path} on the server itself, and compare the path with that in the balancer.`,
            `在服务器本机上请求 ${path}，并与负载均衡器中配置的路径核对。`,
          ),
        ],
      }
    }
  },
}
