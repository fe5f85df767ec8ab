import type { Words } from '../errors.js'
import { Unwrapper } from './unwrap.js'

// Lines that servers write among their access lines, and that are no requests: they are passed over, as comments are.

/** A kind of such lines, as data. */
export interface Companion {
  readonly name: string
  /** For people, in the plural. */
  readonly title: Words
  /**
   * The beginning of such a line, or a text in it. The pattern is tried on lines that fit no format; the time it takes
   * grows no faster than the line.
   */
  readonly pattern: RegExp
  readonly samples: readonly string[]
  readonly source: string
}

export const COMPANIONS: readonly Companion[] = [
  {
    name: 'haproxy',
    title: { en: "HAProxy's starts, stops and failed handshakes", zh: 'HAProxy 的启动、停止和握手失败记录' },
    pattern:
      /^(?:(?:[Pp]roxy|[Ss]erver|[Bb]ackend|[Ff]rontend|Backup [Ss]erver) \S+ (?:started|stopped|is (?:UP|DOWN|stopping|going)|has no server)|(?:Starting|Stopping|Pausing|Resuming|Enabling|Disabling) (?:proxy|backend|frontend|server|FRONTEND|BACKEND|GLOBAL) ?\S*|\S+ \[[^\]]+\] \S+: (?:SSL|Connection|Timeout|Stopped|Received|A connection|Rejected|Connect) ?[\w ]*|\[(?:NOTICE|WARNING|ALERT)\] {1,3}(?:\(\d+\)|\d+\/\d+ \(\d+\))|\[(?:NOTICE|WARNING|ALERT)\] \d+\/\d+ )/,
    samples: [
      'Proxy public stopped (FE: 0 conns, BE: 0 conns).',
      'Stopping backend be_shop in 0 ms.',
      'Server be_shop/web1 is DOWN, reason: Layer4 timeout, check duration: 2001ms. 0 active and 0 backup servers left.',
      'backend be_shop has no server available!',
      '192.0.2.4:50033 [28/Feb/2025:02:43:10.123] fe/1: SSL handshake failure (error:0A0000C1:SSL routines::no shared cipher)',
      '192.0.2.4:50035 [28/Feb/2025:02:43:12.345] fe/1: Connection closed during SSL handshake',
      '[NOTICE]   (1) : New worker (8) forked',
    ],
    source: 'https://docs.haproxy.org/2.8/configuration.html#8.2.5',
  },
  {
    name: 'nginx-error',
    title: { en: 'lines of an nginx error log', zh: 'nginx 错误日志行' },
    pattern:
      /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d \[(?:debug|info|notice|warn|error|crit|alert|emerg)\] \d+#\d+: |^nginx: \[\w+\] /,
    samples: [
      '2026/11/22 14:05:01 [error] 12#12: *7 open() "/var/www/x" failed (2: No such file or directory), client: 192.0.2.1',
      'nginx: [warn] conflicting server name "example.com" on 0.0.0.0:80, ignored',
    ],
    source: 'https://nginx.org/en/docs/ngx_core_module.html#error_log',
  },
  {
    name: 'apache-error',
    title: { en: 'lines of an Apache error log', zh: 'Apache 错误日志行' },
    pattern: /^\[\w{3} \w{3} [ \d]?\d [\d:.]+ \d{4}\] \[[\w-]*:?\w*\] |^AH\d{5}: /,
    samples: [
      '[Sun Nov 22 14:05:01.123456 2026] [core:error] [pid 12:tid 3] [client 192.0.2.1:4711] AH00126: Invalid URI in request',
      '[Sun Nov  2 14:05:01 2026] [error] [client 192.0.2.1] File does not exist: /var/www/x',
      "AH00558: apache2: Could not reliably determine the server's fully qualified domain name",
    ],
    source: 'https://httpd.apache.org/docs/2.4/logs.html#errorlog',
  },
  {
    name: 'litespeed-error',
    title: { en: 'lines of a LiteSpeed error log', zh: 'LiteSpeed 错误日志行' },
    pattern: /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ \[(?:DEBUG|INFO|NOTICE|WARN|ERROR)\] \[\d+\] /,
    samples: [
      '2022-06-08 22:49:20.774649 [NOTICE] [1226033] [192.0.2.4:45164:HTTP2-41#_AdminVHost] [STDERR] Failed Login Attempt',
    ],
    source: 'https://docs.litespeedtech.com/lsws/logs/',
  },
  {
    name: 'container',
    title: { en: 'start-up lines of a container', zh: '容器启动信息' },
    pattern:
      /^\/?docker-entrypoint\.sh: |^(?:\d\d-|10-|20-|30-)[\w.-]+\.sh: |^==> .+ <==$|^-- (?:Logs begin|Journal begins|Boot|Reboot|No entries)|^systemd\[\d+\]: |^\S+ systemd\[\d+\]: |^\[?s6-|^\[services\.d\] |^\[cont-init\.d\] /,
    samples: [
      '/docker-entrypoint.sh: Configuration complete; ready for start up',
      '10-listen-on-ipv6-by-default.sh: info: Getting the checksum of /etc/nginx/conf.d/default.conf',
      '==> /var/log/nginx/access.log <==',
      'systemd[1]: Reloading nginx.service',
    ],
    source: 'https://github.com/nginx/docker-nginx/tree/master/entrypoint',
  },
  {
    name: 'uwsgi',
    title: { en: 'start-up lines of uWSGI', zh: 'uWSGI 启动信息' },
    pattern:
      /^(?:\*{3} .+ \*{3}$|spawned uWSGI |worker \d+ (?:buried|killed)|WSGI app \d+ |Python (?:version|main interpreter)|your (?:processes|memory page|server socket|request buffer)|detected (?:number of CPU|binary path|max file)|uWSGI (?:http|running|is running|socket)|mapped \d+ bytes|machine: |nodename: |compiled with version|current working directory: |lock engine: |thunder lock: |clock source: |pcre jit |os: |setgid\(\) |setuid\(\) |chdir\(\) |DAMN ! worker |Respawned uWSGI |SIGINT\/SIGTERM received|goodbye to uWSGI|Set PythonHome|\[uWSGI\] |(?:announcing my loyalty|limiting number) )/,
    samples: [
      '*** Starting uWSGI 2.0.21 (64bit) on [Sun Mar 13 22:49:12 2016] ***',
      'spawned uWSGI worker 1 (pid: 88185, cores: 50)',
      "WSGI app 0 (mountpoint='') ready in 1 seconds on interpreter 0x7fd pid: 88184 (default app)",
      'mapped 4161536 bytes (4064 KB) for 50 cores',
    ],
    source: 'https://uwsgi-docs.readthedocs.io/en/latest/Logging.html',
  },
  {
    name: 'python',
    title: { en: 'start-up lines of Python servers', zh: 'Python 服务器启动信息' },
    pattern:
      /^(?: \* (?:Running on|Restarting with|Debugger|Serving Flask|Environment:|Debug mode:|Tip:|Detected )|\s*(?:WARNING: This is a development server|Use a production WSGI server|Press CTRL\+C to quit)|INFO: +(?:Started |Waiting for |Application |Uvicorn running|Shutting down|Finished |Stopping |Will watch|Stopped |connection |\S+ - "WebSocket )|(?:Watching for file changes|Performing system checks|System check identified|Starting development server|Quit the server with|Django version |Not Found: |Forbidden|Bad Request: |Internal Server Error: )|\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4}\] \[\d+\] \[[A-Z]+\] |\S+ - - \[[^\]]+\] code \d{3}, message |\[\d\d\/\w{3}\/\d{4} \d\d:\d\d:\d\d\] (?:code \d{3}, message |"?Broken pipe|- Broken pipe))/,
    samples: [
      ' * Running on http://127.0.0.1:5000/',
      ' * Restarting with reloader',
      'INFO:     Started server process [12]',
      'INFO:     Application startup complete.',
      'Starting development server at http://127.0.0.1:8000/',
      'Not Found: /favicon.ico',
      '[2026-11-22 14:05:01 +0000] [12] [INFO] Starting gunicorn 21.2.0',
      '192.0.2.1 - - [07/Oct/2023 12:00:02] code 404, message File not found',
    ],
    source: 'https://docs.gunicorn.org/en/stable/settings.html#logging',
  },
  {
    name: 'go',
    title: { en: 'start-up lines of Go servers', zh: 'Go 服务器启动信息' },
    pattern: /^\[GIN-debug\] |^\[GIN\] \d{4}\/\d\d\/\d\d - \d\d:\d\d:\d\d \[Recovery\]/,
    samples: [
      '[GIN-debug] Listening and serving HTTP on :8080',
      '[GIN-debug] GET    /ping                     --> main.main.func1 (3 handlers)',
    ],
    source: 'https://gin-gonic.com/docs/',
  },
  {
    name: 'traefik',
    title: { en: 'system lines of Traefik', zh: 'Traefik 系统日志行' },
    pattern:
      /^(?:time="[^"]+" level=\w+ msg=|\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d) (?:TRC|DBG|INF|WRN|ERR|FTL) |\{(?:"[\w.]+":"[^"]*",)*"level":"\w+",(?:"[\w.]+":"[^"]*",)*"(?:msg|message)":"(?:Configuration|Starting|Traefik|Skipping|Creating|Adding|Stats|Serving|I have to go|Received|Stopping|Shutting|Server|Waiting|Testing|Unable|Error|Register|Could not|No ACME|Provider)|\{"[^{}]*"(?:providerName|entryPointName|routerName)":)/,
    samples: [
      'time="2024-05-01T10:00:00Z" level=info msg="Traefik version 2.10.4 built on 2023-07-24"',
      '2024-05-01T10:00:00Z INF Traefik version 3.0.0 built on 2024-04-29',
      '{"level":"info","msg":"Configuration loaded from file: /etc/traefik/traefik.yml","time":"2024-05-01T10:00:00Z"}',
      '{"level":"error","providerName":"docker","error":"no such host","time":"2024-05-01T10:00:00Z","message":"Provider error, retrying"}',
    ],
    source: 'https://doc.traefik.io/traefik/observability/logs/',
  },
  {
    name: 'caddy',
    title: { en: 'runtime lines of Caddy', zh: 'Caddy 运行日志行' },
    pattern: /^\{"level":"\w+","ts":[^,]+,(?:"logger":"(?!http\.log\.access)[\w.]+",)?"msg":"(?!handled request)/,
    samples: [
      '{"level":"info","ts":1708394727.1,"logger":"admin","msg":"admin endpoint started","address":"localhost:2019"}',
      '{"level":"info","ts":1708394727.1,"msg":"serving initial configuration"}',
    ],
    source: 'https://caddyserver.com/docs/logging',
  },
  {
    name: 'azure-other',
    title: { en: 'records of another category in an Azure export', zh: 'Azure 导出中其他类别的记录' },
    pattern:
      /^\s*\{.{0,2000}"[cC]ategory": ?"(?:Front[dD]oor(?:HealthProbeLog|WebApplicationFirewallLog)|ApplicationGateway(?:FirewallLog|PerformanceLog)|AppService(?:ConsoleLogs|AppLogs|PlatformLogs|AuditLogs|IPSecAuditLogs|FileAuditLogs|AntivirusScanAuditLogs))"/,
    samples: [
      '{"time": "2021-02-02T07:15:37Z", "resourceId": "/S", "category": "FrontDoorHealthProbeLog", "properties": {"httpVerb": "HEAD", "httpStatusCode": "400"}}',
    ],
    source: 'https://learn.microsoft.com/azure/frontdoor/monitor-front-door-reference',
  },
  {
    name: 'node',
    title: { en: 'start-up lines of Node.js servers', zh: 'Node.js 服务器启动信息' },
    pattern:
      /^(?:> \S+@\S+ \w+|> (?:node|nodemon|next|vite) |\[nodemon\] |(?:App|Server|Express|Example app)[\w ]* (?:listening|running|started|is listening|is running) (?:on|at)|npm (?:info|WARN|ERR!|notice) )/,
    samples: ['[nodemon] starting `node app.js`', 'Server listening on port 3000', '> shop@1.0.0 start'],
    source: 'https://github.com/remy/nodemon',
  },
]

/** Headers behind which such lines come, too. */
const HEADERS = ['cri', 'compose', 'kubectl', 'rfc5424', 'syslog', 'time'] as const
const headers = HEADERS.map((name) => new Unwrapper([{ name }], false))

/** So much of a line is looked at. */
const LOOKED_AT = 4096

/** The kind of a line that fits no format; undefined when none is known. */
export function companionOf(line: string): Companion | undefined {
  const text = line.slice(0, LOOKED_AT)
  return (
    matching(text) ??
    headers
      .map((header) => header.take(text))
      .flatMap((inner) => (inner !== undefined && inner !== text && matching(inner)) || [])[0]
  )
}

const matching = (text: string): Companion | undefined => COMPANIONS.find(({ pattern }) => pattern.test(text))
