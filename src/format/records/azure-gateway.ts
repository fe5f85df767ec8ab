import type { Format } from '../format.js'

export default {
  name: 'azure-gateway',
  title: 'Azure Application Gateway access log (JSON)',
  server: 'azure',
  family: 'own',
  json: {
    status: ['properties.httpStatus'],
    time: ['timeStamp', 'time'],
    clientIp: ['properties.clientIP', 'properties.clientIp'],
    method: ['properties.httpMethod'],
    uri: ['properties.requestUri'],
    bytesSent: ['properties.sentBytes'],
    bytesReceived: ['properties.receivedBytes'],
    timeTaken: ['properties.timeTaken'],
    userAgent: ['properties.userAgent'],
    host: ['properties.host', 'properties.originalHost'],
    upstreamStatus: ['properties.serverStatus'],
  },
  samples: [
    {
      line: '{"timeStamp":"2026-10-14T22:17:11+00:00","resourceId":"/SUBSCRIPTIONS/x","listenerName":"HTTP-Listener","operationName":"ApplicationGatewayAccess","category":"ApplicationGatewayAccessLog","properties":{"instanceId":"appgw_1","clientIP":"203.0.113.97","clientPort":57436,"httpMethod":"GET","requestUri":"/a","requestQuery":"","userAgent":"curl/8.4.0","httpStatus":404,"httpVersion":"HTTP/1.1","receivedBytes":65,"sentBytes":553,"timeTaken":0.1,"host":"a.test","serverStatus":"404"}}',
      entry: {
        clientIp: '203.0.113.97',
        method: 'GET',
        uriStem: '/a',
        status: 404,
        bytesSent: 553,
        bytesReceived: 65,
        host: 'a.test',
        userAgent: 'curl/8.4.0',
        reason: 'made-upstream',
      },
    },
  ],
  source: 'https://learn.microsoft.com/azure/application-gateway/monitor-application-gateway-reference#access-log-category',
} satisfies Format
