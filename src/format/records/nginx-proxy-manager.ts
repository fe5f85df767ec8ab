import type { Format } from '../format.js'

const REQUEST =
  '$request_method $scheme $host "$request_uri" [Client $remote_addr] [Length $body_bytes_sent] [Gzip $gzip_ratio] '
const AFTER = '"$http_user_agent" "$http_referer"'

export default {
  name: 'nginx-proxy-manager',
  title: 'Nginx Proxy Manager (proxy and standard)',
  aliases: ['npm'],
  server: 'nginx',
  family: 'own',
  layout: `[$time_local] $upstream_cache_status $upstream_status $status - ${REQUEST}[Sent-to $target] ${AFTER}`,
  variants: [`[$time_local] $status - ${REQUEST}${AFTER}`],
  samples: [
    {
      line: '[11/Jan/2023:02:18:53 +0100] HIT 502, 200 200 - GET https shop.example.org "/b?c=d" [Client 192.0.2.11] [Length 266] [Gzip 2.1] [Sent-to 10.0.0.3] "curl/8" "-"',
      entry: {
        clientIp: '192.0.2.11',
        method: 'GET',
        uriStem: '/b',
        status: 200,
        bytesSent: 266,
        host: 'shop.example.org',
        userAgent: 'curl/8',
      },
    },
    {
      line: '[24/Jan/2022:13:40:19 +0000] 444 - GET https 192.0.2.3 "/.env" [Client 2001:db8::7] [Length 0] [Gzip -] "curl/8" "-"',
      entry: {
        clientIp: '2001:db8::7',
        method: 'GET',
        uriStem: '/.env',
        status: 444,
        bytesSent: 0,
        host: '192.0.2.3',
        userAgent: 'curl/8',
      },
    },
  ],
  source:
    'https://github.com/NginxProxyManager/nginx-proxy-manager/blob/develop/docker/rootfs/etc/nginx/conf.d/include/log-proxy.conf',
} satisfies Format
