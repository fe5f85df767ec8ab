import type { Format } from '../format.js'
import { W3C_KEYS } from '../w3c-keys.js'

export default {
  name: 'w3c-json',
  title: 'W3C fields as keys of JSON or columns of a table',
  server: null,
  family: 'own',
  json: W3C_KEYS,
  samples: [
    {
      line: '{"date":"2024-11-20","time":"10:00:00","sc-status":"404","c-ip":"192.0.2.7","cs-method":"GET","cs-uri-stem":"/b"}',
      entry: { clientIp: '192.0.2.7', method: 'GET', uriStem: '/b', status: 404 },
    },
  ],
  source: 'https://www.w3.org/TR/WD-logfile.html',
} satisfies Format
