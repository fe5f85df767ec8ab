import type { Format } from '../format.js'

const ENTRY =
  '[$time_local] [router:$router] [origin:$host] [client: $remote_addr] [useragent: $http_user_agent] $request_method $request_uri $status'

export default {
  name: 'zoraxy',
  title: 'Zoraxy',
  server: null,
  family: 'own',
  layout: `$word $word ${ENTRY}`,
  variants: [ENTRY],
  samples: [
    {
      line: '2025/05/01 12:01:50 [2025-05-01 12:01:50.912318] [router:host-http] [origin:shop.example.com] [client: 192.0.2.1] [useragent: Mozilla/5.0 (X11; [x])] GET /.git/config?a 404',
      entry: {
        clientIp: '192.0.2.1',
        method: 'GET',
        uriStem: '/.git/config',
        status: 404,
        host: 'shop.example.com',
        userAgent: 'Mozilla/5.0 (X11; [x])',
      },
    },
  ],
  source: 'https://github.com/tobychui/zoraxy',
} satisfies Format
