import type { Format } from '../format.js'

export default {
  name: 'fastly',
  title: 'Fastly real-time logs (JSON, the documented example formats)',
  server: 'fastly',
  family: 'own',
  json: {
    status: ['response_status', 'status'],
    time: ['timestamp', 'time_start'],
    clientIp: ['client_ip'],
    request: ['request'],
    method: ['request_method', 'method'],
    uri: ['url'],
    bytesSent: ['response_body_size', 'resp_body_size', 'bytes'],
    bytesReceived: ['request_body_size', 'req_body_size'],
    referer: ['request_referer', 'referer'],
    userAgent: ['request_user_agent', 'user_agent'],
    host: ['host'],
  },
  guard: { keys: ['fastly_info_state', 'cache_status', 'fastly_server', 'fastly_is_edge', 'pop'], value: '' },
  samples: [
    {
      line: '{"timestamp":"2026-06-05T12:00:00Z","client_ip":"203.0.113.30","method":"GET","request":"/a","host":"a.test","status":503,"user_agent":"curl/8.4.0","fastly_info_state":"ERROR"}',
      entry: {
        clientIp: '203.0.113.30',
        method: 'GET',
        uriStem: '/a',
        status: 503,
        host: 'a.test',
        userAgent: 'curl/8.4.0',
      },
    },
  ],
  source: 'https://www.fastly.com/documentation/guides/integrations/streaming-logs/changing-log-line-formats/',
} satisfies Format
