import type { Format } from '../format.js'

export default {
  name: 'iis-native',
  title: 'IIS native format (comma separated, local time: see --log-tz)',
  aliases: ['iis-log'],
  server: 'iis',
  family: 'own',
  layout:
    '$remote_addr, $user, $date, $time_of_day, $word, $word, $word, $request_time_ms, $bytes_received, $bytes_sent, $status, $win32_status, $request_method, $uri, $query,',
  monthFirst: true,
  samples: [
    {
      line: '203.0.113.201, -, 03/20/05, 7:55:20, W3SVC2, SERVER, 172.21.13.45, 4502, 163, 3223, 404, 2, GET, /DeptLogo.gif, -,',
      entry: {
        clientIp: '203.0.113.201',
        method: 'GET',
        uriStem: '/DeptLogo.gif',
        status: 404,
        win32Status: 2,
        bytesSent: 3223,
        bytesReceived: 163,
      },
    },
  ],
  source: 'https://learn.microsoft.com/windows/win32/http/iis-logging',
} satisfies Format
