import type { Format } from '../format.js'

export default {
  name: 'apache-json',
  title: 'Apache LogFormat written as JSON (bytes of clients as \\xHH, which is no legal JSON, are read)',
  server: 'apache',
  family: 'own',
  json: {
    status: ['status'],
    time: ['time'],
    clientIp: ['remoteIP', 'remoteHostname'],
    request: ['request'],
    method: ['method'],
    bytesSent: ['bytesSent', 'size'],
    bytesReceived: ['bytesReceived'],
    referer: ['referer'],
    userAgent: ['userAgent'],
    host: ['host', 'serverName'],
  },
  samples: [
    {
      line: '{ "time":"2026-11-23T18:21:01.081Z", "process":"807", "remoteIP":"203.0.113.7", "host":"a.test", "request":"/index.html", "query":"?x=200", "method":"GET", "status":"200", "userAgent":"latin1 \\xe4", "referer":"-" }',
      entry: {
        clientIp: '203.0.113.7',
        method: 'GET',
        uriStem: '/index.html',
        status: 200,
        host: 'a.test',
        userAgent: 'latin1 \\xe4',
      },
    },
  ],
  source: 'https://httpd.apache.org/docs/2.4/mod/mod_log_config.html',
} satisfies Format
