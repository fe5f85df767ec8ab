import type { Format } from '../format.js'

export default {
  name: 'gcp',
  title: 'Google Cloud load balancer (JSON of Cloud Logging)',
  server: 'gcp',
  family: 'own',
  absoluteUri: true,
  json: {
    status: ['httpRequest.status'],
    time: ['timestamp', 'receiveTimestamp'],
    clientIp: ['httpRequest.remoteIp'],
    method: ['httpRequest.requestMethod'],
    uri: ['httpRequest.requestUrl'],
    bytesSent: ['httpRequest.responseSize'],
    bytesReceived: ['httpRequest.requestSize'],
    timeTaken: ['httpRequest.latency'],
    referer: ['httpRequest.referer'],
    userAgent: ['httpRequest.userAgent'],
    reason: ['jsonPayload.statusDetails'],
  },
  samples: [
    {
      line: '{"httpRequest":{"remoteIp":"203.0.113.7","requestMethod":"GET","requestSize":"300","requestUrl":"https://a.test/a?b=1","responseSize":"488","status":502,"userAgent":"curl/8.4.0","latency":"0.034s"},"insertId":"1k","jsonPayload":{"statusDetails":"failed_to_connect_to_backend"},"timestamp":"2026-06-05T12:00:00.123456Z","severity":"WARNING"}',
      entry: {
        clientIp: '203.0.113.7',
        method: 'GET',
        uriStem: '/a',
        host: 'a.test',
        status: 502,
        bytesSent: 488,
        bytesReceived: 300,
        userAgent: 'curl/8.4.0',
        reason: 'failed_to_connect_to_backend',
      },
    },
  ],
  source: 'https://cloud.google.com/load-balancing/docs/https/https-logging-monitoring',
} satisfies Format
