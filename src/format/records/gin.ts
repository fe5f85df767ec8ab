import type { Format } from '../format.js'

export default {
  name: 'gin',
  title: 'Gin (Go)',
  server: null,
  family: 'own',
  layout: '[GIN] $date - $time_of_day | $status | $duration | $aligned_addr | $request_method $blanks"$request_uri"',
  samples: [
    {
      line: '[GIN] 2026/11/22 - 14:05:01 | 404 |     125.5µs |       192.0.2.1 | GET      "/ping?x"',
      entry: { clientIp: '192.0.2.1', method: 'GET', uriStem: '/ping', status: 404 },
    },
  ],
  source: 'https://github.com/gin-gonic/gin/blob/master/logger.go',
} satisfies Format
