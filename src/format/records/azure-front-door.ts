import type { Format } from '../format.js'

export default {
  name: 'azure-front-door',
  title: 'Azure Front Door and CDN access log (JSON, or a table of Log Analytics)',
  server: 'azure',
  family: 'own',
  absoluteUri: true,
  reasonOfErrors: true,
  json: {
    status: ['properties.httpStatusCode', 'httpStatusCode_s', 'httpStatusCode_d', 'HttpStatusCode'],
    time: ['time', 'TimeGenerated'],
    clientIp: ['properties.clientIp', 'properties.clientIP', 'clientIp_s', 'clientIP_s', 'ClientIp', 'ClientIP'],
    method: ['properties.httpMethod', 'httpMethod_s', 'HttpMethod'],
    uri: ['properties.requestUri', 'requestUri_s', 'RequestUri'],
    bytesSent: ['properties.responseBytes', 'responseBytes_s', 'responseBytes_d', 'ResponseBytes'],
    bytesReceived: ['properties.requestBytes', 'requestBytes_s', 'requestBytes_d', 'RequestBytes'],
    timeTaken: ['properties.timeTaken', 'timeTaken_s', 'timeTaken_d', 'TimeTaken'],
    referer: ['properties.referer', 'referer_s', 'Referer'],
    userAgent: ['properties.userAgent', 'userAgent_s', 'UserAgent'],
    host: ['properties.hostName', 'properties.host', 'hostName_s', 'host_s', 'HostName'],
    reason: ['properties.errorInfo', 'properties.ErrorInfo', 'errorInfo_s', 'ErrorInfo'],
  },
  samples: [
    {
      line: '{"time":"2025-06-03T10:00:00.0000000Z","category":"FrontDoorAccessLog","operationName":"Microsoft.Cdn/Profiles/AccessLog/Write","properties":{"trackingReference":"0abc","httpMethod":"GET","requestUri":"https://www.example.com:443/p/a?b=1","responseBytes":"2000","userAgent":"curl/8","clientIp":"192.0.2.8","timeTaken":"0.050","httpStatusCode":"503","errorInfo":"OriginConnectionRefused","hostName":"www.example.com"}}',
      entry: {
        clientIp: '192.0.2.8',
        method: 'GET',
        uriStem: '/p/a',
        status: 503,
        bytesSent: 2000,
        host: 'www.example.com',
        userAgent: 'curl/8',
        reason: 'OriginConnectionRefused',
      },
    },
    {
      line: '{"TimeGenerated":"2025-06-03T10:00:00Z","Category":"FrontDoorAccessLog","clientIp_s":"192.0.2.8","httpMethod_s":"GET","requestUri_s":"https://www.example.com/a","httpStatusCode_s":"404","userAgent_s":"curl/8"}',
      entry: {
        clientIp: '192.0.2.8',
        method: 'GET',
        uriStem: '/a',
        status: 404,
        host: 'www.example.com',
        userAgent: 'curl/8',
      },
    },
  ],
  source: 'https://learn.microsoft.com/azure/frontdoor/monitor-front-door-reference#access-log',
} satisfies Format
