import type { Format } from '../format.js'

export default {
  name: 'nginx-json',
  title: 'nginx log_format written as JSON, keys named after the variables',
  server: 'nginx',
  family: 'own',
  json: {
    status: ['status'],
    time: ['time_iso8601', 'time_local', 'msec'],
    clientIp: ['remote_addr'],
    request: ['request'],
    method: ['request_method'],
    uri: ['request_uri', 'uri'],
    bytesSent: ['body_bytes_sent', 'bytes_sent'],
    bytesReceived: ['request_length'],
    timeTaken: ['request_time'],
    referer: ['http_referer'],
    userAgent: ['http_user_agent'],
    host: ['host', 'http_host', 'server_name'],
    upstreamStatus: ['upstream_status'],
  },
  samples: [
    {
      line: '{"time_iso8601":"2026-05-01T00:00:00+00:00","remote_addr":"203.0.113.7","request_method":"GET","request_uri":"/a?b=1","status":404,"body_bytes_sent":153,"request_time":0.091,"http_referer":"","http_user_agent":"curl/8.4.0"}',
      entry: {
        clientIp: '203.0.113.7',
        method: 'GET',
        uriStem: '/a',
        status: 404,
        bytesSent: 153,
        userAgent: 'curl/8.4.0',
      },
    },
    {
      line: '{"time_local":"01/Nov/2021:00:00:01 +0800","remote_addr":"192.0.2.1","request_time":0.010,"request":"GET /name/Tom HTTP/2.0","status":"200","body_bytes_sent":100,"http_user_agent":"say \\"hi\\""}',
      entry: {
        clientIp: '192.0.2.1',
        method: 'GET',
        uriStem: '/name/Tom',
        status: 200,
        bytesSent: 100,
        userAgent: 'say "hi"',
      },
    },
    {
      line: '{"msec":1795457871.330,"remote_addr":"192.0.2.1","request":"\\u0016\\u0003\\u0001","status":400,"body_bytes_sent":150,"upstream_status":""}',
      entry: {
        clientIp: '192.0.2.1',
        uriStem: '\\u0016\\u0003\\u0001',
        status: 400,
        bytesSent: 150,
        reason: 'tls-on-plain-port',
      },
    },
  ],
  source: 'https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format',
} satisfies Format
