import type { Format } from '../format.js'

// https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format
// https://httpd.apache.org/docs/2.4/logs.html#combined
export default {
  name: 'combined',
  title: 'NCSA combined (default of nginx; common with Apache)',
  aliases: ['nginx', 'ncombined'],
  server: 'nginx',
  family: 'clf',
  layout:
    '$remote_addr $ident $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"',
  samples: [
    {
      line: '203.0.113.7 - - [10/Oct/2023:13:55:36 +0000] "GET /a?b=1 HTTP/1.1" 499 0 "-" "curl/8.4.0"',
      entry: {
        clientIp: '203.0.113.7',
        method: 'GET',
        uriStem: '/a',
        status: 499,
        bytesSent: 0,
        userAgent: 'curl/8.4.0',
      },
    },
    {
      line: '2001:db8::1 - Frank Miller [10/Oct/2023:13:55:36 +0200] "POST /form HTTP/2.0" 302 138 "https://example.com/?q=a" "Mozilla/5.0 (X11; \\"x\\")" "198.51.100.4" "3.14"',
      entry: {
        clientIp: '2001:db8::1',
        method: 'POST',
        uriStem: '/form',
        status: 302,
        bytesSent: 138,
        referer: 'https://example.com/',
        userAgent: 'Mozilla/5.0 (X11; \\"x\\")',
      },
    },
    {
      line: '198.51.100.9, 10.0.0.1 - - [10/Oct/2023:13:55:36 +0000] "\\x16\\x03\\x01" 400 150 "-" "-"',
      entry: {
        clientIp: '198.51.100.9',
        uriStem: '\\x16\\x03\\x01',
        status: 400,
        bytesSent: 150,
        reason: 'tls-on-plain-port',
      },
    },
  ],
  source: 'https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format',
} satisfies Format
