import { QUIET, type Text, type Verdict } from '../../catalogue/note.js'
import { addCounts, type CodeEvidence } from '../evidence.js'
import { clientsEn, clientsOf, groupBy, num, percent, quantile, say, sumOf } from '../finding.js'
import { AUTO } from '../kinds/kinds.js'
import type { Rule } from '../rule.js'
import type { Cell, Row, View } from '../view.js'

// Requests that are no matter of the site, in one line for each kind; and the rest, by code.

const isErrorCode = ({ status }: CodeEvidence): boolean => status === null || status >= 400
const openCells = (view: View, fits: (cell: Cell) => boolean): Cell[] =>
  view.cells.filter((c) => c.left > 0 && isErrorCode(c.code) && fits(c))
const leftOf = (cells: readonly Cell[]): number => cells.reduce((n, c) => n + c.left, 0)

/** A rule that tells all cells of a kind in one line. */
function background(
  id: string,
  title: Text,
  looks: Text,
  condition: Text,
  falseAlarms: Text,
  verdict: Verdict,
  fits: (cell: Cell, view: View) => boolean,
  rowsToo?: (row: Row, view: View) => boolean,
): Rule {
  return {
    id,
    title,
    looks,
    condition,
    severities: ['info'],
    falseAlarms,
    *find(view) {
      const cells = openCells(view, (c) => fits(c, view))
      const rows = rowsToo ? view.open(isErrorCode, (r) => rowsToo(r, view)) : []
      const counted = new Set(cells)
      const n = leftOf(cells) + sumOf(rows.filter((r) => !r.cell || !counted.has(r.cell)))
      if (n === 0) return
      yield {
        severity: 'info',
        title,
        rows,
        cells,
        verdict,
        evidence: [
          say(
            `${num(n)} requests (${percent(n / view.entries)}).`,
            `${num(n)} 个请求（${percent(n / view.entries)}）。`,
          ),
        ],
      }
    },
  }
}

const ALL = say('All.', '全部。')

export const acmeFailed: Rule = {
  id: 'acme-failed',
  title: say('A certificate cannot be renewed', '证书无法续订'),
  looks: say('Errors on /.well-known/acme-challenge/.', '/.well-known/acme-challenge/ 上的错误。'),
  condition: say('3 or more, and no success: watch.', '3 次及以上且没有成功：watch。'),
  severities: ['watch', 'info'],
  falseAlarms: say('A probe for the folder: fewer than 3.', '对该文件夹的探测：少于 3 次。'),
  *find(view) {
    const cells = openCells(view, (c) => c.kind === 'acme')
    if (cells.length === 0) return
    const isAnswered = (view.evidence.answeredClasses.get('acme') ?? 0) > 0
    const isWatch = leftOf(cells) >= 3 && !isAnswered && cells.some((c) => c.agent !== 'scanner')
    yield {
      severity: isWatch ? 'watch' : 'info',
      title: isWatch
        ? say('The proof for a certificate is not answered', '证书验证请求未得到响应')
        : say('Proofs for a certificate that failed', '失败的证书验证请求'),
      cells,
      rows: view.open(isErrorCode, (r) => r.kind === 'acme'),
      verdict: 'config',
      evidence: [
        say(
          `${num(leftOf(cells))} requests for /.well-known/acme-challenge/, none of them answered.`,
          `${num(leftOf(cells))} 次请求 /.well-known/acme-challenge/，均未成功。`,
        ),
      ],
      checks: isWatch
        ? [
            say(
              'Run the renewal by hand (`certbot renew --dry-run`): it says which address it needs.',
              '手动执行续订（`certbot renew --dry-run`）：它会说明所需的地址。',
            ),
          ]
        : [],
    }
  },
}

