import type { Format } from '../format.js'

export default {
  name: 'combined-iso',
  title: 'Combined with an ISO 8601 time that stands without brackets',
  server: 'nginx',
  family: 'clf',
  layout:
    '$remote_addr $ident $remote_user $time_iso8601 "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"',
  // With anything in front: a virtual host, a name that a client made up.
  variants: ['$prefix $time_iso8601 "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"'],
  samples: [
    {
      line: '203.0.113.10 - - 2001-01-01T23:56:15+02:00 "GET /page1.html HTTP/1.1" 404 70476 "-" "curl/8.4.0"',
      entry: {
        clientIp: '203.0.113.10',
        method: 'GET',
        uriStem: '/page1.html',
        status: 404,
        bytesSent: 70476,
        userAgent: 'curl/8.4.0',
      },
    },
    {
      line: 'www.example.com 203.0.113.10 - - - 2026-11-24T20:15:06+00:00 "GET /private HTTP/1.1" 401 5 "-" "curl/8.4.0"',
      entry: {
        clientIp: '203.0.113.10',
        method: 'GET',
        uriStem: '/private',
        status: 401,
        bytesSent: 5,
        userAgent: 'curl/8.4.0',
      },
    },
  ],
  source: 'https://nginx.org/en/docs/http/ngx_http_core_module.html#var_time_iso8601',
} satisfies Format
