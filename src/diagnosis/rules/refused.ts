import type { CodeEvidence } from '../evidence.js'
import { clientsEn, clientsOf, groupBy, num, percent, say, sumOf } from '../finding.js'
import { AUTO } from '../kinds/kinds.js'
import type { Rule } from '../rule.js'
import type { Row, View } from '../view.js'

// Requests of people that were refused: limits, filters, forbidden pages.

const isRule = (
  { status, substatus }: CodeEvidence,
  wanted: Readonly<Record<number, readonly number[] | null>>,
): boolean => {
  if (status === null || !(status in wanted)) return false
  const subs = wanted[status]
  return subs === null || subs === undefined ? subs === null : subs.includes(substatus ?? -1)
}
const LIMITS = { 413: null, 414: null, 431: null, 494: null, 404: [13, 14, 15] }
const RATE = { 429: null, 403: [501, 502] }
const FILTER = { 404: [2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 18, 19], 403: [6, 8, 503], 444: null }
const REFUSED: ReadonlySet<number> = new Set([400, 403, 405, 406, 409, 411, 412, 415, 422, 426])
const people = (view: View, ofCode: (code: CodeEvidence) => boolean): Row[] =>
  view.open(ofCode, (r) => r.isPerson && !r.isAttacker && !AUTO.has(r.kind) && !r.kind.startsWith('probe-'))

export const limitsHitPeople: Rule = {
  id: 'limits-hit-people',
  title: say('A limit of the server stops people', '服务器限制阻止了访客'),
  looks: say(
    '413, 414, 431, 494, 404.13, 404.14, 404.15, RequestLength and FieldLength to people.',
    '访客收到的 413、414、431、494、404.13、404.14、404.15、RequestLength、FieldLength。',
  ),
  condition: say('10 by 3 clients act, 3 by 2 clients watch.', '3 个客户端的 10 次为 act，2 个客户端的 3 次为 watch。'),
  severities: ['act', 'watch'],
  falseAlarms: say(
    'Attacks with long addresses: their clients attack elsewhere, too.',
    '使用超长地址的攻击：其客户端在别处也有攻击行为。',
  ),
  *find(view) {
    const rows = people(view, (code) => isRule(code, LIMITS) || /^(RequestLength|FieldLength)$/.test(code.reason ?? ''))
    for (const [status, group] of groupBy(rows, (r) => `${r.of.status}${r.of.substatus ? `.${r.of.substatus}` : ''}`)) {
      const n = sumOf(group)
      if (n < 3 || clientsOf(group) < 2) continue
      const [path] = groupBy(group, (r) => r.path)[0] as [string, Row[]]
      const isBody = status === '413' || status === '404.13'
      yield {
        severity: n >= 10 && clientsOf(group) >= 3 ? 'act' : 'watch',
        title: isBody
          ? say(`Uploads are refused as too large (${status}): ${path}`, `上传因过大被拒绝（${status}）：${path}`)
          : say(
              `Requests of people are refused as too long (${status}): ${path}`,
              `访客的请求因过长被拒绝（${status}）：${path}`,
            ),
        rows: group,
        verdict: 'config',
        evidence: [
          say(
            `${num(n)} requests of ${num(clientsOf(group))} visitors.`,
            `${num(clientsOf(group))} 位访客共 ${num(n)} 个请求。`,
          ),
        ],
        checks: [
          isBody
            ? say(
                'How large may it be? nginx: `client_max_body_size`; IIS: `maxAllowedContentLength`; Apache: `LimitRequestBody`.',
                '允许的大小是多少？nginx：`client_max_body_size`；IIS：`maxAllowedContentLength`；Apache：`LimitRequestBody`。',
              )
            : say(
                'Large cookies are the usual reason. nginx: `large_client_header_buffers`; IIS: `maxUrl`, `maxQueryString`.',
                '常见原因是过大的 Cookie。nginx：`large_client_header_buffers`；IIS：`maxUrl`、`maxQueryString`。',
              ),
        ],
      }
    }
  },
}

