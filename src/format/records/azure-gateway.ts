import type { Format } from '../format.js'

export default {
  name: 'azure-gateway',
  title: 'Azure Application Gateway access log (JSON, or a table of Log Analytics)',
  server: 'azure',
  family: 'own',
  json: {
    status: ['properties.httpStatus', 'httpStatus_d', 'HttpStatus'],
    time: ['timeStamp', 'time', 'TimeGenerated'],
    clientIp: ['properties.clientIP', 'properties.clientIp', 'clientIP_s', 'clientIp_s', 'ClientIp'],
    method: ['properties.httpMethod', 'httpMethod_s', 'HttpMethod'],
    uri: ['properties.requestUri', 'requestUri_s', 'RequestUri'],
    bytesSent: ['properties.sentBytes', 'sentBytes_d', 'SentBytes'],
    bytesReceived: ['properties.receivedBytes', 'receivedBytes_d', 'ReceivedBytes'],
    timeTaken: ['properties.timeTaken', 'timeTaken_d', 'TimeTaken'],
    userAgent: ['properties.userAgent', 'userAgent_s', 'UserAgent'],
    host: ['properties.host', 'properties.originalHost', 'host_s', 'Host'],
    upstreamStatus: ['properties.serverStatus', 'serverStatus_s', 'ServerStatus'],
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
    {
      line: 'TimeGenerated [UTC],Category,clientIP_s,httpMethod_s,requestUri_s,userAgent_s,httpStatus_d,sentBytes_d,timeTaken_d,host_s\n"10/5/2021, 7:07:01.000 AM",ApplicationGatewayAccessLog,192.0.2.7,GET,/a,"Mozilla/5.0 (X11, Linux)",404,553,0.1,a.test',
      entry: {
        clientIp: '192.0.2.7',
        method: 'GET',
        uriStem: '/a',
        status: 404,
        bytesSent: 553,
        host: 'a.test',
        userAgent: 'Mozilla/5.0 (X11, Linux)',
      },
    },
  ],
  source:
    'https://learn.microsoft.com/azure/application-gateway/monitor-application-gateway-reference#access-log-category',
} satisfies Format
