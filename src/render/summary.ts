import type { Language, Text } from '../catalogue/note.js'
import type { Change, Summary } from '../report/summary.js'
import type { ThresholdResult } from '../report/thresholds.js'
import { count, padEnd, padStart, visible } from './cells.js'
import type { RenderOptions } from './render.js'
import { style } from './style.js'

const WORDS: Readonly<Record<string, Text>> = {
  requests: { en: 'requests', zh: '请求' },
  problems: { en: 'problems', zh: '问题' },
  '4xx': { en: '4xx', zh: '4xx' },
  '5xx': { en: '5xx', zh: '5xx' },
}

/** What stands above the report of a day: its thresholds first, then the day beside the one before. */
export function renderSummary(
  { day, period, requests, thresholds, changes, newCodes, undated, unjudged, lastDay }: Summary,
  language: Language,
  { color }: RenderOptions,
  stretch?: string,
): string {
  const zh = language === 'zh'
  const s = style(color)
  const of = stretch ?? day
  const lines = [s.bold(zh ? `${of} 汇总` : `Summary of ${of}`)]
  if (requests === 0) {
    lines.push(
      s.warn(
        stretch !== undefined
          ? zh
            ? `${of} 没有任何请求，无法判断是否正常。`
            : `No requests in ${of}, so it cannot be judged.`
          : zh
            ? `${day} 没有任何请求，无法判断当天是否正常。`
            : `No requests on ${day}, so the day cannot be judged.`,
      ),
    )
    if (lastDay !== null)
      lines.push(
        zh
          ? `最近有请求的一天是 ${lastDay}（--day ${lastDay}）。`
          : `The last day with requests is ${lastDay} (--day ${lastDay}).`,
      )
  }
  if (undated.withoutTime > 0) {
    const [some, all] = [count(undated.withoutTime), count(undated.entries)]
    const text = zh
      ? `新增的 ${all} 条记录中有 ${some} 条没有可读的时间，不属于任何一天。`
      : `No readable time in ${some} of ${all} new ${undated.entries === 1 ? 'entry' : 'entries'}: these belong to no day.`
    lines.push(unjudged.includes('without-time') ? s.bad(text) : s.warn(text))
  }
  for (const threshold of thresholds) lines.push(`  ${thresholdLine(threshold, zh, s)}`)
  const isDay = period === 'day'
  if (isDay) lines.push(zh ? '与前一天相比：' : 'Compared with the day before:')
  else lines.push(zh ? '与此前同样长的时段相比：' : 'Compared with as much time before it:')
  for (const c of changes)
    lines.push(
      `  ${padEnd(WORDS[c.what]?.[language] ?? c.what, 10)}${padStart(count(c.now), 14)}  ${changeText(c, zh, isDay)}`,
    )
  if (newCodes.length) lines.push(`  ${zh ? '新出现的状态码：' : 'new codes: '}${newCodes.map(visible).join(' · ')}`)
  return `${lines.join('\n')}\n\n`
}

function thresholdLine(threshold: ThresholdResult, zh: boolean, s: ReturnType<typeof style>): string {
  const { text, exceeded } = threshold
  const value = thresholdValue(threshold, zh ? 'zh' : 'en')
  if (exceeded === null) return s.warn(zh ? `无法判断：${text}，没有请求` : `NOT JUDGED  ${text}: no requests`)
  if (exceeded) return s.bad(zh ? `超过阈值：${text}，实际 ${value}` : `EXCEEDED  ${text}: ${value}`)
  return s.faint(zh ? `未超阈值：${text}，实际 ${value}` : `ok  ${text}: ${value}`)
}

/** What a threshold is held against, for people: `4.1 % (312 of 7,610)`. */
export function thresholdValue({ hits, requests, isShare }: ThresholdResult, language: Language = 'en'): string {
  if (!isShare) return count(hits)
  if (requests === 0) return '–'
  const share = Number(((hits / requests) * 100).toFixed(2))
  return language === 'zh'
    ? `${share}%（${count(requests)} 个请求中的 ${count(hits)} 个）`
    : `${share} % (${count(hits)} of ${count(requests)})`
}

/** The key `summary` of the JSON report. */
export function summaryJson(summary: Summary): Record<string, unknown> {
  return {
    ...summary,
    thresholds: summary.thresholds.map((t) => ({
      text: t.text,
      value: thresholdValue(t),
      exceeded: t.exceeded,
      hits: t.hits,
      requests: t.requests,
    })),
  }
}

function changeText({ now, before }: Change, zh: boolean, isDay: boolean): string {
  if (now === before) return zh ? '不变' : 'unchanged'
  if (before === 0) return zh ? (isDay ? '前一天为 0' : '此前为 0') : isDay ? 'none the day before' : 'none before'
  const change = ((now - before) / before) * 100
  return `${change > 0 ? '▲' : '▼'} ${Math.abs(change).toFixed(Math.abs(change) < 10 ? 1 : 0)}${zh ? `%（${isDay ? '前一天' : '此前'} ${count(before)}）` : ` %  (was ${count(before)})`}`
}