export const rateLimited: Rule = {
  id: 'rate-limited',
  title: say('A rate limit refuses requests', '速率限制拒绝了请求'),
  looks: say('429, 403.501, 403.502.', '429、403.501、403.502。'),
  condition: say(
    '10 people, 10 % of all clients and 1 % of all requests: watch; else info.',
    '10 位访客，占全部客户端 10 % 且占全部请求 1 %：watch；否则为 info。',
  ),
  severities: ['watch', 'info'],
  falseAlarms: say('A limit that does its work: few clients.', '正常生效的限制：仅涉及少数客户端。'),
  *find(view) {
    const cells = view.cells.filter((c) => c.left > 0 && isRule(c.code, RATE))
    if (cells.length === 0) return
    const rows = people(view, (code) => isRule(code, RATE))
    const isWatch =
      clientsOf(rows) >= 10 && clientsOf(rows) >= 0.1 * view.evidence.clients && sumOf(rows) >= 0.01 * view.entries
    const n = cells.reduce((sum, c) => sum + c.left, 0)
    yield {
      severity: isWatch ? 'watch' : 'info',
      title: isWatch
        ? say('A rate limit stops ordinary visitors', '速率限制阻止了普通访客')
        : say('A rate limit refused requests, as it is meant to', '速率限制按预期拒绝了请求'),
      ...(isWatch ? { rows } : { rows: view.open((code) => isRule(code, RATE)), cells }),
      boost: 0.7,
      evidence: [
        say(
          `${num(n)} refusals, ${num(clientsOf(rows))} of the clients are people.`,
          `${num(n)} 次拒绝，其中 ${num(clientsOf(rows))} 个客户端是访客。`,
        ),
      ],
      checks: isWatch
        ? [say('Compare the limit with what one page needs.', '将限制值与单个页面所需的请求数进行比较。')]
        : [],
    }
  },
}

export const filterHitsPeople: Rule = {
  id: 'filter-hits-people',
  title: say('Request filtering stops people', '请求筛选阻止了访客'),
  looks: say(
    '404.2 to 404.19 of filters, 403.6, 403.8, 403.503 and 444 with a referer of the own site.',
    '来源为本站页面的 404.2 至 404.19 筛选错误、403.6、403.8、403.503 和 444。',
  ),
  condition: say(
    '5 by 3 clients watch, 20 act; else blocked as configured (info).',
    '3 个客户端的 5 次为 watch，20 次为 act；否则为按配置阻止（info）。',
  ),
  severities: ['act', 'watch', 'info'],
  falseAlarms: say('Probes: they come from no own page.', '探测请求：并非来自本站页面。'),
  *find(view) {
    const rows = people(view, (code) => isRule(code, FILTER)).filter((r) => r.isOwn)
    for (const [path, group] of groupBy(rows, (r) => r.path)) {
      const n = sumOf(group)
      if (n < 5 || clientsOf(group) < 3) continue
      yield {
        severity: n >= 20 ? 'act' : 'watch',
        title: say(`A filter refuses what your own pages ask for: ${path}`, `筛选规则拒绝了本站页面的请求：${path}`),
        rows: group,
        verdict: 'config',
        evidence: [
          say(
            `${num(n)} requests of ${num(clientsOf(group))} visitors, from own pages.`,
            `${num(clientsOf(group))} 位访客共 ${num(n)} 个请求，来自本站页面。`,
          ),
        ],
        checks: [
          say(
            'The sub-status names the rule: allow the extension, the verb or the segment for this path.',
            '子状态会指明规则：为该路径允许相应的扩展名、谓词或段。',
          ),
        ],
      }
    }
    const cells = view.cells.filter((c) => c.left > 0 && isRule(c.code, FILTER))
    if (cells.length > 0)
      yield {
        severity: 'info',
        title: say('Blocked as configured', '按配置阻止'),
        cells,
        rows: view.open((code) => isRule(code, FILTER)),
        evidence: [
          say(
            `${num(cells.reduce((n, c) => n + c.left, 0))} requests were refused by filters of the server.`,
            `${num(cells.reduce((n, c) => n + c.left, 0))} 个请求被服务器的筛选规则拒绝。`,
          ),
        ],
      }
  },
}

