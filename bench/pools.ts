import { below, chance, oneOf, type Random } from './random.js'

// What the generated logs are made of: paths, clients, agents, referers, and how often which code comes of which kind
// of request.

const PATHS = 50_000
const CLIENTS = 200_000
const AGENTS = 3_000

/** What a path stands for decides the codes, sizes and times of its requests. */
export const KINDS = ['page', 'asset', 'image', 'api', 'download', 'probe'] as const
type Kind = (typeof KINDS)[number]

/** Weights of `status` (nginx) by kind of path. */
export const NGINX_CODES: Record<Kind, string> = {
  page: '200:850 301:28 302:32 304:25 400:2 401:5 403:4 404:22 405:1 429:5 499:9 500:6 502:4 503:3 504:3',
  asset: '200:800 206:4 301:4 304:165 403:2 404:14 499:8 502:1 503:1',
  image: '200:800 206:4 304:165 403:2 404:14 499:8 503:1',
  api: '200:780 201:22 204:30 304:18 400:22 401:38 403:9 404:25 405:2 409:2 422:5 429:14 499:14 500:9 502:8 503:6 504:5',
  download: '200:520 206:380 304:30 403:6 404:20 416:4 499:40',
  probe: '200:20 301:40 400:30 403:90 404:780 405:15 429:10 444:15',
}

/** Weights of `status.substatus.win32` (IIS) by kind of path. */
export const IIS_CODES: Record<Kind, string> = {
  page:
    '200.0.0:830 200.0.64:14 200.0.1236:1.5 301.0.0:24 302.0.0:38 304.0.0:20 400.0.0:1.2 400.6.0:0.2 401.0.0:2 401.1.1326:1.2 401.1.2148074254:6 ' +
    '401.2.5:9 401.3.5:0.4 401.5.0:0.1 403.0.0:1.2 403.4.5:2 403.6.5:0.4 403.7.64:0.2 403.14.0:2.5 403.16.2148204809:0.1 403.18.0:0.3 403.502.0:0.4 ' +
    '404.0.0:7 404.0.2:14 404.0.64:0.3 404.15.0:0.2 405.0.1:0.8 406.0.0:0.1 412.0.0:0.1 500.0.0:7 500.0.64:1.1 500.0.995:0.2 500.19.5:0.3 ' +
    '500.19.13:0.2 500.19.33:0.2 500.21.0:0.1 500.24.50:0.2 502.3.12002:1.6 502.3.12029:0.6 502.3.12030:0.8 502.5.0:0.2 503.0.0:1.1 503.2.0:0.7 503.4.0:0.1',
  asset:
    '200.0.0:790 200.0.64:12 206.0.0:5 206.0.64:1 301.0.0:3 304.0.0:170 403.4.5:0.8 403.14.0:0.3 404.0.2:13 404.0.3:1 404.3.50:1.2 416.0.0:0.4 500.0.64:0.1',
  image: '200.0.0:790 200.0.64:12 206.0.0:5 304.0.0:170 403.4.5:0.8 404.0.2:13 404.0.3:1 404.3.50:1.2 500.0.64:0.1',
  api:
    '200.0.0:770 200.0.64:12 201.0.0:22 204.0.0:30 304.0.0:14 400.0.0:21 400.0.64:0.8 401.0.0:20 401.1.1326:2 401.1.2148074254:16 401.2.5:14 403.0.0:8 ' +
    '404.0.0:20 404.0.2:4 405.0.0:2 409.0.0:2 413.1.0:0.4 415.0.0:1 422.0.0:5 429.0.0:9 500.0.0:12 500.0.64:1 500.0.1236:0.2 502.3.12002:3 ' +
    '502.3.12030:1.4 502.4.0:0.2 503.0.0:2 503.2.0:1.2',
  download: '200.0.0:480 200.0.64:60 206.0.0:340 206.0.64:60 304.0.0:30 403.0.5:4 404.0.2:18 404.13.0:1 416.0.0:4',
  probe:
    '200.0.0:24 301.0.0:30 400.0.0:24 403.14.0:60 403.501.0:12 403.503.0:8 404.0.2:420 404.0.3:90 404.2.1260:12 404.4.2:14 404.5.0:20 404.6.0:3 404.7.0:60 ' +
    '404.8.0:120 404.11.0:60 404.14.0:2 404.15.0:8 405.0.1:12 500.0.0:4',
}

