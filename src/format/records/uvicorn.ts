import type { Format } from '../format.js'

const REQUEST = '$client_and_port - "$request" $status'

export default {
  name: 'uvicorn',
  title: 'Uvicorn (FastAPI, Starlette, LiteLLM)',
  server: null,
  family: 'own',
  layout: `INFO: ${REQUEST}`,
  variants: [
    `$time_iso8601 INFO: ${REQUEST}`,
    'INFO: (\'$remote_addr\', $number) - "$request" $status',
    `$time_local - uvicorn.access - INFO - ${REQUEST}`,
    `$time_local INFO $logger - ${REQUEST}`,
  ],
  mayLackTime: true,
  samples: [
    {
      line: 'INFO:     192.0.2.1:52782 - "GET /models?a=b HTTP/1.1" 401 Unauthorized',
      entry: { clientIp: '192.0.2.1', method: 'GET', uriStem: '/models', status: 401 },
    },
    {
      line: '2026-11-22 14:05:01,123 - uvicorn.access - INFO - 2001:db8::1:52782 - "POST /login HTTP/1.1" 404',
      entry: { clientIp: '2001:db8::1', method: 'POST', uriStem: '/login', status: 404 },
    },
  ],
  source: 'https://www.uvicorn.org/settings/#logging',
} satisfies Format
