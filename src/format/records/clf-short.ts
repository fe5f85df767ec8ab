import type { Format } from '../format.js'

export default {
  name: 'clf-short',
  title: 'Any relative of the common log format: something, [time], "request", status, bytes if there are any',
  server: null,
  family: 'clf',
  layout: '$prefix [$time_local] "$request" $status $body_bytes_sent',
  variants: ['$prefix [$time_local] "$request" $status'],
  samples: [
    {
      line: '192.0.2.54 [20/Jul/2009:22:59:29 +0000] "GET /vmkboot.gz HTTP/1.0" 404',
      entry: { clientIp: '192.0.2.54', method: 'GET', uriStem: '/vmkboot.gz', status: 404 },
    },
    {
      line: '192.0.2.54 [20/Jul/2009:22:59:29 +0000] "GET /private HTTP/1.0" 401 421',
      entry: { clientIp: '192.0.2.54', method: 'GET', uriStem: '/private', status: 401, bytesSent: 421 },
    },
  ],
  source: 'https://httpd.apache.org/docs/2.4/mod/mod_log_config.html',
} satisfies Format
