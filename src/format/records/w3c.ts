import type { Format } from '../format.js'

export default {
  name: 'w3c',
  title: 'W3C extended log (IIS), driven by its #Fields lines',
  aliases: ['iis', 'iis-w3c'],
  server: 'iis',
  family: 'w3c',
  samples: [
    {
      line: [
        '#Software: Microsoft Internet Information Services 10.0',
        '#Fields: date time c-ip cs-method cs-uri-stem cs-uri-query sc-status sc-substatus sc-win32-status sc-bytes time-taken',
        '2026-11-22 14:05:01 203.0.113.7 GET /web.config - 404 8 0 1405 3',
      ].join('\r\n'),
      entry: {
        clientIp: '203.0.113.7',
        method: 'GET',
        uriStem: '/web.config',
        status: 404,
        substatus: 8,
        win32Status: 0,
        bytesSent: 1405,
      },
    },
  ],
  source: 'https://www.w3.org/TR/WD-logfile.html',
} satisfies Format
