import type { CodeEvidence } from '../evidence.js'
import { clientsEn, clientsOf, type Draft, groupBy, minutesOf, num, percent, say, sumOf } from '../finding.js'
import { AUTO } from '../kinds/kinds.js'
import type { Rule } from '../rule.js'
import type { Row, View } from '../view.js'
import { overlaps, stretchesOf } from '../windows.js'

// Missing things: links and assets of own pages, pages that were there, and redirects that go round.

const isMissing = ({ status, substatus }: CodeEvidence): boolean =>
  (status === 404 && (substatus === null || substatus === 0 || substatus === 4)) || status === 410
const isProbe = ({ kind }: Row): boolean => kind.startsWith('probe-')
const missing = (view: View): Row[] =>
  view.open(
    isMissing,
    (r) =>
      !AUTO.has(r.kind) &&
      r.kind !== 'acme' &&
      !isProbe(r) &&
      r.agent !== 'bot' &&
      r.agent !== 'scanner' &&
      !r.isAttacker,
  )
/** A name that a build made: /app.8f3a21.js, /main-BX1c9d2e.css. */
const HASHED =
  /[.\-_](?=[0-9a-z]*\d)[0-9a-f]{4,}\.(?:chunk\.|min\.|bundle\.)?(?:js|mjs|css|woff2?|png|svg|jpg|webp|map)$|[.-](?=[\w]*\d)(?=\w*[A-Z])[\w]{8,}\.(?:js|css)$/
const isHashed = (path: string): boolean => HASHED.test(path)

const FIRST_ASSET = say(
  'Compare the name in the page with the files that are there.',
  '将页面中的文件名与实际存在的文件进行比较。',
)
const neverAnswered = (r: Row): string =>
  r.about.answered === 0 ? 'it was never answered in this log' : `it was answered ${num(r.about.answered)} times`
const neverAnsweredZh = (r: Row): string =>
  r.about.answered === 0 ? '在此日志中从未成功' : `曾成功响应 ${num(r.about.answered)} 次`

export const brokenLink: Rule = {
  id: 'broken-link',
  title: say('Own pages lead to something that is missing', '本站页面引用了不存在的内容'),
  looks: say(
    '404 and 410 with a referer of the own site, without probes, robots and what browsers ask for by themselves.',
    '来源为本站页面的 404 和 410，不含探测、爬虫和浏览器自动请求。',
  ),
  condition: say(
    'Act: 10 by 5 clients, of pages such that load assets; files with a hash in the name count together. Watch: 3 by 2 clients; or 20, 1 %, 10 clients over many paths.',
    'act：5 个客户端的 10 次（页面须由加载资源的客户端请求）；名称含哈希的文件合并计算。watch：2 个客户端的 3 次；或多个路径合计 20 次、1 %、10 个客户端。',
  ),
  severities: ['act', 'watch'],
  falseAlarms: say(
    'Referers that robots invent: they load no assets, or name the path itself.',
    '爬虫伪造的来源：它们不加载资源，或来源即为该路径本身。',
  ),
  *find(view) {
    const rows = missing(view).filter((r) => r.isOwn && (r.kind === 'asset' || r.loadsAssets))
    const hashed = rows.filter((r) => isHashed(r.path))
    if (sumOf(hashed) >= 10 && clientsOf(hashed) >= 5 && new Set(hashed.map((r) => r.path)).size > 1)
      yield goneAfterDeployment(view, hashed)
    const small: Row[] = []
    for (const [path, group] of groupBy(
      rows.filter((r) => !r.taken),
      (r) => r.path,
    )) {
      const n = sumOf(group)
      const one = group[0] as Row
      // A front controller has its pages in the query: which of them is missing cannot be told.
      const isController = one.kind !== 'asset' && one.about.answered > 5 * n
      if (n >= 10 && clientsOf(group) >= 5) {
        yield {
          severity: isController ? 'watch' : 'act',
          title:
            one.kind === 'asset'
              ? say(`Your pages ask for a file that is missing: ${path}`, `您的页面引用了不存在的文件：${path}`)
              : say(`Your pages link to a page that is missing: ${path}`, `您的页面链接到不存在的页面：${path}`),
          rows: group,
          boost: isController ? 0.3 : 1,
          evidence: [
            say(
              `${num(n)} requests, all from your own pages, by ${num(clientsOf(group))} visitors; ${neverAnswered(one)}.`,
              `共 ${num(n)} 个请求，全部来自本站页面，涉及 ${num(clientsOf(group))} 位访客；${neverAnsweredZh(one)}。`,
            ),
            ...(isHashed(path)
              ? [
                  say(
                    'The name looks like a built file: an old page may still point to it.',
                    '该名称像是构建生成的文件，旧页面可能仍在引用它。',
                  ),
                ]
              : []),
          ],
          checks: [
            isHashed(path)
              ? say(
                  'Compare the name in the page with the files of the last deployment.',
                  '将页面中的文件名与最近一次部署的文件进行比较。',
                )
              : FIRST_ASSET,
          ],
        }
      } else small.push(...group)
    }
    const worth = groupBy(small, (r) => r.path).filter(([, group]) => sumOf(group) >= 3 && clientsOf(group) >= 2)
    const many = worth.length > 0 ? worth.flatMap(([, group]) => group) : small
    const isMany = sumOf(small) >= 20 && sumOf(small) >= 0.01 * view.entries && clientsOf(small) >= 10
    if (worth.length > 0 || isMany)
      yield {
        severity: 'watch',
        title: say(
          `Links of your own pages lead nowhere: ${num(new Set(many.map((r) => r.path)).size)} paths`,
          `本站页面中的链接失效：${num(new Set(many.map((r) => r.path)).size)} 个路径`,
        ),
        rows: isMany ? small : many,
        boost: worth.length > 0 ? 0.8 : 0.3,
        evidence: [
          say(
            `${num(sumOf(isMany ? small : many))} requests from own pages.`,
            `来自本站页面的 ${num(sumOf(isMany ? small : many))} 个请求。`,
          ),
        ],
        checks: [
          say(
            'Open the pages that lead there (referers) and mend the links.',
            '打开引用它们的页面（referer）并修正链接。',
          ),
        ],
      }
  },
}

