import type { Format } from '../format.js'

export default {
  name: 'traefik-json',
  title: 'Traefik access log (JSON)',
  server: 'traefik',
  family: 'own',
  json: {
    status: ['DownstreamStatus'],
    time: ['StartUTC', 'time', 'StartLocal'],
    clientIp: ['ClientHost', 'ClientAddr'],
    method: ['RequestMethod'],
    uri: ['RequestPath'],
    bytesSent: ['DownstreamContentSize'],
    bytesReceived: ['RequestContentSize'],
    timeTaken: ['Duration'],
    referer: ['request_Referer'],
    userAgent: ['request_User-Agent'],
    host: ['RequestHost'],
    upstreamStatus: ['OriginStatus'],
  },
  timeUnit: 'ns',
  samples: [
    {
      line: '{"ClientAddr":"203.0.113.7:52458","ClientHost":"203.0.113.7","DownstreamContentSize":15,"DownstreamStatus":503,"Duration":10002425284,"OriginStatus":503,"RequestHost":"a.test","RequestMethod":"GET","RequestPath":"/a?id=1","request_User-Agent":"curl/8.4.0","StartUTC":"2023-01-02T03:04:05.678Z","time":"2023-01-02T03:04:15Z"}',
      entry: {
        clientIp: '203.0.113.7',
        method: 'GET',
        uriStem: '/a',
        status: 503,
        bytesSent: 15,
        host: 'a.test',
        userAgent: 'curl/8.4.0',
        reason: 'made-upstream',
      },
    },
  ],
  source: 'https://doc.traefik.io/traefik/observability/access-logs/',
} satisfies Format