export const connectionsWithoutRequest = background(
  'connections-without-request',
  say('Connections without a request', '没有请求的连接'),
  say('400, 408 and entries without a status or request line.', '没有请求行的 400、408，以及没有状态码的条目。'),
  ALL,
  say(
    'Clients that speak TLS to the plain port: the catalogue tells them apart.',
    '向明文端口发送 TLS 的客户端：目录中有单独说明。',
  ),
  'noise',
  (c) => (c.kind === 'none' || c.code.status === null) && (c.code.status === null || c.code.status < 500),
)
export const askedForByThemselves = background(
  'asked-for-by-themselves',
  say('Files that browsers and robots ask for by themselves', '浏览器和爬虫自动请求的文件'),
  say(
    'Errors on favicons, touch icons, robots.txt, ads.txt, .well-known, site maps, source maps.',
    'favicon、touch icon、robots.txt、ads.txt、.well-known、站点地图、源映射上的错误。',
  ),
  say('All 4xx.', '全部 4xx。'),
  say('None: nobody misses them.', '无：没有人需要它们。'),
  'noise',
  (c) => AUTO.has(c.kind) && (c.code.status ?? 0) < 500,
)
export const scanners = background(
  'scanners',
  say('Scanners, refused', '已拒绝的扫描'),
  say(
    "4xx on paths of probes that are not the site's own, of scanner agents and of clients that attack.",
    '不属于本站的探测路径、扫描器代理及攻击者的 4xx。',
  ),
  ALL,
  say(
    'A site that runs WordPress or PHP: its own pages are no probes.',
    '运行 WordPress 或 PHP 的站点：其自身页面不算探测。',
  ),
  'noise',
  (c) => (c.kind.startsWith('probe-') || c.agent === 'scanner') && (c.code.status ?? 0) < 500 && c.code.status !== 401,
  (r) => (r.isAttacker || r.kind.startsWith('probe-')) && (r.of.status ?? 0) < 500,
)
export const robotsOnMissingPages = background(
  'robots-on-missing-pages',
  say('Robots, refused or on pages that are missing', '爬虫被拒绝或访问不存在的页面'),
  say('4xx to robots.', '爬虫收到的 4xx。'),
  ALL,
  say('None.', '无。'),
  'noise',
  (c) => c.agent === 'bot' && (c.code.status ?? 0) < 500,
)
export const strangersAtTheDoor = background(
  'strangers-at-the-door',
  say('Strangers at the door', '来访的陌生客户端'),
  say('4xx on `/` to clients that had no success at all.', '没有任何成功响应的客户端在 `/` 上收到的 4xx。'),
  ALL,
  say(
    'A site whose start page is broken: then clients that succeed elsewhere are hit, too.',
    '首页损坏的站点：此时在其他路径成功的客户端也会受影响。',
  ),
  'noise',
  () => false,
  (r) => r.path === '/' && !r.isKnown && (r.of.status ?? 0) < 500 && (r.of.status ?? 0) >= 400,
)

const ASKS: ReadonlySet<Verdict> = new Set(['server', 'backend', 'config'])

export const anyCode: Rule = {
  id: 'code',
  title: say('A code that is left', '剩余的代码'),
  looks: say('Errors that no other rule took, by code.', '其他规则未归类的部分，按代码统计。'),
  condition: say(
    'Verdict server, backend or config: 20 of people, 5 clients and 2 % act; 5, 3 and 0.5 % watch. Other verdicts: 20, 5 and 3 % watch. One client with 80 %, or mostly clients that load nothing: info.',
    '判定为 server、backend 或 config：访客 20 次、5 个客户端且 2 % 为 act；5 次、3 个客户端且 0.5 % 为 watch。其他判定：20 次、5 个客户端且 3 % 为 watch。单个客户端占 80 % 或多为不加载资源的客户端：info。',
  ),
  severities: ['act', 'watch', 'info'],
  falseAlarms: say('One client; robots that call themselves browsers.', '单个客户端；冒充浏览器的爬虫。'),
  *find(view) {
    for (const [code, cells] of groupCells(openCells(view, () => true))) {
      const rows = view.open((other) => other === code)
      const verdict = view.options.verdictOf(code)
      const n = leftOf(cells)
      const people = rows.filter((r) => r.isPerson && !r.isAttacker)
      const good = people.filter((r) => r.isKnown && r.loadsAssets)
      const most = sumOf(groupBy(rows, (r) => r.client)[0]?.[1] ?? [])
      const share = sumOf(people) / view.entries
      const clients = clientsOf(people)
      const isOne = n >= 10 && most >= 0.8 * n
      const isStrange = sumOf(good) < 0.3 * sumOf(people)
      let severity: 'act' | 'watch' | 'info' = 'info'
      if (!isOne && !isStrange && !QUIET.has(verdict)) {
        if (ASKS.has(verdict))
          severity =
            sumOf(people) >= 20 && clients >= 5 && share >= 0.02
              ? 'act'
              : sumOf(people) >= 5 && clients >= 3 && share >= 0.005
                ? 'watch'
                : 'info'
        else if (sumOf(people) >= 20 && clients >= 5 && share >= 0.03) severity = 'watch'
      }
      const name = view.options.nameOf(code)
      yield {
        severity,
        title: name ?? say('A code without a note', '目录中没有说明的代码'),
        rows,
        cells,
        verdict,
        boost: 0.3,
        evidence: [
          say(
            `${num(n)} of ${num(view.entries)} requests (${percent(n / view.entries)}).`,
            `${num(view.entries)} 个请求中的 ${num(n)} 个（${percent(n / view.entries)}）。`,
          ),
        ],
      }
    }
  },
}

