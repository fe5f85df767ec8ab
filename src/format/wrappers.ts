import type { Words } from '../errors.js'

/** A wrapper may stand around the lines of any log. As data: what writes it, and what a line in it looks like. */
export interface Wrapper {
  readonly name: string
  /** For people: what each line is in. */
  readonly title: Words
  readonly source: string
  /** A line as it comes, and what is in it. */
  readonly samples: readonly { readonly line: string; readonly inner: string }[]
  readonly opens: Opening
  /**
   * No line of a log begins so by itself: what is in the wrapper counts, though the whole fits as well, and seems to
   * have more fields.
   */
  readonly isCertain?: true
  /** Many lines are so by themselves: it is taken away only where more of them are understood without it. */
  readonly isCommon?: true
}

/** How the line is found in its wrapper. */
export type Opening =
  /**
   * The line stands behind a text that fits. A group `part` that is `P` says that the rest follows in the next line of
   * the same `stream`; the group `time` is for lines that have none.
   */
  | { readonly kind: 'prefix'; readonly pattern: RegExp }
  /**
   * The line is a string of a JSON object: that of the first of the keys by which lines are found. `inParts`: what does
   * not end in a newline goes on in the next.
   */
  | { readonly kind: 'json'; readonly keys: readonly string[]; readonly inParts?: true }
  /** Everywhere: what fits is left out. */
  | { readonly kind: 'erase'; readonly pattern: RegExp }
  /** An object of JSON is written as a text in another: it becomes an object in it. */
  | { readonly kind: 'json-text'; readonly keys: readonly string[] }
  /** `key=value key="value"`, made a JSON object. */
  | { readonly kind: 'pairs' }
  /** Separated values under a line of names, made JSON objects. */
  | { readonly kind: 'table' }

const ISO = String.raw`\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?`
/** The time as RFC 3164 has it, and with a year or a fraction, as relays add them. */
const BSD = String.raw`[A-Z][a-z]{2} [ \d]\d (?:\d{4} )?\d\d:\d\d:\d\d(?:\.\d+)?(?: \d{4})?`
const PRIORITY = String.raw`(?:<\d{1,3}>)?`
const TAG = String.raw`[^\s:[\]|"{]+(?:\[[^\]\s]*\])?: `
/** The structured data of RFC 5424; Heroku leaves it out. */
const STRUCTURED = String.raw`(?:(?:-|(?:\[[\w@.-]+(?: [^\s="\]]+="(?:[^"\\]|\\.)*")*\])+) )?`

/** A name, and stern's arrow behind it, in UTF-8 with a character for each byte. */
const KUBERNETES_NAME = String.raw`[a-z0-9][a-z0-9.-]* (?:\xe2\x80\xba )?`

