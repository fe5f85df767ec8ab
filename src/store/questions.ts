/** A question that `logstat query NAME` answers. */
export interface Question {
  readonly name: string
  readonly title: { readonly en: string; readonly zh: string }
  /** Over the views of docs/schema.md, which stay when tables change. */
  readonly sql: string
}

/** Adding a question is adding a record: help, list and tests come from this table. */
export const QUESTIONS: readonly Question[] = [
  {
    name: 'codes-by-hour',
    title: { en: 'Status codes hour by hour, the newest first', zh: '按小时统计的状态码，最新的在前' },
    sql: 'SELECT hour_utc, status, substatus, win32_status, reason, hits FROM codes_by_hour ORDER BY hour_utc DESC, hits DESC LIMIT 200',
  },
  {
    name: 'codes-by-day',
    title: { en: 'Status codes day by day, the newest first', zh: '按天统计的状态码，最新的在前' },
    sql: 'SELECT day, status, substatus, win32_status, reason, hits FROM codes_by_day ORDER BY day DESC, hits DESC LIMIT 200',
  },
  {
    name: 'server-errors-by-day',
    title: {
      en: 'Requests of each day, and how many of them ended with 5xx',
      zh: '每天的请求数，以及其中 5xx 的数量和占比',
    },
    sql: `SELECT day, sum(hits) AS requests, sum(hits) FILTER (WHERE status BETWEEN 500 AND 599) AS server_errors,
  round(100.0 * sum(hits) FILTER (WHERE status BETWEEN 500 AND 599) / sum(hits), 2) AS percent
FROM codes_by_day GROUP BY day ORDER BY day DESC`,
  },
  {
    name: 'server-errors-by-source',
    title: { en: 'Logs and servers with the most 5xx', zh: '5xx 最多的日志和服务器' },
    sql: `SELECT machine, name, status, substatus, sum(hits) AS hits FROM codes_by_source
WHERE status BETWEEN 500 AND 599 GROUP BY 1, 2, 3, 4 ORDER BY hits DESC LIMIT 100`,
  },
  {
    name: 'failing-paths',
    title: { en: 'Paths with the most 5xx', zh: '5xx 最多的路径' },
    sql: 'SELECT status, substatus, path, hits, error FROM paths_by_code WHERE status BETWEEN 500 AND 599 ORDER BY hits DESC LIMIT 50',
  },
  {
    name: 'missing-paths',
    title: { en: 'Paths that do not exist (404) and are requested most', zh: '请求最多但不存在（404）的路径' },
    sql: 'SELECT path, sum(hits) AS hits, sum(error) AS error FROM paths_by_code WHERE status = 404 GROUP BY path ORDER BY hits DESC LIMIT 50',
  },
  {
    name: 'refused-clients',
    title: {
      en: 'Clients that were refused most (401, 403); on IIS with the sub-status and Win32 status',
      zh: '被拒绝（401、403）最多的客户端；IIS 日志附子状态和 Win32 状态',
    },
    sql: 'SELECT client, status, substatus, win32_status, hits, error FROM clients_by_code WHERE status IN (401, 403) ORDER BY hits DESC LIMIT 50',
  },
  {
    name: 'rejected-lines',
    title: { en: 'Samples of lines that were not understood', zh: '无法识别的行的样本' },
    sql: `SELECT source.name AS log, reason, line, text FROM reject_sample JOIN source ON source.id = source_id
ORDER BY source_id, line LIMIT 100`,
  },
]