function groupCells(cells: readonly Cell[]): [Cell['code'], Cell[]][] {
  const groups = new Map<Cell['code'], Cell[]>()
  for (const cell of cells) groups.set(cell.code, [...(groups.get(cell.code) ?? []), cell])
  return [...groups].sort((a, b) => leftOf(b[1]) - leftOf(a[1]))
}

export const newCode: Rule = {
  id: 'new-code',
  title: say('A code that was not there before', '此前没有的代码'),
  looks: say('Codes that the period before does not have.', '上一时段没有的代码。'),
  condition: say(
    'An error, 5 by 3 clients, of a verdict that asks for somebody: watch.',
    '错误代码，3 个客户端的 5 次，且判定需要处理：watch。',
  ),
  severities: ['watch'],
  falseAlarms: say('A period before that was much shorter.', '上一时段明显更短。'),
  *find(view) {
    const { before } = view.options
    if (!before || before.entries < view.entries / 4) return
    const known = new Set([...before.codes.values()].map((c) => `${c.status}|${c.substatus}|${c.win32Status}`))
    for (const [code, rows] of groupBy(
      view.open(isErrorCode, (r) => r.isPerson && !r.isAttacker),
      (r) => r.of,
    )) {
      if (known.has(`${code.status}|${code.substatus}|${code.win32Status}`) || sumOf(rows) < 5 || clientsOf(rows) < 3)
        continue
      if (!ASKS.has(view.options.verdictOf(code)) && view.options.verdictOf(code) !== 'auth') continue
      yield {
        severity: 'watch',
        title: view.options.nameOf(code) ?? say('A code that was not there before', '此前没有的代码'),
        rows,
        boost: 0.7,
        evidence: [
          say(
            `New: ${num(sumOf(rows))} requests of ${clientsEn(clientsOf(rows))}; the period before has none.`,
            `新出现：${num(clientsOf(rows))} 个客户端共 ${num(sumOf(rows))} 个请求；上一时段没有。`,
          ),
        ],
        checks: [say('What was changed since?', '此后有什么变更？')],
      }
    }
  },
}

export const slower: Rule = {
  id: 'slower',
  title: say('Answers take longer than before', '响应比之前更慢'),
  looks: say('The time taken of answers 2xx, against the period before.', '2xx 响应的耗时，与上一时段比较。'),
  condition: say(
    '100 answers in both; the 95th percentile doubled and is 500 ms or more: watch.',
    '两个时段各 100 个响应；第 95 百分位翻倍且达到 500 ms：watch。',
  ),
  severities: ['watch'],
  falseAlarms: say('Other pages were asked for: look at the paths.', '请求的页面不同：请查看路径。'),
  *find(view) {
    const { before } = view.options
    if (!before) return
    const now = timesOfAnswers(view.evidence.codes.values())
    const then = timesOfAnswers(before.codes.values())
    const [p95, was] = [quantile(now, 0.95), quantile(then, 0.95)]
    const count = (bins: ReadonlyMap<number, number>): number => [...bins.values()].reduce((n, h) => n + h, 0)
    if (p95 === null || was === null || count(now) < 100 || count(then) < 100 || p95 < 500 || p95 < 2 * was) return
    yield {
      severity: 'watch',
      title: say('Answers take longer than before', '响应比之前更慢'),
      hits: count(now),
      code: '2xx',
      verdict: 'backend',
      people: count(now) / 20,
      evidence: [
        say(
          `One answer in 20 took ${num(p95)} ms and more; it was ${num(was)} ms.`,
          `每 20 个响应中有 1 个耗时 ${num(p95)} ms 以上；此前为 ${num(was)} ms。`,
        ),
      ],
      checks: [
        say(
          'Look at the paths that take longest, and at the load of the server and its database.',
          '查看耗时最长的路径，以及服务器和数据库的负载。',
        ),
      ],
    }
  },
}

function timesOfAnswers(
  codes: Iterable<{ status: number | null; latency: ReadonlyMap<number, number> }>,
): Map<number, number> {
  const bins = new Map<number, number>()
  for (const { status, latency } of codes)
    if (status !== null && status >= 200 && status < 300) addCounts(bins, latency)
  return bins
}