/** Every wrapper known. They are tried on what is in one another, too. */
export const WRAPPERS: readonly Wrapper[] = [
  {
    name: 'colours',
    title: { en: 'escapes that colour a terminal', zh: '终端颜色转义序列' },
    isCertain: true,
    source: 'https://en.wikipedia.org/wiki/ANSI_escape_code#SGR',
    samples: [{ line: '\x1b[36mweb-1  | \x1b[0m192.0.2.1 - - [', inner: 'web-1  | 192.0.2.1 - - [' }],
    // biome-ignore lint/suspicious/noControlCharactersInRegex: an escape begins with one
    opens: { kind: 'erase', pattern: /\x1b\[[0-9;]*m/g },
  },
  {
    name: 'blanks',
    title: { en: 'runs of blanks', zh: '连续空格' },
    isCommon: true,
    source: 'https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format',
    samples: [{ line: '192.0.2.1 -  -   [', inner: '192.0.2.1 - - [' }],
    opens: { kind: 'erase', pattern: / (?= )/g },
  },
  {
    name: 'docker',
    title: { en: "a JSON object of Docker's json-file driver", zh: 'Docker json-file 驱动的 JSON 对象' },
    isCertain: true,
    source: 'https://docs.docker.com/engine/logging/drivers/json-file/',
    samples: [
      { line: String.raw`{"log":"GET \"/a\"\n","stream":"stdout","time":"2024-05-01T10:00:00Z"}`, inner: 'GET "/a"' },
    ],
    opens: { kind: 'json', keys: ['log'], inParts: true },
  },
  {
    name: 'json',
    title: {
      en: 'a JSON object of a collector (journald, Fluent Bit, Cloud Logging, Loki, Splunk, CloudWatch, Elastic)',
      zh: '日志采集器的 JSON 对象（journald、Fluent Bit、Cloud Logging、Loki、Splunk、CloudWatch、Elastic）',
    },
    source: 'https://systemd.io/JOURNAL_EXPORT_FORMATS/#journal-json-format',
    samples: [
      { line: String.raw`{"stream":"stdout", "log": "GET \"/a\""}`, inner: 'GET "/a"' },
      { line: '{"__REALTIME_TIMESTAMP":"1509724499000000","MESSAGE":"GET /a"}', inner: 'GET /a' },
      { line: '{"event":{"original":"GET /a"},"tags":[]}', inner: 'GET /a' },
    ],
    opens: {
      kind: 'json',
      keys: [
        'log',
        'message',
        'MESSAGE',
        'textPayload',
        'line',
        'msg',
        '_raw',
        '@message',
        'event.original',
        'body',
        'Body',
        'raw',
        'full_message',
        'short_message',
      ],
    },
  },
  {
    name: 'json-text',
    title: { en: 'a JSON object with its properties as a text', zh: '以文本形式保存属性的 JSON 对象' },
    source: 'https://learn.microsoft.com/azure/app-service/troubleshoot-diagnostic-logs',
    samples: [
      {
        line: String.raw`{"category":"A","properties":"{\"ScStatus\":200}"}`,
        inner: '{"category":"A","properties":{"ScStatus":200}}',
      },
    ],
    opens: { kind: 'json-text', keys: ['properties', 'Properties', 'jsonPayload'] },
  },
  {
    name: 'cri',
    title: {
      en: 'the time, stream and tag of Kubernetes (CRI) or Podman',
      zh: 'Kubernetes（CRI）或 Podman 的时间、流和标记',
    },
    isCertain: true,
    source: 'https://github.com/kubernetes/design-proposals-archive/blob/main/node/kubelet-cri-logging.md',
    samples: [
      { line: '2024-05-01T10:00:00.123456789Z stdout F GET /a', inner: 'GET /a' },
      { line: '2024-05-01T10:00:00.1+02:00 stderr F GET /a', inner: 'GET /a' },
    ],
    opens: {
      kind: 'prefix',
      pattern: new RegExp(`(?<time>${ISO}) (?<stream>stdout|stderr) (?<part>[FP])(?::\\S*)? `, 'y'),
    },
  },
  {
    name: 'compose',
    title: {
      en: 'the name of a container or process (docker compose, foreman, PM2)',
      zh: '容器或进程名（docker compose、foreman、PM2）',
    },
    isCertain: true,
    source: 'https://docs.docker.com/reference/cli/docker/compose/logs/',
    samples: [
      { line: 'nginx-1  | GET /a', inner: 'GET /a' },
      { line: '09:51:12 web.1    | GET /a', inner: 'GET /a' },
      { line: '0|app  | GET /a', inner: 'GET /a' },
    ],
    opens: { kind: 'prefix', pattern: /(?:\d\d:\d\d:\d\d )?(?:\d+\|)?[\w.@/-]+ *\| ?/y },
  },
  {
    name: 'kubectl',
    title: {
      en: 'the pod and container that kubectl logs --prefix names',
      zh: 'kubectl logs --prefix 标出的 Pod 和容器',
    },
    isCertain: true,
    source: 'https://kubernetes.io/docs/reference/kubectl/generated/kubectl_logs/',
    samples: [{ line: '[pod/web-7d59/nginx] GET /a', inner: 'GET /a' }],
    opens: { kind: 'prefix', pattern: /\[pod\/[^\]\s]+\] /y },
  },
  {
    name: 'stern',
    title: { en: 'the pod and container that stern names', zh: 'stern 标出的 Pod 和容器' },
    source: 'https://github.com/stern/stern',
    samples: [{ line: 'web-7d59-x1 nginx GET /a', inner: 'GET /a' }],
    opens: { kind: 'prefix', pattern: new RegExp(`${KUBERNETES_NAME}[a-z][a-z0-9-]* (?=\\S)`, 'y') },
  },
  {
    name: 'stern-all',
    title: { en: 'the namespace, pod and container that stern names', zh: 'stern 标出的命名空间、Pod 和容器' },
    source: 'https://github.com/stern/stern',
    samples: [{ line: 'shop › web-7d59-x1 › nginx GET /a', inner: 'GET /a' }],
    opens: { kind: 'prefix', pattern: new RegExp(`${KUBERNETES_NAME}${KUBERNETES_NAME}[a-z][a-z0-9-]* (?=\\S)`, 'y') },
  },
  {
    name: 'rfc5424',
    title: { en: 'a syslog header (RFC 5424)', zh: 'syslog 头（RFC 5424）' },
    isCertain: true,
    source: 'https://www.rfc-editor.org/rfc/rfc5424#section-6',
    samples: [
      { line: '<134>1 2019-01-07T13:35:02.123Z lb1 haproxy 44 - - GET /a', inner: 'GET /a' },
      { line: '2019-01-07T13:35:02+00:00 lb1 haproxy 44 - - GET /a', inner: 'GET /a' },
      { line: '<134>1 - - haproxy - - [x@1 a="b ]\\" c"][y] GET /a', inner: 'GET /a' },
      { line: '83 <158>1 2012-10-11T03:47:20+00:00 host heroku router - GET /a', inner: 'GET /a' },
    ],
    opens: {
      kind: 'prefix',
      pattern: new RegExp(
        `(?:\\d+ (?=<))?(?:<\\d{1,3}>\\d{0,3} )?(?:(?<time>${ISO})|-) \\S+ \\S+ (?:-|[\\w.]+) (?:-|[\\w.-]+) ${STRUCTURED}(?:\\xef\\xbb\\xbf)?`,
        'y',
      ),
    },
  },
  {
    name: 'syslog',
    title: { en: 'a syslog header (RFC 3164, rsyslog, journalctl)', zh: 'syslog 头（RFC 3164、rsyslog、journalctl）' },
    isCertain: true,
    source: 'https://www.rfc-editor.org/rfc/rfc3164#section-4.1',
    samples: [
      { line: '<190>Jan  7 13:35:02 web1 nginx: GET /a', inner: 'GET /a' },
      { line: 'Jan 07 13:35:02 web1 nginx[812]: GET /a', inner: 'GET /a' },
      { line: 'Jan  7 13:35:02 nginx: GET /a', inner: 'GET /a' },
      { line: '2019-01-07T13:35:02+00:00 web1 nginx[44]: GET /a', inner: 'GET /a' },
      { line: '2017-12-13T09:51:12.178728+00:00 heroku[router]: at=info', inner: 'at=info' },
    ],
    opens: {
      kind: 'prefix',
      pattern: new RegExp(`${PRIORITY}(?:${BSD}|(?<time>${ISO})) (?:\\S*[^\\s:] )?${TAG}`, 'y'),
    },
  },
  {
    name: 'time',
    title: {
      en: 'the time at which it was received (kubectl logs --timestamps, CloudWatch)',
      zh: '接收时间（kubectl logs --timestamps、CloudWatch）',
    },
    isCertain: true,
    source: 'https://kubernetes.io/docs/reference/kubectl/generated/kubectl_logs/',
    samples: [
      { line: '2024-04-25T05:32:36.123456789Z GET /a', inner: 'GET /a' },
      { line: '<134>Jan  7 13:35:02 GET /a', inner: 'GET /a' },
    ],
    opens: { kind: 'prefix', pattern: new RegExp(`${PRIORITY}(?:${BSD}|(?<time>${ISO})) `, 'y') },
  },
  {
    name: 'logger',
    title: {
      en: 'the time, level and name of a logger (Spring, Logback, Log4j)',
      zh: '日志框架的时间、级别和名称（Spring、Logback、Log4j）',
    },
    isCertain: true,
    source: 'https://docs.spring.io/spring-boot/reference/features/logging.html#features.logging.log-format',
    samples: [
      { line: '2023-10-10 13:55:36.123  INFO 1 --- [nio-8080] access_log : GET /a', inner: 'GET /a' },
      { line: '2023-10-10 13:55:36,123 DEBUG [http-1] a.b.AccessLog - GET /a', inner: 'GET /a' },
    ],
    opens: {
      kind: 'prefix',
      pattern: new RegExp(
        `(?<time>${ISO}) +(?:\\[[\\w -]+\\] +)?(?:TRACE|DEBUG|INFO|WARN|ERROR)\\b[^"]{0,200}?(?: +: | - )`,
        'y',
      ),
    },
  },
  {
    name: 'fluentd',
    title: { en: 'the time and tag of Fluentd', zh: 'Fluentd 的时间和标签' },
    isCertain: true,
    source: 'https://docs.fluentd.org/formatter/out_file',
    samples: [{ line: '2023-10-10T13:55:36+00:00\tnginx.access\t{"message":"x"}', inner: '{"message":"x"}' }],
    opens: { kind: 'prefix', pattern: new RegExp(`(?<time>${ISO})\\t[^\\t]+\\t(?=\\{)`, 'y') },
  },
  {
    name: 'syslog-host',
    title: { en: 'a syslog header without a tag', zh: '不带标记的 syslog 头' },
    source: 'https://www.rfc-editor.org/rfc/rfc3164#section-4.1',
    samples: [{ line: 'Jan  7 13:35:02 web1 GET /a', inner: 'GET /a' }],
    opens: { kind: 'prefix', pattern: new RegExp(`${PRIORITY}(?:${BSD}|(?<time>${ISO})) \\S+ `, 'y') },
  },
  {
    name: 'tag',
    title: { en: 'a host or program with a colon behind it', zh: '带冒号的主机名或程序名' },
    source: 'https://www.rfc-editor.org/rfc/rfc3164#section-4.1.3',
    samples: [
      { line: 'frontend.0 nginx: GET /a', inner: 'GET /a' },
      { line: 'access.log.1:GET /a', inner: 'GET /a' },
    ],
    opens: { kind: 'prefix', pattern: /(?:[\w.-]+ )?(?:[\w.-]+(?:\[\d+\])?: |[^\s:"]+\.log[^\s:"]*:(?:\d+:)?)/y },
  },
  {
    name: 'logfmt',
    title: { en: 'logfmt, key=value', zh: 'logfmt（key=value）' },
    source: 'https://brandur.org/logfmt',
    samples: [{ line: 'at=info path="/a b" status=200', inner: '{"at":"info","path":"/a b","status":"200"}' }],
    opens: { kind: 'pairs' },
  },
  {
    name: 'csv',
    title: { en: 'a table of separated values with a line of names', zh: '带列名行的分隔值表格' },
    source: 'https://www.rfc-editor.org/rfc/rfc4180',
    samples: [
      {
        line: '"192.0.2.1","GET, ""x""",404',
        inner: '{"c_ip":"192.0.2.1","cs_method":"GET, \\"x\\"","sc_status":"404"}',
      },
    ],
    opens: { kind: 'table' },
  },
]

export const wrapperNamed = (name: string): Wrapper | undefined => WRAPPERS.find((wrapper) => wrapper.name === name)
