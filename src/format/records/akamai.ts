import type { Format } from '../format.js'

export default {
  name: 'akamai',
  title: 'Akamai DataStream (JSON)',
  server: 'akamai',
  family: 'own',
  json: {
    status: ['statusCode', 'rspStatus', 'responseStatus', 'status'],
    time: ['reqTimeSec', 'reqTime', 'requestTime', 'start', 'datetime', 'dateTime'],
    clientIp: ['cliIP', 'clientIP', 'requestIP', 'ip'],
    method: ['reqMethod', 'requestMethod', 'method'],
    uri: ['reqPath', 'reqURL', 'requestPath', 'urlPath'],
    bytesSent: ['bytes', 'rspContentLen', 'totalBytes'],
    timeTaken: ['turnAroundTimeMSec'],
    referer: ['referer'],
    userAgent: ['UA', 'ua', 'userAgent', 'requestUserAgent', 'reqUserAgent'],
    host: ['reqHost', 'requestHost', 'hostname'],
  },
  timeUnit: 'ms',
  samples: [
    {
      line: '{"version":1,"cp":"123456","reqId":"1239f220","reqTimeSec":"1573840000.123","bytes":"4995","cliIP":"203.0.113.40","statusCode":"206","proto":"HTTPS","reqHost":"a.test","reqMethod":"GET","reqPath":"/path1/path2/file.ext","UA":"curl/8.4.0","turnAroundTimeMSec":"11"}',
      entry: {
        clientIp: '203.0.113.40',
        method: 'GET',
        uriStem: '/path1/path2/file.ext',
        status: 206,
        bytesSent: 4995,
        host: 'a.test',
        userAgent: 'curl/8.4.0',
      },
    },
  ],
  source: 'https://techdocs.akamai.com/datastream2/docs/data-set-parameters',
} satisfies Format
