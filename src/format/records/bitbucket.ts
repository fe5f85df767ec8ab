import type { Format } from '../format.js'

export default {
  name: 'bitbucket',
  title: 'Bitbucket Data Center (requests that ended)',
  server: null,
  family: 'own',
  layout:
    '$remote_addr | $protocol | o$id | $user | $time_local | "$request" | "$http_referer" "$http_user_agent" | $status | $bytes_read | $body_bytes_sent | $labels | $request_time_ms | $session',
  samples: [
    {
      line: '192.0.2.153 | https | o@PZQFBCx921x19253x0 | - | 2015-09-09 15:21:08,437 | "GET /status HTTP/1.1" | "" "curl/8" | 404 | 0 | 19 | - | 6 | 1irez8i | ',
      entry: {
        clientIp: '192.0.2.153',
        method: 'GET',
        uriStem: '/status',
        status: 404,
        bytesSent: 19,
        userAgent: 'curl/8',
      },
    },
  ],
  source:
    'https://confluence.atlassian.com/bitbucketserverkb/how-to-read-the-bitbucket-server-log-formats-779171668.html',
} satisfies Format
