import type { Format } from '../format.js'

export default {
  name: 'squid',
  title: 'Squid native access.log',
  server: 'squid',
  family: 'own',
  layout: '$msec $request_time_ms $remote_addr $reason/$status $bytes_sent $request_method $uri $word $word',
  reasonOfErrors: true,
  samples: [
    {
      line: '1157689312.049   5006 203.0.113.199 TCP_MISS/503 19763 GET http://www.example.com/a?b=c - DIRECT/192.0.2.115 -',
      entry: {
        clientIp: '203.0.113.199',
        method: 'GET',
        uriStem: 'http://www.example.com/a',
        status: 503,
        bytesSent: 19763,
        reason: 'TCP_MISS',
      },
    },
  ],
  source: 'https://wiki.squid-cache.org/Features/LogFormat',
} satisfies Format
