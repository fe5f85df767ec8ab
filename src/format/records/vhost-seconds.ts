import type { Format } from '../format.js'

export default {
  name: 'vhost-seconds',
  title: 'Combined with the virtual host in front and the duration before the request (Gandi)',
  server: 'apache',
  family: 'clf',
  layout:
    '$host $remote_addr $ident $remote_user [$time_local] ($request_time s) "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"',
  samples: [
    {
      line: 'www.example.com 203.0.113.7 - - [10/Oct/2023:13:55:36 +0000] (2 s) "GET / HTTP/1.1" 200 1124 "-" "curl/8.4.0"',
      entry: {
        host: 'www.example.com',
        clientIp: '203.0.113.7',
        method: 'GET',
        uriStem: '/',
        status: 200,
        bytesSent: 1124,
        userAgent: 'curl/8.4.0',
      },
    },
  ],
  source: 'https://docs.gandi.net/en/web_hosting/',
} satisfies Format
