import type { Format } from '../format.js'

// Which fields are written is chosen by whoever sets the log up; this is all of them in the order in which they are
// always written.
export default {
  name: 'cloudfront-realtime',
  title: 'AWS CloudFront real-time log (all fields, between tabs)',
  server: 'aws-cloudfront',
  family: 'own',
  reasonOfErrors: true,
  layout:
    '$msec\t$remote_addr\t$first_byte\t$status\t$bytes_sent\t$request_method\t$protocol\t$host\t$uri\t$request_length\t$edge\t$request_id\t$x_host_header\t$request_time\t$version\t$ip_version\t$http_user_agent\t$http_referer\t$cookie\t$query\t$response_result\t$x_forwarded_for\t$ssl_protocol\t$ssl_cipher\t$result\t$fle_fields\t$fle_status\t$content_type\t$content_length\t$range_start\t$range_end\t$port\t$reason\t$country',
  samples: [
    {
      line: '1795514400.123\t203.0.113.7\t0.082\t502\t1045\tGET\thttps\twww.example.com\t/a?b=1\t312\tFRA56-P1\txyz==\td111111abcdef8.cloudfront.net\t0.083\tHTTP/2.0\tIPv4\tMozilla/5.0%20(X11)\thttps://example.com/?q=1\t-\tb=1\tError\t-\tTLSv1.3\tTLS_AES_128_GCM_SHA256\tError\t-\t-\ttext/html\t1045\t-\t-\t53124\tOriginConnectError\tDE\tgzip\t*/*\t*\thost:www.example.com\thost\t1',
      entry: {
        clientIp: '203.0.113.7',
        method: 'GET',
        uriStem: '/a',
        status: 502,
        bytesSent: 1045,
        bytesReceived: 312,
        host: 'www.example.com',
        userAgent: 'Mozilla/5.0%20(X11)',
        referer: 'https://example.com/',
        reason: 'OriginConnectError',
      },
    },
    {
      line: '1795514401.004\t2001:db8::7\t0.001\t200\t5321\tGET\thttps\twww.example.com\t/\t100\tFRA56-P1\tabc==\td111111abcdef8.cloudfront.net\t0.001\tHTTP/1.1\tIPv6\tcurl/8.4.0\t-\t-\t-\tHit\t-\tTLSv1.3\tTLS_AES_128_GCM_SHA256\tHit\t-\t-\ttext/html\t5000\t-\t-\t53124\tHit\tDE',
      entry: {
        clientIp: '2001:db8::7',
        method: 'GET',
        uriStem: '/',
        status: 200,
        bytesSent: 5321,
        bytesReceived: 100,
        host: 'www.example.com',
        userAgent: 'curl/8.4.0',
      },
    },
  ],
  source:
    'https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/real-time-logs.html#understand-real-time-log-config-fields',
} satisfies Format
