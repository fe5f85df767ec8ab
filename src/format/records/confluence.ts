import type { Format } from '../format.js'

export default {
  name: 'confluence',
  title: 'Confluence and Jira (their Tomcat)',
  server: null,
  family: 'own',
  layout:
    '[$time_local] $user $thread $remote_addr $request_method $request_uri HTTP/$version $status ${request_time_ms}ms $body_bytes_sent $http_referer $http_user_agent',
  samples: [
    {
      line: '[17/Jun/2021:12:57:26 +0200] user http-nio-8080-exec-6 192.0.2.1 GET /index.action?a HTTP/1.1 404 1020ms 7881 http://wiki.example.com/ Mozilla/5.0 (X11) Safari/5',
      entry: {
        clientIp: '192.0.2.1',
        method: 'GET',
        uriStem: '/index.action',
        status: 404,
        bytesSent: 7881,
        referer: 'http://wiki.example.com/',
        userAgent: 'Mozilla/5.0 (X11) Safari/5',
      },
    },
  ],
  source: 'https://confluence.atlassian.com/doc/configure-access-logs-1044780567.html',
} satisfies Format
