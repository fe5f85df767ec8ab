import type { Format } from '../format.js'

const LAYOUT =
  '$client_and_port [$time_local] $word $word $number/$number/$number/$number/$request_time_ms $status $bytes_sent $word $word $reason $word $word $captured"'

export default {
  name: 'haproxy',
  title: 'HAProxy option httplog, alone or behind a syslog header; the termination state is the reason',
  aliases: ['httplog'],
  server: 'haproxy',
  family: 'own',
  layout: `${LAYOUT}$request"`,
  // A long request is cut off with its closing quote, since a syslog message may hold 1024 bytes.
  variants: [`$syslog: ${LAYOUT}$request"`, `${LAYOUT}$request_rest`, `$syslog: ${LAYOUT}$request_rest`],
  samples: [
    {
      line: '203.0.113.7:56810 [23/Nov/2026:18:38:33.885] fe_http fe_http/<NOSRV> -1/-1/-1/-1/0 400 0 - - PR-- 1/1/0/0/0 0/0 "<BADREQ>"',
      entry: { clientIp: '203.0.113.7', uriStem: '<BADREQ>', status: 400, bytesSent: 0, reason: 'PR--' },
    },
    {
      line: 'Jul 30 09:03:52 lb1 haproxy[32450]: 203.0.113.7:38862 [30/Jul/2018:09:03:52.726] incoming~ docs/web1 0/0/1/0/+2 304 +168 - - ---- 6/6/0/0/0 0/0 {docs.example.internal||} {|||} "GET /a.js HTTP/1.1"',
      entry: { clientIp: '203.0.113.7', method: 'GET', uriStem: '/a.js', status: 304, bytesSent: 168 },
    },
  ],
  source: 'https://docs.haproxy.org/2.8/configuration.html#8.2.3',
} satisfies Format
