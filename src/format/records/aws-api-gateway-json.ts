import type { Format } from '../format.js'

export default {
  name: 'aws-api-gateway-json',
  title: 'AWS API Gateway (JSON)',
  server: null,
  family: 'own',
  json: {
    status: ['status'],
    time: ['requestTime', 'requestTimeEpoch'],
    clientIp: ['ip', 'sourceIp'],
    method: ['httpMethod'],
    uri: ['path', 'resourcePath'],
    request: ['routeKey'],
    bytesSent: ['responseLength'],
    timeTaken: ['responseLatency', 'integrationLatency'],
    userAgent: ['userAgent'],
    host: ['domainName'],
  },
  timeUnit: 'ms',
  guard: { keys: ['requestId', 'extendedRequestId', 'apiId'], value: '' },
  samples: [
    {
      line: '{"requestId":"c6af","ip":"192.0.2.1","caller":"-","user":"-","requestTime":"09/Apr/2019:12:34:56 +0000","httpMethod":"GET","resourcePath":"/pets/{id}","status":"404","protocol":"HTTP/1.1","responseLength":"16"}',
      entry: { clientIp: '192.0.2.1', method: 'GET', uriStem: '/pets/{id}', status: 404, bytesSent: 16 },
    },
    {
      line: '{"requestId":"c6af","ip":"192.0.2.1","requestTime":"09/Apr/2019:12:34:56 +0000","httpMethod":"POST","routeKey":"POST /pets","status":"503","protocol":"HTTP/1.1","responseLength":"16"}',
      entry: { clientIp: '192.0.2.1', method: 'POST', uriStem: '/pets', status: 503, bytesSent: 16 },
    },
  ],
  source:
    'https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html#apigateway-cloudwatch-log-formats',
} satisfies Format
