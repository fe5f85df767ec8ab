import type { Format } from '../format.js'
import json from './json.js'

export default {
  name: 'csv',
  title: 'A table of separated values with keys of JSON as its columns (exports of Kibana, OpenSearch, Grafana)',
  server: null,
  family: 'own',
  inside: 'csv',
  json: json.json,
  samples: [
    {
      line: '@timestamp,source.ip,http.request.method,url.path,http.response.status_code,http.response.body.bytes\n"Nov 22, 2026 @ 14:05:01.000",192.0.2.7,GET,"/a, b",404,"153"',
      entry: { clientIp: '192.0.2.7', method: 'GET', uriStem: '/a, b', status: 404, bytesSent: 153 },
    },
  ],
  source: 'https://www.rfc-editor.org/rfc/rfc4180',
} satisfies Format
