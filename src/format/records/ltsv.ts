import type { Format } from '../format.js'

export default {
  name: 'ltsv',
  title: 'LTSV, labelled tab-separated values',
  server: 'nginx',
  family: 'own',
  ltsv: {
    status: ['status'],
    time: ['time', 'time_local', 'time_iso8601', 'timestamp', 'datetime'],
    clientIp: ['host', 'remote_addr', 'forwardedfor', 'ip'],
    request: ['req', 'request'],
    method: ['method', 'request_method'],
    uri: ['uri', 'request_uri', 'path'],
    bytesSent: ['size', 'body_bytes_sent', 'bytes_sent'],
    bytesReceived: ['reqsize', 'request_length'],
    timeTaken: ['reqtime', 'request_time'],
    referer: ['referer', 'http_referer'],
    userAgent: ['ua', 'user_agent', 'http_user_agent'],
    host: ['vhost', 'server_name', 'http_host'],
    upstreamStatus: ['upstream_status', 'upstatus'],
  },
  samples: [
    {
      line: 'time:23/Nov/2026:18:17:51 +0000\thost:203.0.113.7\treq:GET /loop HTTP/1.1\tstatus:404\tsize:153\treferer:-\tua:curl/7.88.1\treqtime:0.000\tvhost:a.test',
      entry: {
        clientIp: '203.0.113.7',
        method: 'GET',
        uriStem: '/loop',
        status: 404,
        bytesSent: 153,
        userAgent: 'curl/7.88.1',
        host: 'a.test',
      },
    },
    {
      line: 'forwardedfor:-\ttime:23/Nov/2026:18:17:51 +0000\thost:203.0.113.7\tforwardedfor:198.51.100.1\treq:GET / HTTP/1.1\tstatus:200\tsize:5',
      entry: { clientIp: '203.0.113.7', method: 'GET', uriStem: '/', status: 200, bytesSent: 5 },
    },
  ],
  source: 'http://ltsv.org/',
} satisfies Format
