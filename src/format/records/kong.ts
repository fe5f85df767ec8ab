import type { Format } from '../format.js'

export default {
  name: 'kong',
  title: 'Kong Gateway (JSON of its logging plugins)',
  server: null,
  family: 'own',
  absoluteUri: true,
  json: {
    status: ['response.status'],
    time: ['started_at'],
    clientIp: ['client_ip'],
    method: ['request.method'],
    uri: ['request.uri', 'request.url'],
    bytesSent: ['response.size'],
    bytesReceived: ['request.size'],
    timeTaken: ['latencies.request'],
    referer: ['request.headers.referer'],
    userAgent: ['request.headers.user-agent'],
    host: ['request.headers.host'],
    upstreamStatus: ['upstream_status'],
  },
  timeUnit: 'ms',
  samples: [
    {
      line: '{"latencies":{"request":515,"kong":58,"proxy":457},"request":{"size":138,"uri":"/a?b","url":"http://api.example.com/a","headers":{"user-agent":"curl/8","host":"api.example.com"},"method":"GET"},"client_ip":"192.0.2.1","response":{"headers":{"status":"500"},"status":404,"size":9982},"upstream_status":"404","started_at":1614232642921}',
      entry: {
        clientIp: '192.0.2.1',
        method: 'GET',
        uriStem: '/a',
        status: 404,
        bytesSent: 9982,
        bytesReceived: 138,
        userAgent: 'curl/8',
        host: 'api.example.com',
        reason: 'made-upstream',
      },
    },
  ],
  source: 'https://developer.konghq.com/plugins/file-log/#log-format',
} satisfies Format
