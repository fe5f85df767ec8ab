import type { Format } from '../format.js'

export default {
  name: 'serilog',
  title: 'Request logging of Serilog (ASP.NET Core), as compact JSON or with Properties',
  server: null,
  family: 'own',
  json: {
    status: ['StatusCode', 'Properties.StatusCode'],
    time: ['@t', 'Timestamp'],
    method: ['RequestMethod', 'Properties.RequestMethod'],
    uri: ['RequestPath', 'Properties.RequestPath'],
    timeTaken: ['Elapsed', 'Properties.Elapsed'],
    clientIp: ['ClientIp', 'Properties.ClientIp'],
    host: ['RequestHost', 'Properties.RequestHost'],
    userAgent: ['UserAgent', 'Properties.UserAgent'],
  },
  timeUnit: 'ms',
  samples: [
    {
      line: '{"@t":"2023-10-10T13:55:36.1234567Z","@mt":"HTTP {RequestMethod} {RequestPath} responded {StatusCode} in {Elapsed:0.0000} ms","RequestMethod":"GET","RequestPath":"/a","StatusCode":404,"Elapsed":12.3456}',
      entry: { method: 'GET', uriStem: '/a', status: 404 },
    },
    {
      line: '{"Timestamp":"2023-10-10T13:55:36.1234567+00:00","Level":"Information","MessageTemplate":"HTTP {RequestMethod}","Properties":{"RequestMethod":"POST","RequestPath":"/b","StatusCode":500,"Elapsed":8.1,"RequestHost":"a.test"}}',
      entry: { method: 'POST', uriStem: '/b', status: 500, host: 'a.test' },
    },
  ],
  source: 'https://github.com/serilog/serilog-aspnetcore#request-logging',
} satisfies Format
