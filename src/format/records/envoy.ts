import type { Format } from '../format.js'

export default {
  name: 'envoy',
  title: 'Envoy default format (Istio too); the response flags are the reason',
  server: 'envoy',
  family: 'own',
  layout:
    '[$time_iso8601] "$request" $status $reason $bytes_received $bytes_sent $request_time_ms $number "$http_x_forwarded_for" "$http_user_agent" "$request_id" "$host" "$upstream"',
  variants: [
    // Istio 1.1 to 1.5: the failure of the transport follows the flags.
    '[$time_iso8601] "$request" $status $reason "$failure" $bytes_received $bytes_sent $request_time_ms $number "$http_x_forwarded_for" "$http_user_agent" "$request_id" "$host" "$upstream"',
    '[$time_iso8601] "$request" $status $reason $word $word "$failure" $bytes_received $bytes_sent $request_time_ms $number "$http_x_forwarded_for" "$http_user_agent" "$request_id" "$host" "$upstream"',
  ],
  samples: [
    {
      line: '[2016-04-15T20:17:00.310Z] "POST /api/v1/locations HTTP/2" 503 UH 154 0 226 100 "10.0.35.28" "curl/8.4.0" "cc21d9b0-cf5c" "locations" "tcp://10.0.2.1:80"',
      entry: {
        method: 'POST',
        uriStem: '/api/v1/locations',
        status: 503,
        bytesSent: 0,
        bytesReceived: 154,
        userAgent: 'curl/8.4.0',
        host: 'locations',
        reason: 'UH',
      },
    },
    {
      line: '[2020-11-25T21:26:18.409Z] "GET /status/418 HTTP/1.1" 418 - via_upstream - "-" 0 135 3 1 "-" "curl/8.4.0" "84961386" "httpbin:8000" "127.0.0.1:80" inbound|8000|| 127.0.0.1:41854',
      entry: {
        method: 'GET',
        uriStem: '/status/418',
        status: 418,
        bytesSent: 135,
        bytesReceived: 0,
        userAgent: 'curl/8.4.0',
        host: 'httpbin:8000',
      },
    },
    {
      line: '[2019-03-06T09:31:27.354Z] "GET /status/418 HTTP/1.1" 503 UF "upstream reset" 0 135 11 10 "-" "curl/7.60.0" "d209e46f" "httpbin:8000" "192.0.2.73:80" outbound|8000||httpbin - 192.0.2.94:8000 192.0.2.82:60290 -',
      entry: {
        method: 'GET',
        uriStem: '/status/418',
        status: 503,
        bytesSent: 135,
        bytesReceived: 0,
        userAgent: 'curl/7.60.0',
        host: 'httpbin:8000',
        reason: 'UF',
      },
    },
  ],
  source:
    'https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage#default-format-string',
} satisfies Format
