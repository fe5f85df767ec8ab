import type { Format } from '../format.js'

export default {
  name: 'glassfish',
  title: 'GlassFish, Payara and others with every text in quotes',
  server: null,
  family: 'own',
  layout: '"$remote_addr" "$user" "$time_local" "$request" $status $body_bytes_sent',
  samples: [
    {
      line: '"192.0.2.1" "NULL-AUTH-USER" "05/Feb/2024:11:56:17 +0000" "GET /home/?a HTTP/1.1" 404 4379',
      entry: { clientIp: '192.0.2.1', method: 'GET', uriStem: '/home/', status: 404, bytesSent: 4379 },
    },
  ],
  source: 'https://glassfish.org/docs/latest/administration-guide.html',
} satisfies Format
