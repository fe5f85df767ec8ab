import type { Format } from '../format.js'

export default {
  name: 'aws-api-gateway',
  title: 'AWS API Gateway (CLF)',
  server: null,
  family: 'clf',
  layout: '$remote_addr $ident $remote_user [$time_local]"$request" $status $body_bytes_sent $request_id',
  samples: [
    {
      line: '192.0.2.1 - - [09/Apr/2019:12:34:57 +0000]"GET /b HTTP/1.1" 404 16 c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
      entry: { clientIp: '192.0.2.1', method: 'GET', uriStem: '/b', status: 404, bytesSent: 16 },
    },
  ],
  source:
    'https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html#apigateway-cloudwatch-log-formats',
} satisfies Format
