import type { Format } from '../format.js'

export default {
  name: 'clf-unquoted',
  title: 'Any relative of the common log format whose request stands without quotes, or with them round its path alone',
  server: null,
  family: 'clf',
  layout: '$prefix [$time_local] $request_method $request_uri HTTP/$version $status $body_bytes_sent',
  variants: [
    '$prefix\t[$time_local]\t$request_method $request_uri HTTP/$version\t$status\t$body_bytes_sent',
    '$remote_addr | [$time_local] | $request_method $request_uri HTTP/$version | $status | $body_bytes_sent | $http_referer | $http_user_agent | $rest',
    '$prefix [$time_local] $request_method "$request_uri" HTTP/$version $status "$http_referer" "$http_user_agent"',
  ],
  samples: [
    {
      line: '192.0.2.5 [17/Aug/2015:00:04:53 +0800] GET /a.htm?b HTTP/1.1 404 30164',
      entry: { clientIp: '192.0.2.5', method: 'GET', uriStem: '/a.htm', status: 404, bytesSent: 30164 },
    },
    {
      line: '192.0.2.1 | [25/Jan/2016:06:25:03 +0300] | GET /funnel/?esub=PBZY HTTP/1.1 | 502 | 12 | http://example.com/ | Mozilla/5.0 (Linux) | 192.0.2.7:80 | 0.011',
      entry: {
        clientIp: '192.0.2.1',
        method: 'GET',
        uriStem: '/funnel/',
        status: 502,
        bytesSent: 12,
        referer: 'http://example.com/',
        userAgent: 'Mozilla/5.0 (Linux)',
      },
    },
    {
      line: 'my.example 192.0.2.39 [21/Sep/2025:01:03:21 +0000] GET "/apple.png" HTTP/2.0 404 "-" "Duck/5 (a; b)" 192.0.2.39 "/apple.png" - 1.66',
      entry: { clientIp: '192.0.2.39', method: 'GET', uriStem: '/apple.png', status: 404, userAgent: 'Duck/5 (a; b)' },
    },
  ],
  source: 'https://httpd.apache.org/docs/2.4/mod/mod_log_config.html',
} satisfies Format
