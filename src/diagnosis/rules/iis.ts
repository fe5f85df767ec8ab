import type { CodeEvidence } from '../evidence.js'
import { clientsEn, type Draft, groupBy, num, say, sumOf } from '../finding.js'
import type { Rule } from '../rule.js'
import type { View } from '../view.js'
import { mostly, mostlyZh } from './words.js'

// Errors that only Windows servers tell: broken configuration, applications that do not start, pools that refuse,
// certificates.

function* byCode(
  view: View,
  codes: (code: CodeEvidence) => boolean,
  act: number,
  title: Draft['title'],
  checks: Draft['checks'],
  boost = 3,
): Generator<Draft> {
  const rows = view.open(codes)
  if (rows.length === 0) return
  const { en, zh } = title
  const path = groupBy(rows, (r) => r.path)[0]?.[0] ?? ''
  yield {
    severity: sumOf(rows) >= act ? 'act' : 'watch',
    title: say(en, zh),
    rows,
    boost,
    evidence: [
      say(
        `${num(sumOf(rows))} requests to ${num(new Set(rows.map((r) => r.path)).size)} paths, mostly ${path}.`,
        `共 ${num(sumOf(rows))} 个请求，涉及 ${num(new Set(rows.map((r) => r.path)).size)} 个路径，主要是 ${path}。`,
      ),
    ],
    ...(checks ? { checks } : {}),
  }
}

export const configurationBroken: Rule = {
  id: 'configuration-broken',
  title: say('The configuration of the site cannot be read', '站点配置无法读取'),
  looks: say('500.19, without clients that left (Win32 64).', '500.19（不含客户端断开，即 Win32 64）。'),
  condition: say('From 3 on act, else watch.', '3 次及以上为 act，否则为 watch。'),
  severities: ['act', 'watch'],
  falseAlarms: say('A single one while a file was being saved.', '保存配置文件瞬间的单次错误。'),
  find: (view) =>
    byCode(
      view,
      ({ status, substatus, win32Status }) => status === 500 && substatus === 19 && win32Status !== 64,
      3,
      say('The configuration of the site is broken (500.19)', '站点配置已损坏（500.19）'),
      [
        say(
          'Open the site on the server itself: the page names the file, the line and an HRESULT.',
          '在服务器本机上打开站点：页面会给出文件、行号和 HRESULT。',
        ),
        say('Compare web.config with the last version that worked.', '将 web.config 与最近一个可用版本进行比较。'),
      ],
    ),
}

export const applicationDoesNotStart: Rule = {
  id: 'application-does-not-start',
  title: say('The application does not start', '应用程序无法启动'),
  looks: say('500.30 to 500.39 and 502.5 of ASP.NET Core.', 'ASP.NET Core 的 500.30 至 500.39 和 502.5。'),
  condition: say('From 3 on act, else watch.', '3 次及以上为 act，否则为 watch。'),
  severities: ['act', 'watch'],
  falseAlarms: say('A few while a new version is put in place.', '部署新版本期间的少量错误。'),
  find: (view) =>
    byCode(
      view,
      ({ status, substatus }) =>
        (status === 500 && substatus !== null && substatus >= 30 && substatus <= 39) ||
        (status === 502 && substatus === 5),
      3,
      say('The application does not start', '应用程序无法启动'),
      [
        say(
          'Read the Application event log, source "IIS AspNetCore Module V2".',
          '查看 Windows 应用程序事件日志，来源为“IIS AspNetCore Module V2”。',
        ),
        say(
          'Start the application by hand in its folder: it prints why it stops.',
          '在其文件夹中手动启动应用程序：它会输出停止的原因。',
        ),
      ],
    ),
}

export const POOL: ReadonlySet<string> = new Set([
  'AppOffline',
  'QueueFull',
  'Disabled',
  'AppShutdown',
  'Connection_Abandoned_By_ReqQueue',
  'Connection_Abandoned_By_AppPool',
  'AppPoolTimer',
  'ConnLimit',
  'TooMany',
])
const UPNP = /^\/(upnphost\/|upnp\/|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$)/i

export const upnp: Rule = {
  id: 'upnp',
  title: say('Devices of the network look for each other', '网络设备相互发现'),
  looks: say(
    'Requests of UPnP and WSD (ports 2869 and 5357) in HTTPERR logs.',
    'HTTPERR 日志中的 UPnP 和 WSD 请求（端口 2869 和 5357）。',
  ),
  condition: say('All.', '全部。'),
  severities: ['info'],
  falseAlarms: say('None: these are no requests to a site.', '无：这些并非对站点的请求。'),
  *find(view) {
    const rows = view.open(
      ({ reason }) => reason !== null,
      ({ path }) => UPNP.test(path),
    )
    if (rows.length > 0)
      yield {
        severity: 'info',
        title: say(
          'Devices of the network look for each other (UPnP, WSD): not the site',
          '网络设备相互发现（UPnP、WSD），与站点无关',
        ),
        rows,
      }
  },
}

