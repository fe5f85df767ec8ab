import type { Format } from '../format.js'
import { IIS_KEYS, W3C_KEYS } from '../w3c-keys.js'

export default {
  name: 'cloudfront-json',
  title: 'AWS CloudFront standard logging v2 (JSON)',
  server: 'aws-cloudfront',
  family: 'own',
  json: {
    ...W3C_KEYS,
    ...IIS_KEYS,
    host: ['x-host-header', ...W3C_KEYS.host],
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
