import type { Format } from '../format.js'

export default {
  name: 'couchdb',
  title: 'CouchDB',
  server: null,
  family: 'own',
  layout:
    '[notice] $time_iso8601 $node $process $nonce $host $remote_addr $user $request_method $request_uri $status $outcome $request_time_ms',
  samples: [
    {
      line: '[notice] 2026-11-22T14:05:01.123456Z couchdb@127.0.0.1 <0.9.0> 1a2b3c4d5e db.example.com:5984 192.0.2.7 admin GET /_all_dbs?x 404 ok 12',
      entry: { clientIp: '192.0.2.7', method: 'GET', uriStem: '/_all_dbs', status: 404, host: 'db.example.com:5984' },
    },
  ],
  source: 'https://docs.couchdb.org/en/stable/config/logging.html',
} satisfies Format
