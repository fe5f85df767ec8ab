import type { Format } from '../format.js'

export default {
  name: 'vhost-combined',
  title: 'Combined with the virtual host in front',
  aliases: ['vcombined', 'vhost_combined'],
  server: 'apache',
  family: 'clf',
  layout:
    '$host $remote_addr $ident $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"',
  samples: [
    {
      line: 'www.example.com:443 203.0.113.7 - - [10/Oct/2023:13:55:36 +0000] "GET /a HTTP/1.1" 404 146 "-" "curl/8.4.0"',
      entry: {
        host: 'www.example.com:443',
        clientIp: '203.0.113.7',
        method: 'GET',
        uriStem: '/a',
        status: 404,
        bytesSent: 146,
        userAgent: 'curl/8.4.0',
      },
    },
  ],
  source: 'https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#examples',
} satisfies Format