function goneAfterDeployment(view: View, rows: readonly Row[]): Draft {
  const first = Math.min(...rows.map((r) => r.first ?? Number.POSITIVE_INFINITY))
  return {
    severity: 'act',
    title: say(
      `Built files are missing since ${Number.isFinite(first) ? view.clock(first) : 'the start'}: an old page points to them`,
      `自 ${Number.isFinite(first) ? view.clock(first) : '开始'} 起构建生成的文件缺失：旧页面仍在引用`,
    ),
    rows,
    evidence: [
      say(
        `${num(sumOf(rows))} requests for ${num(new Set(rows.map((r) => r.path)).size)} files with a hash in their name, by ${num(clientsOf(rows))} visitors.`,
        `${num(clientsOf(rows))} 位访客共 ${num(sumOf(rows))} 次请求 ${num(new Set(rows.map((r) => r.path)).size)} 个名称含哈希的文件。`,
      ),
    ],
    checks: [
      say(
        'Was something deployed then? Keep the files of the last version, or do not let pages be cached.',
        '当时是否有部署？请保留上一版本的文件，或禁止缓存页面。',
      ),
    ],
  }
}

export const waveOf404: Rule = {
  id: 'wave-of-404',
  title: say('A wave of 404', '大量 404 集中出现'),
  looks: say(
    '404 to people who are known and load assets, in windows of 15 minutes.',
    '已知且加载资源的访客的 404，按 15 分钟窗口统计。',
  ),
  condition: say(
    '20 and 15 % of a window, 8 clients, at most half of the log; act where 30 % are on paths that were answered at other times.',
    '窗口内 20 次且 15 %，8 个客户端，不超过日志的一半；其中 30 % 为其他时间有响应的路径时为 act。',
  ),
  severities: ['act', 'watch'],
  falseAlarms: say('Robots with the agent of a browser: they load no assets.', '冒充浏览器的爬虫：它们不加载资源。'),
  *find(view) {
    const rows = missing(view).filter((r) => r.isPerson && r.isKnown && r.loadsAssets)
    const width = Math.max(15, view.window)
    const span = Math.max(1, (view.to - view.from) / 60)
    for (const { from, to, total, hits } of stretchesOf(view, minutesOf(rows), 20, 0.15, width)) {
      const inside = rows.filter((r) => !r.taken && overlaps(r, { from, to }))
      if (clientsOf(inside) < 8 || sumOf(inside) < 20 || to - from > span / 2) continue
      const wereThere = sumOf(inside.filter((r) => r.about.answered > 0))
      const share = wereThere / sumOf(inside)
      yield {
        severity: share >= 0.3 ? 'act' : 'watch',
        title: say('Many pages were missing for a while', '一段时间内大量页面缺失'),
        rows: inside,
        boost: 1.5,
        evidence: [
          say(
            `${num(hits)} of ${num(total)} requests got 404; ${percent(share)} of them on paths that are answered at other times.`,
            `${num(total)} 个请求中有 ${num(hits)} 个返回 404；其中 ${percent(share)} 的路径在其他时间有响应。`,
          ),
        ],
        checks: [
          say('Was a new version put in place then, or a folder moved?', '当时是否部署了新版本或移动了文件夹？'),
        ],
      }
    }
  },
}