export const poolRefuses: Rule = {
  id: 'pool-refuses',
  title: say('The application pool refuses requests', '应用程序池拒绝请求'),
  looks: say(
    'HTTPERR: AppOffline, QueueFull, Disabled, AppShutdown, Connection_Abandoned, ConnLimit; 503 without a reason.',
    'HTTPERR：AppOffline、QueueFull、Disabled、AppShutdown、Connection_Abandoned、ConnLimit；以及没有原因的 503。',
  ),
  condition: say(
    'From 10 on act (ConnLimit and N/A: watch); from 3 on watch.',
    '10 次及以上为 act（ConnLimit 和 N/A 为 watch），3 次及以上为 watch。',
  ),
  severities: ['act', 'watch', 'info'],
  falseAlarms: say('UPnP and WSD on their ports, which are set apart.', 'UPnP 和 WSD 端口的请求，已另行归类。'),
  *find(view) {
    for (const [reason, rows] of groupBy(
      view.open(({ reason, status }) => reason !== null && (POOL.has(reason) || (reason === 'N/A' && status === 503))),
      (r) => r.of.reason as string,
    )) {
      const isMild = reason === 'ConnLimit' || reason === 'N/A'
      const n = sumOf(rows)
      yield {
        severity: n >= 10 && !isMild ? 'act' : n >= 3 ? 'watch' : 'info',
        title: say(`The application pool refuses requests: ${reason}`, `应用程序池拒绝请求：${reason}`),
        rows,
        boost: 3,
        fades: true,
        evidence: [
          say(
            `${num(n)} requests were refused before they reached the site, mostly ${mostly(rows)}.`,
            `${num(n)} 个请求在到达站点前被拒绝，主要是 ${mostlyZh(rows)}。`,
          ),
        ],
        checks: [
          reason === 'QueueFull'
            ? say(
                'The workers are too slow or too few: look at requests in execution and the queue length of the pool.',
                '工作进程过慢或过少：查看正在执行的请求和应用程序池的队列长度。',
              )
            : say(
                'Is the pool started? The System event log (source WAS) says why it was stopped.',
                '应用程序池是否已启动？系统事件日志（来源 WAS）会说明停止原因。',
              ),
        ],
      }
    }
  },
}

export const clientCertificate: Rule = {
  id: 'client-certificate',
  title: say('Client certificates are refused', '客户端证书被拒绝'),
  looks: say('403.7, 403.13, 403.16, 403.17, 495, 496.', '403.7、403.13、403.16、403.17、495、496。'),
  condition: say(
    '10 by 5 clients of which half never got in: act; from 3 on watch.',
    '5 个客户端的 10 次且半数从未成功：act；3 次及以上为 watch。',
  ),
  severities: ['act', 'watch', 'info'],
  falseAlarms: say(
    'A browser that first asks without a certificate and then gets in.',
    '浏览器先以无证书请求，随后成功。',
  ),
  *find(view) {
    const rows = view.open(
      ({ status, substatus }) =>
        status === 495 || status === 496 || (status === 403 && [7, 13, 16, 17].includes(substatus ?? -1)),
    )
    if (rows.length === 0) return
    const clients = groupBy(rows, (r) => r.client)
    const never = clients.filter(([, own]) => own.every((r) => r.who.answered === 0 && r.answeredAfter === 0)).length
    const n = sumOf(rows)
    yield {
      severity:
        n >= 10 && clients.length >= 5 && never >= clients.length / 2 ? 'act' : n >= 3 && never > 0 ? 'watch' : 'info',
      title: say('Client certificates are refused', '客户端证书被拒绝'),
      rows,
      boost: 2,
      evidence: [
        say(
          `${num(n)} refusals to ${clientsEn(clients.length)}; ${num(never)} never got in.`,
          `${num(clients.length)} 个客户端共 ${num(n)} 次被拒绝；其中 ${num(never)} 个从未成功。`,
        ),
      ],
      checks: [
        say(
          'Has a certificate or a revocation list run out? Is the issuer still trusted by the server?',
          '证书或吊销列表是否已过期？服务器是否仍信任其颁发者？',
        ),
      ],
    }
  },
}