/** Bytes of the pages servers send of their own; other codes send what the path has. */
export const PAGE_BYTES: Readonly<Record<string, number>> = {
  204: 0,
  301: 162,
  302: 138,
  304: 0,
  400: 150,
  401: 172,
  403: 146,
  404: 146,
  405: 150,
  409: 98,
  416: 190,
  422: 240,
  429: 162,
  444: 0,
  499: 0,
  500: 170,
  502: 150,
  503: 190,
  504: 160,
}

const WORDS = (
  'about account admin archive article asset auth basket blog brand browse bundle cache calendar campaign cart catalog category checkout city client cloud ' +
  'comment compare contact content course customer dashboard delivery demo design detail device discount docs download draft event export feature feed file ' +
  'filter finance forum gallery game gift global group guide health help history home hotel image import index info inventory invoice item job label legal ' +
  'library list locale login mail market media member menu message mobile model module month music network news offer office order page partner payment photo ' +
  'plan player plugin podcast policy portal post price print privacy product profile project promo query question quote rating recipe region release report ' +
  'request resource review role sale sample search season section security service session shop show site social sport stock store story style summary support ' +
  'survey team template theme ticket topic tour track travel trend update upload user vendor version video view voucher wallet warehouse web widget winter year zone'
).split(' ')

const PROBED =
  '/wp-login.php /.env /xmlrpc.php /phpmyadmin/index.php /.git/config /wp-admin/setup-config.php /admin/login.aspx /cgi-bin/luci/;stok=/locale /actuator/health ' +
  '/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php /owa/auth/logon.aspx /boaform/admin/formLogin /HNAP1/ /solr/admin/info/system /remote/fgt_lang /console/ ' +
  '/backup.zip /web.config /bin/debug/app.dll /App_Data/site.mdb /..%2f..%2f..%2fetc/passwd /favicon.ico /robots.txt /ads.txt /.well-known/security.txt'

export const PROBES: readonly string[] = PROBED.split(' ')
export const USERS: readonly string[] = ['alice', 'bob', 'svc-report', 'deploy', 'j.smith', 'monitor']
export const EXTERNAL_REFERERS: readonly string[] = [
  'https://www.google.com/',
  'https://www.bing.com/',
  'https://duckduckgo.com/',
  'https://l.facebook.com/',
  'https://t.co/',
  'https://news.ycombinator.com/',
  'android-app://com.google.android.googlequicksearchbox/',
]

/**
 * First parts of query strings; a random number in hexadecimal of so many digits follows, so that their tail is long.
 */
export const QUERIES: readonly (readonly [string, number])[] = [
  ['page=', 1],
  ['v=1.', 2],
  ['q=summer+sale&page=', 1],
  ['id=', 5],
  ['utm_source=newsletter&utm_medium=email&utm_campaign=winter_2026&gclid=', 24],
  ['sort=price&filter=', 4],
  ['session=', 32],
]

const hex = (random: Random, digits: number): string =>
  Array.from({ length: digits }, () => below(random, 16).toString(16)).join('')

/** So many different texts. */
function distinct(n: number, make: () => string): string[] {
  const all = new Set<string>()
  while (all.size < n) all.add(make())
  return [...all]
}

export interface Path {
  readonly text: string
  /** Index into KINDS. */
  readonly kind: number
  /** Typical size of its answer. */
  readonly bytes: number
}

const MEDIAN_BYTES = [11_000, 15_000, 27_000, 900, 2_000_000, 5_000]

