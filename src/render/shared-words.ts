import type { Text } from '../catalogue/note.js'

/** Words of both the page and the other outputs for people. */
export const SHARED_WORDS = {
  codes: { en: 'Codes', zh: '状态码' },
  p95: { en: 'p95', zh: 'p95' },
  ongoing: { en: 'still going on', zh: '仍在持续' },
  usually: { en: 'Usually', zh: '常见原因' },
  check: { en: 'Check', zh: '检查' },
  paths: { en: 'Paths', zh: '路径' },
  clientList: { en: 'Clients', zh: '客户端' },
  referers: { en: 'Referers', zh: '来源页' },
  source: { en: 'Source', zh: '参考来源' },
} as const satisfies Record<string, Text>
