import type { Format } from '../format.js'

export default {
  name: 'nginx-ingress',
  title: 'ingress-nginx of Kubernetes (upstreaminfo)',
  aliases: ['ingress', 'upstreaminfo'],
  server: 'nginx',
  family: 'clf',
  layout:
    '$remote_addr $ident $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" $request_length $request_time [$proxy_upstream_name] [$proxy_alternative_upstream_name] $upstream_addr $upstream_response_length $upstream_response_time $upstream_status $req_id',
  variants: [
    '$remote_addr $ident $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" $request_length $request_time [$proxy_upstream_name] $upstream_addr $upstream_response_length $upstream_response_time $upstream_status $req_id',
  ],
  samples: [
    {
      line: '203.0.113.7 - - [07/Feb/2020:11:48:51 +0000] "GET /a HTTP/1.1" 503 59 "-" "curl/8.4.0" 376 0.003 [default-web-8080] [] 172.17.0.5:8080, 172.17.0.6:8080 0, 59 0.000, 0.003 502, 503 304ea2c8ab5b',
      entry: {
        clientIp: '203.0.113.7',
        method: 'GET',
        uriStem: '/a',
        status: 503,
        bytesSent: 59,
        bytesReceived: 376,
        userAgent: 'curl/8.4.0',
        reason: 'made-upstream',
      },
    },
  ],
  source: 'https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/log-format/',
} satisfies Format
