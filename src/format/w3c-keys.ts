import type { Keys } from './format.js'

/** W3C fields as keys of JSON, as `#Fields` writes them and as collectors do. */
export const W3C_KEYS = {
  status: ['sc-status', 'sc_status'],
  time: ['@timestamp', 'timestamp', 'datetime', 'time'],
  date: ['date'],
  clientIp: ['c-ip', 'c_ip', 'cs-ip'],
  method: ['cs-method', 'cs_method'],
  uri: ['cs-uri-stem', 'cs_uri_stem', 'cs-uri'],
  bytesSent: ['sc-bytes', 'sc_bytes'],
  bytesReceived: ['cs-bytes', 'cs_bytes'],
  timeTaken: ['time-taken', 'time_taken'],
  referer: ['cs(Referer)', 'cs_referer', 'cs(referer)'],
  userAgent: ['cs(User-Agent)', 'cs_user_agent', 'cs(user-agent)'],
  host: ['cs-host', 'cs_host', 'cs(Host)', 's-sitename'],
} satisfies Keys

/** The keys that IIS adds to those of W3C. */
export const IIS_KEYS = {
  substatus: ['sc-substatus', 'sc_substatus'],
  win32Status: ['sc-win32-status', 'sc_win32_status'],
} satisfies Partial<Keys>
