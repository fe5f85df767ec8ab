import type { Format } from '../format.js'

const SHORT =
  '$remote_addr $user $request_method $request_uri HTTP/$version $status $body_bytes_sent - $request_time_ms ms'
const TINY = '$request_method $request_uri $status $body_bytes_sent - $request_time_ms ms'
const DEV = '$request_method $request_uri $status $request_time_ms ms - $body_bytes_sent'

export default {
  name: 'morgan',
  title: 'morgan of Express: short, tiny and dev (its combined and common are those of Apache)',
  server: null,
  family: 'own',
  layout: SHORT,
  variants: [TINY, DEV, `$time_iso8601 ${SHORT}`, `$time_iso8601 ${TINY}`, `$time_iso8601 ${DEV}`],
  mayLackTime: true,
  samples: [
    {
      line: '192.0.2.1 - GET /a/index.md?x HTTP/1.1 404 10 - 6.100 ms',
      entry: { clientIp: '192.0.2.1', method: 'GET', uriStem: '/a/index.md', status: 404, bytesSent: 10 },
    },
    {
      line: 'POST /login 302 46 - 12.345 ms',
      entry: { method: 'POST', uriStem: '/login', status: 302, bytesSent: 46 },
    },
    { line: 'GET /a 304 0.482 ms - -', entry: { method: 'GET', uriStem: '/a', status: 304, bytesSent: 0 } },
  ],
  source: 'https://github.com/expressjs/morgan#predefined-formats',
} satisfies Format
