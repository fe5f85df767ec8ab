import type { Format } from '../format.js'

export default {
  name: 'common',
  title: 'NCSA common log format (CLF)',
  aliases: ['clf', 'ncsa'],
  server: 'apache',
  family: 'clf',
  layout: '$remote_addr $ident $remote_user [$time_local] "$request" $status $body_bytes_sent',
  samples: [
    {
      line: '127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif HTTP/1.0" 200 2326',
      entry: { clientIp: '127.0.0.1', method: 'GET', uriStem: '/apache_pb.gif', status: 200, bytesSent: 2326 },
    },
    {
      line: '192.0.2.1 - - [10/Oct/2000:13:55:36 -0700] "-" 408 -',
      entry: { clientIp: '192.0.2.1', status: 408, bytesSent: 0 },
    },
  ],
  source: 'https://httpd.apache.org/docs/2.4/logs.html#common',
} satisfies Format
