import type { Format } from '../format.js'

export default {
  name: 'azure-app-service',
  title: 'Azure App Service HTTP log (JSON, AppServiceHTTPLogs)',
  server: 'iis',
  family: 'own',
  json: {
    status: ['ScStatus', 'properties.ScStatus'],
    substatus: ['ScSubStatus', 'properties.ScSubStatus'],
    time: ['TimeGenerated', 'time', 'EventTime'],
    clientIp: ['CIp', 'properties.CIp'],
    method: ['CsMethod', 'properties.CsMethod'],
    uri: ['CsUriStem', 'properties.CsUriStem'],
    bytesSent: ['ScBytes', 'properties.ScBytes'],
    bytesReceived: ['CsBytes', 'properties.CsBytes'],
    timeTaken: ['TimeTaken', 'properties.TimeTaken'],
    referer: ['Referer', 'properties.Referer'],
    userAgent: ['UserAgent', 'properties.UserAgent'],
    host: ['CsHost', 'properties.CsHost'],
  },
  timeUnit: 'ms',
  samples: [
    {
      line: '{"time":"2026-06-05T12:00:00.123Z","resourceId":"/SUBSCRIPTIONS/x","category":"AppServiceHTTPLogs","properties":{"CsHost":"a.test","CIp":"203.0.113.7","SPort":"443","CsUriStem":"/a","CsUriQuery":"","CsMethod":"GET","TimeTaken":12,"ScStatus":"404","ScSubStatus":"0","ScBytes":"103","CsBytes":"512","UserAgent":"curl/8.4.0","Referer":"-"}}',
      entry: {
        clientIp: '203.0.113.7',
        method: 'GET',
        uriStem: '/a',
        status: 404,
        substatus: 0,
        bytesSent: 103,
        bytesReceived: 512,
        host: 'a.test',
        userAgent: 'curl/8.4.0',
      },
    },
  ],
  source: 'https://learn.microsoft.com/azure/azure-monitor/reference/tables/appservicehttplogs',
} satisfies Format
