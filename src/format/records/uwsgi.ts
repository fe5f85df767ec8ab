import type { Format } from '../format.js'

const BEFORE =
  '[pid: $pid|app: $app|req: $count] $remote_addr ($user) {$vars} [$time_local] $request_method $uri => generated $bytes_sent bytes in '

export default {
  name: 'uwsgi',
  title: 'uWSGI request log',
  server: null,
  family: 'own',
  layout: `${BEFORE}$request_time_ms msecs ($protocol $status)`,
  variants: [`${BEFORE}$request_time_us micros ($protocol $status)`],
  samples: [
    {
      line: '[pid: 22396|app: 0|req: 4924/39480] 192.0.2.150 () {40 vars in 741 bytes} [Sun Mar  6 22:56:30 2016] GET /tracks/14318/details?x=1 => generated 2566 bytes in 45 msecs (HTTP/1.1 404) 7 headers in 241 bytes (2 switches on core 0)',
      entry: { clientIp: '192.0.2.150', method: 'GET', uriStem: '/tracks/14318/details', status: 404, bytesSent: 2566 },
    },
    {
      line: '[pid: 22396|app: 0|req: 3/3] 192.0.2.151 (bob) {34 vars in 617 bytes} [Sun Mar 13 22:49:15 2016] POST /b => generated 215 bytes in 68 micros (HTTP/1.1 200) 9 headers in 373 bytes (1 switches on core 8)',
      entry: { clientIp: '192.0.2.151', method: 'POST', uriStem: '/b', status: 200, bytesSent: 215 },
    },
  ],
  source: 'https://uwsgi-docs.readthedocs.io/en/latest/LogFormat.html',
} satisfies Format
