import type { Format } from '../format.js'

export default {
  name: 'alb',
  title: 'AWS Application Load Balancer',
  aliases: ['awsalb'],
  server: 'aws-elb',
  family: 'own',
  absoluteUri: true,
  layout:
    '$word $time_iso8601 $word $client_and_port $word $number $request_time $number $status $target_status $bytes_received $bytes_sent "$request" "$http_user_agent"',
  samples: [
    {
      line: 'https 2020-01-01T00:55:04.127531Z app/my-alb/abcdef 203.0.113.7:2817 - -1 -1 -1 503 - 225 24950 "GET https://www.example.com:443/path/index.html?a=b HTTP/1.1" "curl/8.4.0" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:x "Root=1-abcdef123-abcdef123" "www.example.com" "arn:aws:acm:x" 0 2020-01-01T00:55:04.023000Z "forward" "-" "-" "-" "-"',
      entry: {
        clientIp: '203.0.113.7',
        method: 'GET',
        uriStem: '/path/index.html',
        host: 'www.example.com',
        status: 503,
        bytesSent: 24950,
        bytesReceived: 225,
        userAgent: 'curl/8.4.0',
        reason: 'made-here',
      },
    },
  ],
  source: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html',
} satisfies Format
