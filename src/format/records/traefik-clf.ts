import type { Format } from '../format.js'

export default {
  name: 'traefik-clf',
  title: 'Traefik access log (CLF with router, server and duration)',
  aliases: ['traefik'],
  server: 'traefik',
  family: 'clf',
  layout:
    '$remote_addr $ident $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" $number "$router" "$service_url" ${request_time_ms}ms',
  variants: [
    '$remote_addr $ident $remote_user [$time_local] "$request" $status $body_bytes_sent - "$http_user_agent" $number "$router" "$service_url" ${request_time_ms}ms',
  ],
  samples: [
    {
      line: '203.0.113.7 - - [02/Oct/2017:20:22:07 +0000] "GET /ui/ HTTP/1.1" 502 11 "-" "curl/8.4.0" 8 "Host-web-1" "http://172.19.0.3:5601" 3ms',
      entry: {
        clientIp: '203.0.113.7',
        method: 'GET',
        uriStem: '/ui/',
        status: 502,
        bytesSent: 11,
        userAgent: 'curl/8.4.0',
      },
    },
  ],
  source: 'https://doc.traefik.io/traefik/observability/access-logs/',
} satisfies Format
