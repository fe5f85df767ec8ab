import type { Format } from '../format.js'
import { IIS_KEYS, W3C_KEYS } from '../w3c-keys.js'

export default {
  name: 'iis-json',
  title: 'IIS fields as keys of JSON or columns of a table (Log Parser, collectors)',
  server: 'iis',
  family: 'own',
  json: {
    ...W3C_KEYS,
    ...IIS_KEYS,
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
