import type { Words } from '../errors.js'

/** Statuses that most logs hold. */
const FREQUENT = new Set([
  200, 201, 202, 204, 206, 301, 302, 303, 304, 307, 308, 400, 401, 403, 404, 405, 408, 409, 410, 413, 416, 422, 429,
  499, 500, 502, 503, 504,
])

/**
 * Whether the second number behind the request is rather the status, as in `"GET /a" 512 404`: a layout is told by its
 * shape, and both numbers may have three digits.
 *
 * @param texts lines of a relative of the common log format
 */
export function shiftedStatus(texts: readonly string[]): Words | undefined {
  let shifted = 0
  let right = 0
  let sample: readonly string[] = []
  for (const text of texts) {
    const [, first, second] = /" (\d{1,18}) (\d{3})(?!\d)/.exec(text) ?? []
    if (first === undefined || second === undefined) continue
    if (FREQUENT.has(Number(first))) right++
    else if (FREQUENT.has(Number(second))) shifted++
    if (FREQUENT.has(Number(second)) && first.length === 3 && !FREQUENT.has(Number(first))) sample = [first, second]
  }
  const [first, second] = sample
  if (shifted <= right || first === undefined) return undefined
  return {
    en: `the first number behind the request is read as the status, the second as bytes (${first}, ${second}); it looks as if they were the other way round`,
    zh: `请求后的第一个数字按状态码读取，第二个按字节数读取（${first}、${second}）；看起来正好相反`,
  }
}

export const SHIFTED_REMEDY: Words = {
  en: `If so, say how lines are written: --log-format '$remote_addr - $remote_user [$time_local] "$request" $body_bytes_sent $status'`,
  zh: `如果是这样，请说明格式：--log-format '$remote_addr - $remote_user [$time_local] "$request" $body_bytes_sent $status'`,
}
