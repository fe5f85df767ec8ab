import type { Format } from '../format.js'

export default {
  name: 'envoy-json',
  title: 'Envoy, Istio and Envoy Gateway (JSON); the response flags are the reason',
  server: 'envoy',
  family: 'own',
  json: {
    status: ['response_code'],
    time: ['start_time'],
    clientIp: ['downstream_remote_address', 'x_forwarded_for', 'x-forwarded-for'],
    method: ['method', ':method'],
    uri: ['path', 'x-envoy-origin-path', 'x-envoy-original-path', ':path'],
    bytesSent: ['bytes_sent'],
    bytesReceived: ['bytes_received'],
    timeTaken: ['duration'],
    referer: ['referer', 'http_referer'],
    userAgent: ['user_agent', 'user-agent'],
    host: ['authority', ':authority'],
    reason: ['response_flags'],
  },
  timeUnit: 'ms',
  mayLackRequest: true,
  samples: [
    {
      line: '{":authority":"www.example.com","bytes_received":0,"bytes_sent":1258,"downstream_remote_address":"192.0.2.12:59292","duration":11,"method":"GET","protocol":"HTTP/2","response_code":503,"response_flags":"UH","start_time":"2025-12-31T16:37:40.479Z","upstream_cluster":"a","user-agent":"curl/8","x-envoy-origin-path":"/assets/a.webp?b"}',
      entry: {
        clientIp: '192.0.2.12',
        method: 'GET',
        uriStem: '/assets/a.webp',
        status: 503,
        bytesSent: 1258,
        bytesReceived: 0,
        userAgent: 'curl/8',
        host: 'www.example.com',
        reason: 'UH',
      },
    },
    {
      line: '{"authority":null,"bytes_sent":11,"downstream_remote_address":"192.0.2.6:60214","duration":0,"method":null,"path":null,"response_code":400,"response_code_details":"http1.codec_error","response_flags":"DPE","start_time":"2020-10-29T03:22:16.126Z","user_agent":null}',
      entry: { clientIp: '192.0.2.6', status: 400, bytesSent: 11, reason: 'DPE' },
    },
  ],
  source: 'https://gateway.envoyproxy.io/docs/tasks/observability/proxy-accesslog/',
} satisfies Format
