import type { Format } from '../format.js'

export default {
  name: 'cloudflare',
  title: 'Cloudflare Logpush, http_requests (JSON)',
  server: 'cloudflare',
  family: 'own',
  json: {
    status: ['EdgeResponseStatus'],
    time: ['EdgeStartTimestamp', 'EdgeEndTimestamp'],
    clientIp: ['ClientIP'],
    method: ['ClientRequestMethod'],
    uri: ['ClientRequestPath', 'ClientRequestURI'],
    bytesSent: ['EdgeResponseBytes', 'EdgeResponseBodyBytes'],
    bytesReceived: ['ClientRequestBytes'],
    timeTaken: ['EdgeTimeToFirstByteMs'],
    referer: ['ClientRequestReferer'],
    userAgent: ['ClientRequestUserAgent'],
    host: ['ClientRequestHost'],
    upstreamStatus: ['OriginResponseStatus'],
  },
  timeUnit: 'ms',
  samples: [
    {
      line: '{"EdgeStartTimestamp":1780650000000000000,"ClientIP":"203.0.113.10","ClientRequestMethod":"GET","ClientRequestURI":"/a?b=1","ClientRequestHost":"a.test","EdgeResponseStatus":522,"OriginResponseStatus":0,"EdgeResponseBytes":7177,"ClientRequestUserAgent":"curl/8.4.0"}',
      entry: {
        clientIp: '203.0.113.10',
        method: 'GET',
        uriStem: '/a',
        status: 522,
        bytesSent: 7177,
        host: 'a.test',
        userAgent: 'curl/8.4.0',
        reason: 'made-here',
      },
    },
  ],
  source: 'https://developers.cloudflare.com/logs/logpush/logpush-job/datasets/zone/http_requests/',
} satisfies Format
