import type { Format } from '../format.js'

export default {
  name: 'apisix',
  title: 'Apache APISIX',
  server: 'nginx',
  family: 'clf',
  layout:
    '$remote_addr $ident $remote_user [$time_local] $host "$request" $status $body_bytes_sent $request_time "$http_referer" "$http_user_agent" $upstream_addr $upstream_status $upstream_response_time "$upstream"',
  samples: [
    {
      line: '192.0.2.1 - - [18/Sep/2023:11:01:59 +0000] api.example.com:9080 "GET /a HTTP/1.1" 404 47 0.001 "-" "curl/8" - - - "http://api.example.com:9080"',
      entry: {
        clientIp: '192.0.2.1',
        method: 'GET',
        uriStem: '/a',
        status: 404,
        bytesSent: 47,
        host: 'api.example.com:9080',
        userAgent: 'curl/8',
        reason: 'made-here',
      },
    },
    {
      line: '192.0.2.1 - - [18/Sep/2023:11:01:59 +0000] api.example.com "GET /b HTTP/1.1" 502 47 0.500 "-" "curl/8" 192.0.2.2:80, 192.0.2.3:80 502, 502 0.2, 0.3 "http://up"',
      entry: {
        clientIp: '192.0.2.1',
        method: 'GET',
        uriStem: '/b',
        status: 502,
        bytesSent: 47,
        host: 'api.example.com',
        userAgent: 'curl/8',
      },
    },
  ],
  source: 'https://github.com/apache/apisix/blob/master/conf/config.yaml.example',
} satisfies Format