export const forbiddenOwnPages: Rule = {
  id: 'forbidden-own-pages',
  title: say('Visitors are refused what own pages lead to', '访客无法访问本站页面引用的内容'),
  looks: say('403 of a path.', '某个路径的 403。'),
  condition: say(
    '10 by 5 clients that load assets, 5 from own pages: act where it is 20 % of the path, else watch. 3 from own pages by 3 clients, mostly refused: watch.',
    '5 个加载资源的客户端的 10 次且 5 次来自本站页面：占该路径 20 % 时为 act，否则为 watch。3 个客户端 3 次来自本站页面且多数被拒绝：watch。',
  ),
  severities: ['act', 'watch'],
  falseAlarms: say('Spam robots with invented referers: they load no assets.', '伪造来源的垃圾爬虫：它们不加载资源。'),
  *find(view) {
    for (const [path, group] of groupBy(
      people(view, ({ status }) => status === 403),
      (r) => r.path,
    )) {
      const good = group.filter((r) => r.isKnown && r.loadsAssets)
      const own = good.filter((r) => r.isOwn)
      const { answered, errors } = (group[0] as Row).about
      const n = sumOf(group)
      const share = n / Math.max(n, answered + errors)
      const isMany = sumOf(good) >= 10 && clientsOf(good) >= 5 && sumOf(own) >= 5
      if (!isMany && !(sumOf(own) >= 3 && clientsOf(own) >= 3 && share > 0.5)) continue
      yield {
        severity: isMany && share >= 0.2 ? 'act' : 'watch',
        title: say(`${path} is forbidden to visitors who come from your pages`, `来自本站页面的访客被禁止访问 ${path}`),
        rows: group,
        boost: isMany ? 0.8 : 0.4,
        evidence: [
          say(
            `${num(n)} refusals to ${clientsEn(clientsOf(group))}, ${num(sumOf(own))} from own pages; ${percent(share)} of the path.`,
            `${num(clientsOf(group))} 个客户端共 ${num(n)} 次被拒绝，其中 ${num(sumOf(own))} 次来自本站页面；占该路径的 ${percent(share)}。`,
          ),
        ],
        checks: [
          say(
            'Compare the permissions of the file and the rules for its path with those of a neighbour that works.',
            '将该文件的权限和路径规则与可正常访问的相邻文件进行比较。',
          ),
        ],
      }
    }
  },
}

export const pathRefused: Rule = {
  id: 'path-refused',
  title: say('A path refuses most requests', '某个路径拒绝了大部分请求'),
  looks: say(
    '400, 403, 405, 406, 409, 411, 412, 415, 422, 426 of a path.',
    '某个路径的 400、403、405、406、409、411、412、415、422、426。',
  ),
  condition: say(
    '20 by 5 clients that load assets, half of the path, not `/`. Act: 100 by 20 clients and 0.5 % of all, or 10 by 5 and 1 %.',
    '5 个加载资源的客户端的 20 次且占该路径一半，非 `/`。act：20 个客户端的 100 次且占全部 0.5 %，或 5 个客户端的 10 次且占 1 %。',
  ),
  severities: ['act', 'watch'],
  falseAlarms: say('Robots that post forms: they load no assets.', '提交表单的爬虫：它们不加载资源。'),
  *find(view) {
    const rows = people(
      view,
      ({ status, substatus }) => status !== null && REFUSED.has(status) && !(status === 403 && (substatus ?? 0) > 0),
    )
    for (const [path, group] of groupBy(rows, (r) => r.path)) {
      const good = group.filter((r) => r.isKnown && r.loadsAssets)
      const { answered, errors } = (group[0] as Row).about
      const n = sumOf(group)
      const share = n / Math.max(n, answered + errors)
      const clients = clientsOf(good)
      const isAct =
        (sumOf(good) >= 100 && clients >= 20 && n >= 0.005 * view.entries) ||
        (sumOf(good) >= 10 && clients >= 5 && n >= 0.01 * view.entries)
      if (path === '/' || path === '' || share < 0.5 || clients < 5 || (sumOf(good) < 20 && !isAct)) continue
      const status = groupBy(group, (r) => r.of.status)[0]?.[0]
      yield {
        severity: isAct ? 'act' : 'watch',
        title: say(`${path} refuses most requests (${status})`, `${path} 拒绝了大部分请求（${status}）`),
        rows: group,
        boost: 0.7,
        evidence: [
          say(
            `${num(n)} of ${num(Math.max(n, answered + errors))} requests, by ${clientsEn(clientsOf(group))}.`,
            `${num(Math.max(n, answered + errors))} 个请求中的 ${num(n)} 个，涉及 ${num(clientsOf(group))} 个客户端。`,
          ),
        ],
        checks: [
          say(
            'Send such a request yourself and read the body of the answer: it mostly says what is wrong.',
            '亲自发送同样的请求并查看响应正文：其中通常会说明原因。',
          ),
        ],
      }
    }
  },
}
