import { num, percent, say } from '../finding.js'
import type { Rule } from '../rule.js'
import { sumsOf } from '../windows.js'

// The log itself: lines and times that cannot be read, gaps, a clock that went back.

export const linesNotUnderstood: Rule = {
  id: 'lines-not-understood',
  title: say('Lines of the log were not understood', '部分日志行无法识别'),
  looks: say('Lines that fit no layout.', '不符合任何格式的行。'),
  condition: say('10 and 1 % of all lines: watch.', '10 行且占全部行的 1 %：watch。'),
  severities: ['watch'],
  falseAlarms: say('A log of errors mixed in.', '混入了错误日志。'),
  *find({ evidence: { lines, rejected } }) {
    if (rejected < 10 || rejected < 0.01 * lines) return
    yield {
      severity: 'watch',
      title: say(`${num(rejected)} lines of the log were not understood`, `${num(rejected)} 行日志无法识别`),
      hits: rejected,
      code: '',
      verdict: 'unknown',
      boost: 0.1,
      evidence: [
        say(
          `${percent(rejected / lines)} of the lines: what they say is missing from all that follows.`,
          `占全部行的 ${percent(rejected / lines)}：其内容未计入以下结果。`,
        ),
      ],
      checks: [
        say(
          '`logstat detect FILE` says which format was found, and where lines stop to fit.',
          '`logstat detect FILE` 会说明识别出的格式以及不符之处。',
        ),
      ],
    }
  },
}

export const entriesWithoutTime: Rule = {
  id: 'entries-without-time',
  title: say('Entries have no time', '部分条目没有时间'),
  looks: say('Entries whose time cannot be read.', '时间无法识别的条目。'),
  condition: say('10 and 1 % of all entries: watch.', '10 条且占全部条目的 1 %：watch。'),
  severities: ['watch'],
  falseAlarms: say('A log that has no times at all: said once.', '完全没有时间的日志：仅提示一次。'),
  *find({ evidence: { entries, withoutTime } }) {
    if (withoutTime < 10 || withoutTime < 0.01 * entries) return
    yield {
      severity: 'watch',
      title: say(`${num(withoutTime)} entries have no time`, `${num(withoutTime)} 个条目没有时间`),
      hits: withoutTime,
      code: '',
      verdict: 'unknown',
      boost: 0.1,
      evidence: [
        say('Such entries belong to no day, so no period counts them.', '它们不属于任何一天，因此不计入任何时段。'),
      ],
      checks: [say('Compare the time stamps of such lines with the format.', '将这些行的时间戳与格式进行比较。')],
    }
  },
}

export const logGap: Rule = {
  id: 'log-gap',
  title: say('The log has a gap', '日志存在空档'),
  looks: say('Stretches without an entry, of 15 minutes to a day.', '15 分钟至一天没有任何条目的时段。'),
  condition: say(
    'The hours before and after let expect 60 entries in it, and have 60 each; at most 3 such gaps: watch.',
    '按前后一小时推算其间应有 60 个条目，且前后各有 60 个；此类空档不超过 3 个：watch。',
  ),
  severities: ['watch'],
  falseAlarms: say(
    'A site that sleeps at night, or a machine that is switched off at noon.',
    '夜间无访问的站点，或中午关闭的计算机。',
  ),
  *find(view) {
    const times = [...view.minutes.keys()].sort((a, b) => a - b)
    const rate = sumsOf(view.minutes)
    const gaps = times.flatMap((to, i) => {
      const from = (times[i - 1] ?? to) + 1
      return to - from >= 15 && to - from <= 1440 ? [{ from, to }] : []
    })
    const longest = gaps.reduce((n, g) => Math.max(n, g.to - g.from), 0)
    if (gaps.filter((g) => g.to - g.from >= 0.4 * longest).length > 3 || view.evidence.clients < 10) return
    for (const { from, to } of gaps) {
      const before = rate(from - 60, from)
      const after = rate(to, to + 60)
      if (Math.min(before, after) < 60 || (Math.min(before, after) * (to - from)) / 60 < 60) continue
      yield {
        severity: 'watch',
        title: say(
          `Nothing was logged from ${view.clock(from * 60)} to ${view.clock(to * 60)}`,
          `${view.clock(from * 60)} 至 ${view.clock(to * 60)} 没有任何日志`,
        ),
        hits: 0,
        code: '',
        verdict: 'unknown',
        first: from * 60,
        last: to * 60,
        people: (Math.min(before, after) * (to - from)) / 60,
        boost: 0.5,
        evidence: [
          say(
            `${num(to - from)} minutes without an entry; the hours beside it have ${num(before)} and ${num(after)}.`,
            `${num(to - from)} 分钟没有条目；前后一小时分别有 ${num(before)} 和 ${num(after)} 条。`,
          ),
        ],
        checks: [
          say(
            'Was the server down, or only its log (full disk, rotation)?',
            '是服务器停机，还是仅日志中断（磁盘已满、轮转）？',
          ),
        ],
      }
    }
  },
}

export const clockWentBack: Rule = {
  id: 'clock-went-back',
  title: say('The clock of the server went back', '服务器时钟回拨'),
  looks: say('Entries more than five minutes earlier than one before them.', '比前面的条目早 5 分钟以上的条目。'),
  condition: say(
    '5 or more, at most a tenth of the log, and less than 26 hours: watch.',
    '5 条及以上，不超过日志的十分之一，且不足 26 小时：watch。',
  ),
  severities: ['watch'],
  falseAlarms: say(
    'Logs put together in another order: then it is many entries, or days.',
    '合并顺序不同的日志：此时涉及大量条目或数天。',
  ),
  *find({ evidence: { backwards, backwardsSeconds, entries } }) {
    if (backwards < 5 || backwards > 0.1 * entries || backwardsSeconds > 26 * 3600) return
    yield {
      severity: 'watch',
      title: say('The clock of the server went back', '服务器时钟回拨'),
      hits: backwards,
      code: '',
      verdict: 'config',
      boost: 0.2,
      evidence: [
        say(
          `${num(backwards)} entries are earlier than one before them, by up to ${num(backwardsSeconds / 60)} minutes.`,
          `${num(backwards)} 个条目早于前面的条目，最多 ${num(backwardsSeconds / 60)} 分钟。`,
        ),
      ],
      checks: [
        say(
          'Look at the time service of the server (`timedatectl`, `w32tm /query /status`).',
          '检查服务器的时间服务（`timedatectl`、`w32tm /query /status`）。',
        ),
      ],
    }
  },
}
