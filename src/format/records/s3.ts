import type { Format } from '../format.js'

const BEFORE = '$word $word [$time_local] $remote_addr $word $word $word $word '
const RESULT = ' $status $reason $bytes_sent $number $request_time_ms $number '
const AFTER = `${RESULT}"$http_referer" "$http_user_agent"`

export default {
  name: 's3',
  title: 'AWS S3 server access log; the error code is the reason',
  aliases: ['awss3'],
  server: 'aws-s3',
  family: 'own',
  layout: `${BEFORE}"$request"${AFTER}`,
  variants: [`${BEFORE}-${AFTER}`, `${BEFORE}-${RESULT}- - $version`],
  samples: [
    {
      line: '79a5 mybucket [06/Feb/2014:00:00:38 +0000] 192.0.2.3 79a5 3E57427F3EXAMPLE REST.GET.BUCKETPOLICY - "GET /mybucket?policy HTTP/1.1" 404 NoSuchBucketPolicy 297 - 38 - "-" "S3Console/0.4" -',
      entry: {
        clientIp: '192.0.2.3',
        method: 'GET',
        uriStem: '/mybucket',
        status: 404,
        bytesSent: 297,
        userAgent: 'S3Console/0.4',
        reason: 'NoSuchBucketPolicy',
      },
    },
    {
      line: '79a5 mybucket [06/Feb/2014:00:00:38 +0000] - - 3E57427F3EXAMPLE S3.EXPIRE.OBJECT a/b - 204 - - 297 - - "-" "-" -',
      entry: { status: 204, bytesSent: 0 },
    },
  ],
  source: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html',
} satisfies Format
