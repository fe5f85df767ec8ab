import type { Format } from '../format.js'

export default {
  name: 'iis-json',
  title: 'IIS fields as keys of JSON or columns of a table (Log Parser, collectors)',
  server: 'iis',
  family: 'own',
  json: {
    status: ['sc-status', 'sc_status'],
    substatus: ['sc-substatus', 'sc_substatus'],
    win32Status: ['sc-win32-status', 'sc_win32_status'],
    time: ['@timestamp', 'timestamp', 'datetime', 'time'],
    date: ['date'],
    clientIp: ['c-ip', 'c_ip', 'cs-ip'],
    method: ['cs-method', 'cs_method'],
    uri: ['cs-uri-stem', 'cs_uri_stem', 'cs-uri'],
    bytesSent: ['sc-bytes', 'sc_bytes'],
    bytesReceived: ['cs-bytes', 'cs_bytes'],
    timeTaken: ['time-taken', 'time_taken'],
    referer: ['cs(Referer)', 'cs_referer', 'cs(referer)'],
    userAgent: ['cs(User-Agent)', 'cs_user_agent', 'cs(user-agent)'],
    host: ['cs-host', 'cs_host', 'cs(Host)', 's-sitename'],
  },
  timeUnit: 'ms',
  samples: [
    {
      line: '{"date":"2024-11-20","time":"10:00:00","c-ip":"192.0.2.7","cs-method":"GET","cs-uri-stem":"/a","sc-status":"404","sc-substatus":"7","sc-win32-status":"2","time-taken":"12"}',
      entry: { clientIp: '192.0.2.7', method: 'GET', uriStem: '/a', status: 404, substatus: 7, win32Status: 2 },
    },
  ],
  source: 'https://learn.microsoft.com/windows/win32/http/w3c-logging',
} satisfies Format
