import type { Format } from '../format.js'

export default {
  name: 'caddy',
  title: 'Caddy access log (JSON); records of its other loggers are not counted',
  server: 'caddy',
  family: 'own',
  json: {
    status: ['status'],
    time: ['ts'],
    clientIp: ['request.client_ip', 'request.remote_ip', 'request.remote_addr'],
    method: ['request.method'],
    uri: ['request.uri'],
    bytesSent: ['size'],
    bytesReceived: ['bytes_read'],
    timeTaken: ['duration'],
    referer: ['request.headers.Referer'],
    userAgent: ['request.headers.User-Agent'],
    host: ['request.host'],
  },
  guard: { keys: ['logger'], value: 'http.log.access' },
  samples: [
    {
      line: '{"level":"error","ts":1795458014.0104394,"logger":"http.log.access.log0","msg":"handled request","request":{"remote_ip":"203.0.113.7","remote_port":"47070","proto":"HTTP/1.1","method":"POST","host":"a.test","uri":"/a?b=1","headers":{"Connection":["close"],"User-Agent":["curl/8.4.0"]}},"user_id":"","duration":0.000118056,"size":0,"status":404,"resp_headers":{"Server":["Caddy"]}}',
      entry: {
        clientIp: '203.0.113.7',
        method: 'POST',
        uriStem: '/a',
        status: 404,
        bytesSent: 0,
        host: 'a.test',
        userAgent: 'curl/8.4.0',
      },
    },
  ],
  source: 'https://caddyserver.com/docs/caddyfile/directives/log',
} satisfies Format
