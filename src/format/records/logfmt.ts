import type { Format } from '../format.js'
import json from './json.js'

const { json: keys } = json

export default {
  name: 'logfmt',
  title: 'logfmt, key=value, with keys as people name them (Go services, Navidrome)',
  server: null,
  family: 'own',
  inside: 'logfmt',
  absoluteUri: true,
  json: {
    ...keys,
    time: [...keys.time, 't', 'logged_at'],
    clientIp: [...keys.clientIp, 'remote', 'addr', 'peer', 'fwd'],
    bytesSent: [...keys.bytesSent, 'responseSize', 'resp_size', 'bytes_out'],
    timeTaken: [...keys.timeTaken, 'elapsedTime', 'elapsed', 'took', 'dur'],
  },
  mayLackTime: true,
  samples: [
    {
      line: 'ts=2024-05-01T10:00:01Z level=error method=POST path="/b c" status=500 duration=1.2s remote=192.0.2.1',
      entry: { clientIp: '192.0.2.1', method: 'POST', uriStem: '/b c', status: 500 },
    },
    {
      line: 'time="2026-01-30T05:07:37Z" level=warning msg="HTTP: POST http://music.example.com/auth/login" elapsedTime=8.5ms httpStatus=401 remoteAddr="2001:db8::1" requestId=a/b-1 responseSize=40 userAgent="Mozilla/5.0 (X11)"',
      entry: {
        clientIp: '2001:db8::1',
        method: 'POST',
        uriStem: '/auth/login',
        status: 401,
        bytesSent: 40,
        host: 'music.example.com',
        userAgent: 'Mozilla/5.0 (X11)',
      },
    },
  ],
  source: 'https://brandur.org/logfmt',
} satisfies Format
