import type { Format } from '../format.js'

const REQUEST =
  '$host - [$time_iso8601] "$request" $status $bytes_received $bytes_sent "$http_referer" "$http_user_agent" "$router_addr" "$backend_addr" x_forwarded_for:"$remote_addr" x_forwarded_proto:"$scheme" vcap_request_id:"$request_id" response_time:'

export default {
  name: 'gorouter',
  title: 'Gorouter of Cloud Foundry; the client is the first in X-Forwarded-For',
  server: null,
  family: 'own',
  layout: `${REQUEST}$request_time $rest`,
  samples: [
    {
      line: 'shop.example.com - [2026-11-22T14:05:01.123456789Z] "GET /a?b HTTP/1.1" 502 0 67 "-" "curl/8" "10.0.0.5:41200" "10.0.1.6:61012" x_forwarded_for:"192.0.2.7, 10.0.0.5" x_forwarded_proto:"https" vcap_request_id:"f7c1" response_time:0.012 gorouter_time:0.0001 app_id:"9d" app_index:"0"',
      entry: {
        clientIp: '192.0.2.7',
        method: 'GET',
        uriStem: '/a',
        status: 502,
        bytesSent: 67,
        bytesReceived: 0,
        userAgent: 'curl/8',
        host: 'shop.example.com',
      },
    },
  ],
  source: 'https://docs.cloudfoundry.org/concepts/http-routing.html#access-logs',
} satisfies Format
