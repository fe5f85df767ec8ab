import type { Text } from '../catalogue/note.js'
import type { Change, Summary } from '../report/summary.js'
import { count, padEnd, padStart, visible } from './cells.js'
import type { RenderOptions } from './render.js'
import { style } from './style.js'

const WORDS: Readonly<Record<string, Text>> = {
  requests: { en: 'requests', zh: '请求' },
  problems: { en: 'problems', zh: '问题' },
  '4xx': { en: '4xx', zh: '4xx' },
  '5xx': { en: '5xx', zh: '5xx' },
}

/** What stands above the report of a day: thresholds first, then the day beside the one before. */
export function renderSummary({ day, isYesterday, report, changes, newCodes, alerts }: Summary, { color }: RenderOptions): string {
  const zh = report.language === 'zh'
  const s = style(color)
  const lines = [s.bold(zh ? `${day} 汇总` : `Summary of ${day}`)]
  if (!isYesterday)
    lines.push(s.warn(zh ? `昨天没有任何请求；以下为最近有请求的一天 ${day}。` : `No requests yesterday; this is ${day}, the last day that has some.`))
  for (const a of alerts) {
    const text = zh ? `${a.passed ? '超过阈值' : '未超阈值'}：${a.text}(当前 ${a.shown})` : `${a.passed ? 'PASSED' : 'ok'}  ${a.text}  (it is ${a.shown})`
    lines.push(`  ${a.passed ? s.bad(text) : s.faint(text)}`)
  }
  lines.push(zh ? '与前一天相比：' : 'Beside the day before:')
  for (const c of changes) lines.push(`  ${padEnd(WORDS[c.what]?.[report.language] ?? c.what, 10)}${padStart(count(c.now), 14)}  ${changeText(c, zh)}`)
  if (newCodes.length) lines.push(`  ${zh ? '新出现的状态码' : 'new codes'}: ${newCodes.map(visible).join(' · ')}`)
  return `${lines.join('\n')}\n\n`
}

function changeText({ now, before }: Change, zh: boolean): string {
  if (now === before) return zh ? '不变' : 'the same'
  if (before === 0) return zh ? '前一天为 0' : 'none before'
  const change = ((now - before) / before) * 100
  return `${change > 0 ? '▲' : '▼'} ${Math.abs(change).toFixed(Math.abs(change) < 10 ? 1 : 0)} %  (${zh ? '前一天' : 'was'} ${count(before)})`
}
