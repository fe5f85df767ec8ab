import type { Format } from '../format.js'

const REQUEST =
  '$request_method $request_uri HTTP/$version $status ${request_time_ms}ms $body_bytes_sent $http_referer $http_user_agent'

export default {
  name: 'confluence',
  title: 'Confluence (its Tomcat)',
  server: null,
  family: 'own',
  layout: `[$time_local] $user $thread $remote_addr ${REQUEST}`,
  // With the X-Forwarded-For of the proxy that $word is.
  variants: [`[$time_local] $remote_addr $user $thread $word ${REQUEST}`],
  samples: [
    {
      line: '[18/Dec/2020:12:57:26 +1100] 192.0.2.15 user http-nio-8090-exec-6 0:0:0:0:0:0:0:1 GET /login.action HTTP/1.1 200 46ms 1206 - curl/8',
      entry: {
        clientIp: '192.0.2.15',
        method: 'GET',
        uriStem: '/login.action',
        status: 200,
        bytesSent: 1206,
        userAgent: 'curl/8',
      },
    },
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
  source: 'https://confluence.atlassian.com/spaces/CONF88/pages/1354500679/Configure+access+logs',
} satisfies Format
