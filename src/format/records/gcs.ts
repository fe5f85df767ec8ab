import type { Format } from '../format.js'

export default {
  name: 'gcs',
  title: 'Google Cloud Storage usage log (CSV)',
  server: 'gcp',
  family: 'own',
  inside: 'csv',
  json: {
    status: ['sc_status'],
    time: ['time_micros'],
    clientIp: ['c_ip'],
    method: ['cs_method'],
    uri: ['cs_uri'],
    bytesSent: ['sc_bytes'],
    bytesReceived: ['cs_bytes'],
    timeTaken: ['time_taken_micros'],
    referer: ['cs_referer'],
    userAgent: ['cs_user_agent'],
    host: ['cs_host'],
  },
  timeUnit: 'us',
  guard: { keys: ['cs_bucket', 'cs_operation'], value: '' },
  samples: [
    {
      line: '"time_micros","c_ip","cs_method","cs_uri","sc_status","sc_bytes","time_taken_micros","cs_host","cs_user_agent","cs_bucket"\n"1435673426067000","192.0.2.139","GET","/blog/x?y","404","13654","179000","www.example.com","curl, 8","b"',
      entry: {
        clientIp: '192.0.2.139',
        method: 'GET',
        uriStem: '/blog/x',
        status: 404,
        bytesSent: 13654,
        host: 'www.example.com',
        userAgent: 'curl, 8',
      },
    },
  ],
  source: 'https://cloud.google.com/storage/docs/access-logs#format',
} satisfies Format
