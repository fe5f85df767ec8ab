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
  variants: [
    `${BEFORE}-${AFTER}`,
    `${BEFORE}-${RESULT}- - $version`,
    // A quote that a client put into its request is not escaped.
    `${BEFORE}"$request HTTP/$http_version" ${AFTER.trimStart()}`,
    // Cut short.
    `${BEFORE}"$request"${RESULT}"$rest`,
    `${BEFORE}"$request" $status $reason $bytes_sent`,
  ],
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
    {
      line: 'f383 b [20/Jun/2019:03:51:36 +0000] 192.0.2.4 - 63DA REST.GET.OBJECT %2522 "GET /a" HTTP/1.1" 403 AccessDenied 243 - 8 - "-" "curl/8" -',
      entry: {
        clientIp: '192.0.2.4',
        method: 'GET',
        uriStem: '/a"',
        status: 403,
        bytesSent: 243,
        userAgent: 'curl/8',
        reason: 'AccessDenied',
      },
    },
    {
      line: '79a5 mybucket [06/Feb/2014:00:00:38 +0000] 192.0.2.3 79a5 3E57427F3EXAMPLE REST.GET.OBJECT a "GET /a HTTP/1.1" 404 NoSuchKey 297',
      entry: { clientIp: '192.0.2.3', method: 'GET', uriStem: '/a', status: 404, bytesSent: 297, reason: 'NoSuchKey' },
    },
  ],
  source: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html',
} satisfies Format