export function makePaths(random: Random): Path[] {
  const kinds = new Map<string, number>()
  const word = (): string => oneOf(random, WORDS)
  const makers = [
    () =>
      `/${word()}/${word()}${chance(random, 0.5) ? `/${word()}-${word()}-${below(random, 90_000)}` : ''}${chance(random, 0.4) ? '/' : '.html'}`,
    () =>
      `/static/${oneOf(random, ['js', 'css', 'fonts', 'dist'])}/${word()}.${hex(random, 8)}${oneOf(random, ['.js', '.min.js', '.css', '.woff2'])}`,
    () =>
      `/media/${2015 + below(random, 12)}/${10 + below(random, 3)}/${word()}-${word()}-${below(random, 9999)}${oneOf(random, ['.jpg', '.png', '.webp', '.svg'])}`,
    () => `/api/v${1 + below(random, 3)}/${word()}s${chance(random, 0.7) ? `/${below(random, 200_000)}` : ''}`,
    () =>
      `/files/${word()}/${word()}-${below(random, 9)}.${below(random, 20)}${oneOf(random, ['.zip', '.pdf', '.tar.gz', '.mp4'])}`,
  ]
  const texts = distinct(PATHS, () => {
    const r = below(random, 100)
    const kind = r < 38 ? 0 : r < 60 ? 1 : r < 84 ? 2 : r < 98 ? 3 : 4
    const text = (makers[kind] as () => string)()
    if (!kinds.has(text)) kinds.set(text, kind)
    return text
  })
  return texts.map((text) => {
    const kind = kinds.get(text) as number
    return { text, kind, bytes: Math.round((MEDIAN_BYTES[kind] as number) * 4 ** (below(random, 1000) / 500 - 1)) }
  })
}

/** Addresses, one in fourteen of them IPv6. */
export function makeClients(random: Random): string[] {
  return distinct(CLIENTS, () =>
    chance(random, 0.07)
      ? `2a02:${hex(random, 3)}:${hex(random, 4)}:${hex(random, 4)}::${hex(random, 3)}`
      : `${11 + below(random, 112)}.${below(random, 256)}.${below(random, 256)}.${1 + below(random, 254)}`,
  )
}

export function makeAgents(random: Random): string[] {
  const systems = [
    'Windows NT 10.0; Win64; x64',
    'Windows NT 6.1; WOW64',
    'X11; Linux x86_64',
    'Macintosh; Intel Mac OS X 10_15_7',
    'X11; CrOS x86_64 14541.0.0',
  ]
  const phones = [
    'SM-G991B',
    'SM-A515F',
    'Pixel 7',
    'Pixel 8 Pro',
    'M2102J20SG',
    'RMX3511',
    'moto g(30)',
    'VOG-L29',
    'Redmi Note 9 Pro',
    'K',
  ]
  const webkit = 'AppleWebKit/537.36 (KHTML, like Gecko)'
  const chrome = (): string =>
    `Chrome/${90 + below(random, 46)}.0.${chance(random, 0.4) ? 0 : 3000 + below(random, 3000)}.${below(random, 200)}`
  const makers = [
    () => `Mozilla/5.0 (${oneOf(random, systems)}) ${webkit} ${chrome()} Safari/537.36`,
    () =>
      `Mozilla/5.0 (${oneOf(random, systems)}) ${webkit} ${chrome()} Safari/537.36 Edg/${90 + below(random, 46)}.0.${1000 + below(random, 1800)}.${below(random, 100)}`,
    () =>
      `Mozilla/5.0 (Linux; Android ${8 + below(random, 8)}; ${oneOf(random, phones)}) ${webkit} ${chrome()} Mobile Safari/537.36`,
    () =>
      `Mozilla/5.0 (iPhone; CPU iPhone OS ${12 + below(random, 7)}_${below(random, 7)} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/${12 + below(random, 7)}.${below(random, 7)} Mobile/15E148 Safari/604.1`,
    () =>
      `Mozilla/5.0 (${oneOf(random, systems)}; rv:${78 + below(random, 60)}.0) Gecko/20100101 Firefox/${78 + below(random, 60)}.0`,
    () =>
      `Mozilla/5.0 ${webkit} (compatible; ${oneOf(random, ['Googlebot', 'bingbot', 'AhrefsBot', 'GPTBot'])}/${1 + below(random, 7)}.${below(random, 10)})`,
    () =>
      `${oneOf(random, ['curl/7', 'python-requests/2', 'Go-http-client/1', 'okhttp/4', 'kube-probe/1'])}.${below(random, 60)}.${below(random, 9)}`,
  ]
  return distinct(AGENTS, () => oneOf(random, makers)())
}
