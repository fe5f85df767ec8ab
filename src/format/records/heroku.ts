import type { Format } from '../format.js'

export default {
  name: 'heroku',
  title: 'Heroku router; the error code is the reason',
  server: null,
  family: 'own',
  inside: 'logfmt',
  json: {
    status: ['status'],
    time: ['logged_at'],
    clientIp: ['fwd'],
    method: ['method'],
    uri: ['path'],
    bytesSent: ['bytes'],
    timeTaken: ['service'],
    host: ['host'],
    reason: ['code'],
  },
  timeUnit: 'ms',
  guard: { keys: ['dyno'], value: '' },
  mayLackTime: true,
  samples: [
    {
      line: '2026-12-13T14:51:32.602426+00:00 heroku[router]: at=error code=H12 desc="Request timeout" method=GET path="/a b?status=404" host=shop.example.com request_id=3 fwd="192.0.2.114" dyno=web.1 connect=10ms service=30001ms status=503 bytes=12',
      entry: {
        clientIp: '192.0.2.114',
        method: 'GET',
        uriStem: '/a b',
        status: 503,
        bytesSent: 12,
        host: 'shop.example.com',
        reason: 'H12',
      },
    },
  ],
  source: 'https://devcenter.heroku.com/articles/http-routing#heroku-router-log-format',
} satisfies Format
