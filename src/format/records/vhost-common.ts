import type { Format } from '../format.js'

export default {
  name: 'vhost-common',
  title: 'Common log format with the virtual host in front',
  aliases: ['vcommon'],
  server: 'apache',
  family: 'clf',
  layout: '$host $remote_addr $ident $remote_user [$time_local] "$request" $status $body_bytes_sent',
  samples: [
    {
      line: 'www.example.com 203.0.113.7 - - [10/Oct/2023:13:55:36 +0000] "GET / HTTP/1.0" 301 368',
      entry: {
        host: 'www.example.com',
        clientIp: '203.0.113.7',
        method: 'GET',
        uriStem: '/',
        status: 301,
        bytesSent: 368,
      },
    },
  ],
  source: 'https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#examples',
} satisfies Format
