import type { Format } from '../format.js'

const AFTER = '$status $body_bytes_sent "$http_referer" "$http_user_agent"'

export default {
  name: 'clf-between',
  title: 'Any relative of combined with one more value between time, request and status: a scheme, a host, a duration',
  server: null,
  family: 'clf',
  layout: `$prefix [$time_local] $word "$request" ${AFTER}`,
  variants: [
    `$prefix [$time_local] "$request" $host ${AFTER}`,
    `$prefix [$time_local]  "$request" ${AFTER}`,
    // Jira and others have the time taken before the referer: seconds, or Tomcat's milliseconds.
    '$prefix [$time_local] "$request" $status $body_bytes_sent $fraction "$http_referer" "$http_user_agent"',
    '$prefix [$time_local] "$request" $status $body_bytes_sent $milliseconds "$http_referer" "$http_user_agent"',
    '$prefix [$time_local] $word "$request" $status $body_bytes_sent',
  ],
  samples: [
    {
      line: '192.0.2.12 - - [15/Aug/2018:10:08:31 +0000] https "GET /bar HTTP/1.0" 500 755 "-" "curl/8" "-" - 0.465',
      entry: {
        clientIp: '192.0.2.12',
        method: 'GET',
        uriStem: '/bar',
        status: 500,
        bytesSent: 755,
        userAgent: 'curl/8',
      },
    },
    {
      line: '192.0.2.120 - - [31/Mar/2016:03:10:51 +0530] "GET /api/c.php?k=9 HTTP/1.1" shop.example.com 404 39 "-" "curl/8" "-"',
      entry: {
        clientIp: '192.0.2.120',
        method: 'GET',
        uriStem: '/api/c.php',
        status: 404,
        bytesSent: 39,
        host: 'shop.example.com',
        userAgent: 'curl/8',
      },
    },
    {
      line: '192.0.2.1 840x55x1 bob [10/Oct/2023:14:00:36 +0000] "GET /browse/A-1 HTTP/1.1" 200 2326 0.0450 "https://jira.example.com/x" "curl/8" "1x2y3z"',
      entry: {
        clientIp: '192.0.2.1',
        method: 'GET',
        uriStem: '/browse/A-1',
        status: 200,
        bytesSent: 2326,
        referer: 'https://jira.example.com/x',
        userAgent: 'curl/8',
      },
    },
  ],
  source: 'https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format',
} satisfies Format
