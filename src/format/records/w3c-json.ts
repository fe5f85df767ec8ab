import type { Format } from '../format.js'

export default {
  name: 'w3c-json',
  title: 'W3C fields as keys of JSON or columns of a table',
  server: null,
  family: 'own',
  json: {
    status: ['sc-status', 'sc_status'],
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
  samples: [
    {
      line: '{"date":"2024-11-20","time":"10:00:00","sc-status":"404","c-ip":"192.0.2.7","cs-method":"GET","cs-uri-stem":"/b"}',
      entry: { clientIp: '192.0.2.7', method: 'GET', uriStem: '/b', status: 404 },
    },
  ],
  source: 'https://www.w3.org/TR/WD-logfile.html',
} satisfies Format