export const pathVanished: Rule = {
  id: 'path-vanished',
  title: say('A page that was there is missing', '原有页面缺失'),
  looks: say(
    '404 of a path that was answered 5 times, not `/`, to known clients.',
    '曾响应 5 次的路径（非 `/`）对已知客户端的 404。',
  ),
  condition: say(
    '5 by 3 clients, half of the path between the first and the last: watch. 20 by 10 clients: act.',
    '3 个客户端的 5 次，占首末之间的一半：watch。10 个客户端的 20 次：act。',
  ),
  severities: ['act', 'watch'],
  falseAlarms: say(
    'Several sites in one log: one has the path, the other not.',
    '一个日志含多个站点：路径只存在于其中之一。',
  ),
  *find(view) {
    for (const [path, group] of groupBy(
      missing(view).filter((r) => r.isKnown && r.path !== '/'),
      (r) => r.path,
    )) {
      const { answered, answeredBetween } = (group[0] as Row).about
      const n = sumOf(group)
      if (
        answered < 5 ||
        n < 5 ||
        clientsOf(group) < 3 ||
        n < 0.5 * (n + answeredBetween) ||
        view.evidence.hosts.size > 1
      )
        continue
      const first = Math.min(...group.map((r) => r.first ?? 0))
      yield {
        severity: n >= 20 && clientsOf(group) >= 10 ? 'act' : 'watch',
        title: say(`${path} is missing since ${view.clock(first)}`, `${path} 自 ${view.clock(first)} 起缺失`),
        rows: group,
        evidence: [
          say(
            `${num(n)} answers 404 to ${clientsEn(clientsOf(group))}; it was answered ${num(answered)} times.`,
            `${num(clientsOf(group))} 个客户端共收到 ${num(n)} 次 404；此前曾成功响应 ${num(answered)} 次。`,
          ),
        ],
        checks: [
          say(
            'Was it removed or renamed? Then redirect its old address.',
            '是否被删除或改名？若是，请为旧地址设置重定向。',
          ),
        ],
      }
    }
  },
}

export const missingPathManyPeople: Rule = {
  id: 'missing-path-many-people',
  title: say('Many people ask for a page that is missing', '许多访客请求不存在的页面'),
  looks: say('404 of a path.', '某个路径的 404。'),
  condition: say(
    '20 by 10 clients, 0.5 % of all, 5 known clients, not `/`: watch.',
    '10 个客户端的 20 次，占全部的 0.5 %，5 个已知客户端，非 `/`：watch。',
  ),
  severities: ['watch'],
  falseAlarms: say('Strangers without any success.', '没有任何成功响应的陌生访客。'),
  *find(view) {
    for (const [path, group] of groupBy(
      missing(view).filter((r) => r.path !== '/' && r.isPerson),
      (r) => r.path,
    )) {
      const n = sumOf(group)
      const known = group.filter((r) => r.isKnown && r.loadsAssets)
      if (n < 20 || clientsOf(group) < 10 || n < 0.005 * view.entries || clientsOf(known) < 5 || sumOf(known) < 0.3 * n)
        continue
      yield {
        severity: 'watch',
        title: say(`Many people ask for ${path}, which is missing`, `许多访客请求不存在的 ${path}`),
        rows: group,
        boost: 0.5,
        evidence: [
          say(
            `${num(n)} requests by ${clientsEn(clientsOf(group))}; the referers say who links there.`,
            `${num(clientsOf(group))} 个客户端共 ${num(n)} 个请求；referer 会说明链接来源。`,
          ),
        ],
        checks: [say('Redirect it to where the content is now.', '将其重定向到内容的当前位置。')],
      }
    }
  },
}

export const redirectLoop: Rule = {
  id: 'redirect-loop',
  title: say('A redirect goes round in circles', '循环重定向'),
  looks: say(
    'Redirects of the same client, path and query, 8 and more within 30 seconds.',
    '同一客户端、路径和查询在 30 秒内 8 次以上的重定向。',
  ),
  condition: say(
    'By 2 clients or 30 in all act, else watch; unless the client got the path, too.',
    '2 个客户端或共 30 次为 act，否则为 watch；客户端也曾得到该路径的除外。',
  ),
  severities: ['act', 'watch'],
  falseAlarms: say(
    'Chats that post and redirect; monitors; redirectors with their target in the query.',
    '提交后重定向的聊天；监控；目标在查询中的跳转程序。',
  ),
  *find(view) {
    const rows = view.open(
      ({ status }) => status !== null && status >= 300 && status < 400,
      (r) => r.hits >= 8 && r.answeredAfter <= r.hits / 4,
    )
    for (const [path, group] of groupBy(rows, (r) => r.path)) {
      const n = sumOf(group)
      yield {
        severity: clientsOf(group) >= 2 || n >= 30 ? 'act' : 'watch',
        title: say(`${path} sends visitors round in circles`, `${path} 不断循环重定向`),
        rows: group,
        boost: 2,
        fades: true,
        verdict: 'config',
        evidence: [
          say(
            `${num(clientsOf(group))} visitors were sent on ${num(n)} times, 8 times and more within 30 s.`,
            `${num(clientsOf(group))} 位访客被重定向 ${num(n)} 次，30 秒内达 8 次以上。`,
          ),
        ],
        checks: [
          say(
            `Run \`curl -sIL\` on the address and see which two rules contradict each other.`,
            '用 `curl -sIL` 访问该地址，查看哪两条规则相互矛盾。',
          ),
        ],
      }
    }
  },
}
