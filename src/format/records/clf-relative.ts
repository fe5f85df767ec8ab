import type { Format } from '../format.js'

export default {
  name: 'clf-relative',
  title: 'Any relative of combined: something, [time], "request", status, bytes, "referer", "agent"',
  server: null,
  family: 'clf',
  layout: '$prefix [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"',
  samples: [
    {
      line: 'example.com:80 "10.5.102.222, 199.96.1.1" 10.2.1.185 - - [22/Jan/2016:13:18:29 +0000] "GET /assets/x HTTP/1.1" 200 25507 "-" "Amazon CloudFront"',
      entry: {
        clientIp: '10.5.102.222',
        method: 'GET',
        uriStem: '/assets/x',
        status: 200,
        bytesSent: 25507,
        userAgent: 'Amazon CloudFront',
      },
    },
  ],
  source: 'https://httpd.apache.org/docs/2.4/mod/mod_log_config.html',
} satisfies Format
