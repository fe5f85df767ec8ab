import type { Format } from '../format.js'

const REQUEST =
  '$time_iso8601 $word $client_and_port $word $number $request_time $number $status $target_status $bytes_received $bytes_sent "$request"'

export default {
  name: 'elb',
  title: 'AWS Classic Load Balancer; TCP listeners have no status',
  aliases: ['awselb'],
  server: 'aws-classic-elb',
  family: 'own',
  absoluteUri: true,
  layout: `${REQUEST} "$http_user_agent"`,
  // Before May 2015 a line ended there.
  variants: [REQUEST],
  samples: [
    {
      line: '2015-05-13T23:39:43.945958Z my-loadbalancer 203.0.113.39:2817 10.0.0.1:80 0.000073 0.001048 0.000057 404 404 0 29 "GET http://www.example.com:80/ HTTP/1.1" "curl/7.38.0" - -',
      entry: {
        clientIp: '203.0.113.39',
        method: 'GET',
        uriStem: '/',
        host: 'www.example.com',
        status: 404,
        bytesSent: 29,
        bytesReceived: 0,
        userAgent: 'curl/7.38.0',
        reason: 'made-upstream',
      },
    },
    {
      line: '2015-05-13T23:39:43.945958Z my-loadbalancer 203.0.113.39:2817 - -1 -1 -1 - - 82 0 "- - - " "-" - -',
      entry: { clientIp: '203.0.113.39', status: null, bytesSent: 0, bytesReceived: 82 },
    },
    {
      line: '2014-02-15T23:39:43.945958Z my-loadbalancer 203.0.113.39:2817 10.0.0.1:80 0.000073 0.001048 0.000057 404 404 0 29 "GET http://www.example.com:80/ HTTP/1.1"',
      entry: {
        clientIp: '203.0.113.39',
        method: 'GET',
        uriStem: '/',
        host: 'www.example.com',
        status: 404,
        bytesSent: 29,
        bytesReceived: 0,
        reason: 'made-upstream',
      },
    },
  ],
  source: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/access-log-collection.html',
} satisfies Format
