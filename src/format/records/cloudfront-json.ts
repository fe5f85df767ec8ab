import type { Format } from '../format.js'

export default {
  name: 'cloudfront-json',
  title: 'AWS CloudFront standard logging v2 (JSON)',
  server: 'aws-cloudfront',
  family: 'own',
  json: {
    status: ['sc-status', 'sc_status'],
    substatus: ['sc-substatus', 'sc_substatus'],
    win32Status: ['sc-win32-status', 'sc_win32_status'],
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
    host: ['x-host-header', 'cs-host', 'cs_host', 'cs(Host)', 's-sitename'],
    reason: ['x-edge-detailed-result-type', 'x-edge-result-type'],
  },
  reasonOfErrors: true,
  guard: { keys: ['x-edge-location'], value: '' },
  samples: [
    {
      line: '{"date":"2024-11-20","time":"10:00:00","x-edge-location":"FRA56-P1","sc-bytes":"1045","c-ip":"192.0.2.7","cs-method":"GET","cs(Host)":"d1.cloudfront.net","cs-uri-stem":"/a","sc-status":"502","cs(Referer)":"-","cs(User-Agent)":"curl","x-host-header":"www.example.com","time-taken":"0.083","x-edge-detailed-result-type":"OriginConnectError"}',
      entry: {
        clientIp: '192.0.2.7',
        method: 'GET',
        uriStem: '/a',
        status: 502,
        bytesSent: 1045,
        userAgent: 'curl',
        host: 'www.example.com',
        reason: 'OriginConnectError',
      },
    },
  ],
  source: 'https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html',
} satisfies Format
