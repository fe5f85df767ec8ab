import type { Format } from '../format.js'

export default {
  name: 'npmplus',
  title: 'NPMplus',
  server: 'nginx',
  family: 'own',
  layout:
    '[$time_local] $host $remote_addr $seconds "$request" $status $body_bytes_sent $bytes_sent $http_referer $http_user_agent',
  samples: [
    {
      line: '[25/Feb/2025:18:30:45 +0200] shop.example.com 192.0.2.7 0.007 "GET /api/ HTTP/2.0" 404 15 137 - curl/8.12.1',
      entry: {
        clientIp: '192.0.2.7',
        method: 'GET',
        uriStem: '/api/',
        status: 404,
        bytesSent: 15,
        host: 'shop.example.com',
        userAgent: 'curl/8.12.1',
      },
    },
  ],
  source: 'https://github.com/ZoeyVid/NPMplus',
} satisfies Format
