import type { Format } from '../format.js'

const COMMON = '$remote_addr $ident $remote_user [$time_local] "$request" $status $body_bytes_sent'
const COMBINED = `${COMMON} "$http_referer" "$http_user_agent"`
const TIMES = 'rt=$request_time uct="$upstream_connect_time" uht="$upstream_header_time" urt="$upstream_response_time"'
const AND_STATUS = 'us="$upstream_status"'

// The names of https://www.f5.com/company/blog/nginx/using-nginx-logging-for-application-performance-monitoring, which
// many have taken over.
export default {
  name: 'nginx-timed',
  title: 'combined or common, and behind it $request_time, bare or as key=value (rt= uct= uht= urt= us=)',
  aliases: ['upstream_time'],
  server: 'nginx',
  family: 'clf',
  layout: `${COMBINED} ${TIMES} ${AND_STATUS}`,
  variants: [
    `${COMBINED} ${TIMES}`,
    `${COMBINED} "$forwarded_for" ${TIMES}`,
    `${COMBINED} "$forwarded_for" rt=$request_time`,
    `${COMBINED} rt=$request_time`,
    `${COMMON} ${TIMES} ${AND_STATUS}`,
    `${COMMON} rt=$request_time`,
    ...[
      '$fraction',
      '"$fraction"',
      '"$forwarded_for" $fraction',
      '"$forwarded_for" "$fraction"',
      '$number $fraction',
    ].map((behind) => `${COMBINED} ${behind}`),
    `${COMMON} $fraction`,
  ],
  samples: [
    {
      line: '203.0.113.7 - - [10/Oct/2023:13:55:36 +0000] "GET /a HTTP/1.1" 504 157 "-" "curl/8.4.0" 60.001 60.000',
      entry: {
        clientIp: '203.0.113.7',
        method: 'GET',
        uriStem: '/a',
        status: 504,
        bytesSent: 157,
        userAgent: 'curl/8.4.0',
      },
    },
    {
      line: '203.0.113.7 - - [10/Oct/2023:13:55:36 +0000] "GET /a HTTP/1.1" 200 157 "-" "curl/8.4.0" "198.51.100.4" "0.250" "0.249"',
      entry: {
        clientIp: '203.0.113.7',
        method: 'GET',
        uriStem: '/a',
        status: 200,
        bytesSent: 157,
        userAgent: 'curl/8.4.0',
      },
    },
    {
      line: '203.0.113.7 - - [10/Oct/2023:13:55:36 +0000] "GET /a HTTP/1.1" 502 157 "-" "curl/8.4.0" rt=0.005 uct="0.000" uht="0.004" urt="0.004"',
      entry: {
        clientIp: '203.0.113.7',
        method: 'GET',
        uriStem: '/a',
        status: 502,
        bytesSent: 157,
        userAgent: 'curl/8.4.0',
      },
    },
    {
      line: '203.0.113.7 - - [10/Oct/2023:13:55:36 +0000] "GET /a HTTP/1.1" 404 157 "-" "curl/8.4.0" rt=0.005 uct="-, 0.000" uht="-, 0.004" urt="0.001, 0.004" us="502, 404" ua="192.0.2.1:80, 192.0.2.2:80"',
      entry: {
        clientIp: '203.0.113.7',
        method: 'GET',
        uriStem: '/a',
        status: 404,
        bytesSent: 157,
        userAgent: 'curl/8.4.0',
        reason: 'made-upstream',
      },
    },
    {
      line: '203.0.113.7 - - [10/Oct/2023:13:55:36 +0000] "GET /a HTTP/1.1" 404 153 rt=0.000 uct="-" uht="-" urt="-" us="-" ua="-" host="a.test"',
      entry: {
        clientIp: '203.0.113.7',
        method: 'GET',
        uriStem: '/a',
        status: 404,
        bytesSent: 153,
        reason: 'made-here',
      },
    },
    {
      line: '203.0.113.7 - - [10/Oct/2023:13:55:36 +0000] "GET /a HTTP/1.1" 404 153 "-" "curl/8.4.0" rt=0.001',
      entry: {
        clientIp: '203.0.113.7',
        method: 'GET',
        uriStem: '/a',
        status: 404,
        bytesSent: 153,
        userAgent: 'curl/8.4.0',
      },
    },
  ],
  source: 'https://www.f5.com/company/blog/nginx/using-nginx-logging-for-application-performance-monitoring',
} satisfies Format
