import type { Command, Option } from 'commander'
import { LANGUAGES } from '../catalogue/note.js'
import type { Words } from '../errors.js'
import { AGAINST, PERIOD_KINDS } from '../summary/period.js'
import { duration } from './duration.js'
import * as options from './options.js'
import { option } from './options.js'

// The commands, a record each. The work of a command is in its own file, loaded when it is called.

export interface CommandRecord {
  readonly name: string
  readonly about: Words
  /** The operand as commander writes it (`<paths...>`, `[question]`), and its description. */
  readonly operands?: readonly [syntax: string, words: Words]
  readonly options: () => readonly Option[]
  /** @returns the exit status */
  readonly run: (operands: string[], command: Command) => Promise<number>
}

const LOGS: Words = { en: 'log files, directories or patterns', zh: '日志文件、目录或通配符' }
/** Kinds that lists and tables beside the report are printed in. */
const TABLE_KINDS = ['text', 'json'] as const
const mandatoryDb = (): Option => options.db().makeOptionMandatory()

export const COMMANDS: readonly CommandRecord[] = [
  {
    name: 'ingest',
    about: {
      en: 'add logs to a database; lines that are in it already are not counted again',
      zh: '将日志加入数据库；其中已有的行不会重复计数',
    },
    operands: ['<paths...>', LOGS],
    options: () => [
      mandatoryDb(),
      options.tz(),
      option('--source <name>', {
        en: 'name of standard input in the database; all of its lines are added, even if they were added before',
        zh: '标准输入在数据库中的名称；它的每一行都会加入，即使以前加入过',
      }),
      option('--anonymize <how>', {
        en: 'anonymise client addresses in this database',
        zh: '在该数据库中对客户端地址做匿名处理',
      }).choices(['truncate', 'hash']),
      option('--follow', {
        en: 'keep running and ingest new lines as logs grow and rotate',
        zh: '持续运行，随日志增长和轮转加入新行',
      }),
      option('--interval <seconds>', { en: 'how often --follow looks', zh: '--follow 每隔多少秒检查一次' })
        .argParser(options.whole)
        .default(3),
      options.alsoPush(),
      option('--push-every <age>', {
        en: 'how often --follow pushes (default: 5m)',
        zh: '--follow 每隔多久推送一次（默认 5m）',
      }).argParser(duration),
      options.asServer(),
      ...options.reading(),
    ],
    run: async (paths, command) => (await import('./ingest.js')).ingest(paths, command.opts()),
  },
  {
    name: 'sources',
    about: {
      en: 'list ingested logs, with position and time of last read',
      zh: '列出已读入的日志及最近读取的位置和时间',
    },
    options: () => [mandatoryDb(), options.tz(), options.format(TABLE_KINDS)],
    run: async (_, command) => (await import('./sources.js')).sources(command.opts()),
  },
  {
    name: 'forget',
    about: {
      en: "undo an import: remove a log's counts from a database",
      zh: '撤销读入：从数据库中移除某个日志的计数',
    },
    operands: [
      '<sources...>',
      { en: 'logs, or their numbers in logstat sources', zh: '日志，或其在 logstat sources 中的编号' },
    ],
    options: () => [mandatoryDb(), options.quiet()],
    run: async (names, command) => (await import('./forget.js')).forget(names, command.opts()),
  },
  {
    name: 'merge',
    about: {
      en: 'join databases, of several servers for example, into a new one',
      zh: '将多个数据库（例如来自多台服务器）合并为一个新数据库',
    },
    operands: ['<databases...>', { en: 'databases that logstat ingest made', zh: '由 logstat ingest 生成的数据库' }],
    options: () => [
      option('-o, --output <file>', { en: 'the new database', zh: '新数据库' }).makeOptionMandatory(),
      options.quiet(),
    ],
    run: async (files, command) => (await import('./merge.js')).merge(files, command.opts()),
  },
  {
    name: 'prune',
    about: {
      en: 'keep a database small: delete old data and roll older counts up to hours or days',
      zh: '控制数据库大小：删除旧数据，并将较早的计数按小时或按天汇总',
    },
    options: () => [
      mandatoryDb(),
      option('--keep <age>', {
        en: 'delete counts that are older, e.g. 90d',
        zh: '删除早于此期限的计数，例如 90d',
      }).argParser(duration),
      option('--minutes <age>', {
        en: 'roll data older than this up to hours (setting is saved)',
        zh: '将早于此期限的数据按小时汇总（设置会保存）',
      }).argParser(duration),
      option('--hours <age>', {
        en: 'roll data older than this up to days (setting is saved)',
        zh: '将早于此期限的数据按天汇总（设置会保存）',
      }).argParser(duration),
      options.tz(),
      options.quiet(),
    ],
    run: async (_, command) => (await import('./prune.js')).pruneDatabase(command.opts()),
  },
  {
    name: 'doctor',
    about: { en: 'check whether a database is sound', zh: '检查数据库是否完好' },
    options: () => [mandatoryDb()],
    run: async (_, command) => (await import('./doctor.js')).doctor(command.opts()),
  },
  {
    name: 'report',
    about: { en: 'report what a database holds', zh: '报告数据库中的内容' },
    options: () => [
      mandatoryDb(),
      options.failOn(),
      options.minRequests(),
      options.server(),
      ...options.printing(),
      options.brief(),
      ...options.selecting(),
    ],
    run: async (_, command) => (await import('./report.js')).reportDatabase(command.opts()),
  },
  {
    name: 'query',
    about: {
      en: 'ask a database in SQL (read-only), or by the name of a ready question; without either, list the ready questions',
      zh: '用 SQL（只读）或现成问题的名称查询数据库；两者都不给时列出现成的问题',
    },
    operands: ['[question]', { en: "a name of that list, or SQL: 'SELECT …'", zh: "列表中的名称，或 SQL：'SELECT …'" }],
    options: () => [
      options.db(),
      option('--schema', { en: 'print the tables and views', zh: '显示表和视图' }),
      options.format(['text', 'csv', 'tsv', 'json']),
      option('-o, --output <file>', {
        en: 'write to a file; the extension .csv, .tsv or .json chooses the kind',
        zh: '写入文件；由扩展名 .csv、.tsv 或 .json 决定类型',
      }),
      options.lang(),
    ],
    run: async ([question], command) => (await import('./query.js')).query(question, command.opts()),
  },
  {
    name: 'iis',
    about: {
      en: 'break down IIS logs, or a database of them: status, then sub-status, then Win32 status',
      zh: '逐级细分 IIS 日志（或其数据库）：状态码、子状态、Win32 状态',
    },
    operands: ['[paths...]', LOGS],
    options: () => [
      options.db(),
      options.failOn(),
      options.minRequests(),
      ...options.reading(),
      ...options.printing(),
      ...options.filteringOrSelecting(),
    ],
    run: async (paths, command) => (await import('./report.js')).iis(paths, command.opts()),
  },
  {
    name: 'summary',
    about: {
      en: 'for cron: add what is new in the logs, report the last complete day (hour, week, month) beside the one before, alert',
      zh: '供 cron 使用：加入日志中的新内容，汇总最近一个完整的自然日（小时、周、月）并与前一个对比，必要时报警',
    },
    operands: [
      '[paths...]',
      {
        en: 'log files, directories or patterns; or the name of a job of the configuration',
        zh: '日志文件、目录或通配符；或配置中某个作业的名称',
      },
    ],
    options: () => [
      options.db(),
      options.failOn(),
      options.minRequests(),
      option('--period <kind>', { en: 'what is summed up', zh: '汇总的时段' }).choices(PERIOD_KINDS).default('day'),
      option('--against <which>', {
        en: 'what it is set beside: the period before, or the same weekday a week before',
        zh: '对比对象：前一个时段，或一周前的同一天',
      })
        .choices(AGAINST)
        .default('previous'),
      option('--day <date>', {
        en: 'look up the period that this is in (YYYY-MM-DD, for an hour "YYYY-MM-DD HH:MM"); nothing is caught up or remembered',
        zh: '查看该日期所在的时段（YYYY-MM-DD，小时写成 "YYYY-MM-DD HH:MM"）；不补报，也不记录',
      }),
      options.alsoPush(),
      options.asServer(),
      option('--quiet-if-ok', {
        en: 'print nothing at all unless the exit status is 1 or 2',
        zh: '除非退出状态为 1 或 2，否则不显示任何内容',
      }),
      ...options.reading(),
      ...options.printing(),
      options.brief(),
      ...options.selecting(),
    ],
    run: async (paths, command) => (await import('./summary.js')).summary(paths, command),
  },
  {
    name: 'push',
    about: {
      en: 'send what is new in a database to a centre that many servers share',
      zh: '将数据库中的新内容发送到多台服务器共用的中心库',
    },
    options: () => [
      mandatoryDb(),
      options.centre().makeOptionMandatory(),
      options.asServer(),
      option('--lists-every <age>', {
        en: 'send lists of paths, clients, … not with each push but so often, e.g. 1h; counts are always sent',
        zh: '路径、客户端等列表不必每次推送，而是按此间隔发送，例如 1h；计数总会发送',
      }).argParser(duration),
      option('--take-over', {
        en: 'go on with logs that another database has pushed, because that one is gone for good',
        zh: '接手由另一个数据库推送过的日志，因为那个数据库已不再使用',
      }),
      option('--timeout <seconds>', {
        en: 'how long a centre that does not answer is tried',
        zh: '中心库无响应时尝试多久',
      })
        .argParser(options.whole)
        .default(60),
      options.quiet(),
    ],
    run: async (_, command) => (await import('./push.js')).pushDatabase(command.opts()),
  },
  {
    name: 'fleet',
    about: {
      en: 'look after a centre: init makes its tables, servers lists who pushes, prune deletes old counts, roll-up adds up lists of closed days, doctor checks it',
      zh: '维护中心库：init 建表，servers 列出推送的服务器，prune 删除旧计数，roll-up 汇总已结束日期的列表，doctor 检查',
    },
    operands: [
      '<action>',
      { en: 'init, servers, prune, roll-up or doctor', zh: 'init、servers、prune、roll-up 或 doctor' },
    ],
    options: () => [
      options.centre().makeOptionMandatory(),
      option('--max-age <age>', {
        en: 'servers: exit with 1 when one has not pushed for so long (default: 15m)',
        zh: 'servers：有服务器超过此时间未推送时以 1 退出（默认 15m）',
      }).argParser(duration),
      option('--keep <age>', {
        en: 'prune: delete counts that are older, in whole months',
        zh: 'prune：删除早于此期限的计数（按整月）',
      }).argParser(duration),
      option('--minutes <age>', {
        en: 'prune: keep only hours of what is older',
        zh: 'prune：早于此期限的只保留每小时计数',
      }).argParser(duration),
      option('--lists <age>', {
        en: 'prune: of older lists keep only those over all servers',
        zh: 'prune：早于此期限的列表只保留全部服务器的汇总',
      }).argParser(duration),
      options.tz(),
      options.format(TABLE_KINDS),
      options.quiet(),
    ],
    run: async ([action = ''], command) => (await import('./fleet.js')).fleet(action, command.opts()),
  },
  {
    name: 'config',
    about: {
      en: 'check a configuration: what it says, where secrets are, and what is wrong with it',
      zh: '检查配置：内容、密钥所在位置以及有何错误',
    },
    operands: [
      '<check> [file]',
      {
        en: 'check, and the configuration (default: logstat.config.json)',
        zh: 'check，以及配置文件（默认：logstat.config.json）',
      },
    ],
    options: () => [options.lang()],
    run: async (words, command) => (await import('./config-check.js')).configCheck(words, command.opts()),
  },
  {
    name: 'schedule',
    about: {
      en: 'have a summary of the configuration run by itself: print what a scheduler needs, install or remove it',
      zh: '让配置中的汇总作业自动运行：显示、安装或移除计划任务所需的内容',
    },
    operands: [
      '<action> <job>',
      { en: 'print, install or remove; and the name of a job', zh: 'print、install 或 remove；以及作业名称' },
    ],
    options: () => [
      option('--with <scheduler>', {
        en: 'cron, systemd, or the Task Scheduler of Windows (default: cron, on Windows its own)',
        zh: 'cron、systemd 或 Windows 任务计划程序（默认：cron；在 Windows 上为其自带程序）',
      }).choices(['cron', 'systemd', 'windows']),
      option('--at <time>', {
        en: 'time of the day, after the logs were rotated; of an hourly job its minute',
        zh: '一天中的时间，应在日志轮转之后；对每小时的作业只取分钟',
      }).default('06:05'),
      option('--yes', { en: 'install or remove without a question', zh: '不经询问直接安装或移除' }),
      options.lang(),
    ],
    run: async (words, command) => (await import('./schedule.js')).schedule(words, command.opts()),
  },
  {
    name: 'explain',
    about: { en: 'explain codes, without a log', zh: '解释状态码，无需日志' },
    operands: [
      '<codes...>',
      {
        en: 'e.g. 404, 403.14, 401.1/2148074254, 4xx, win32:64, 0x8007007E, httperr:QueueFull',
        zh: '例如 404、403.14、401.1/2148074254、4xx、win32:64、0x8007007E、httperr:QueueFull',
      },
    ],
    options: () => [
      options.owner(),
      options.lang([...LANGUAGES, 'both']),
      options.format(['text', 'json', 'md']),
      options.color(),
      options.noPager(),
    ],
    run: async (codes, command) => (await import('./explain.js')).explainCodes(codes, command.opts()),
  },
  {
    name: 'codes',
    about: { en: 'list the codes that are explained, or search them', zh: '列出或搜索目录中的状态码' },
    operands: [
      '[words...]',
      {
        en: 'a code, or words in English or Chinese; all of them must occur',
        zh: '状态码，或中英文词语；必须全部出现',
      },
    ],
    options: () => [
      options.owner(),
      options.lang(),
      options.format(['text', 'json', 'md']),
      options.color(),
      options.noPager(),
    ],
    run: async (words, command) => (await import('./codes.js')).codes(words, command.opts()),
  },
  {
    name: 'findings',
    about: {
      en: 'list what a report can find in a log; with a name: when it says so',
      zh: '列出报告可发现的问题；指定名称时说明其条件',
    },
    operands: ['[names...]', { en: 'e.g. outage, broken-link', zh: '例如 outage、broken-link' }],
    options: () => [options.lang(), options.format(TABLE_KINDS)],
    run: async (names, command) => (await import('./findings.js')).findings(names, command.opts()),
  },
  {
    name: 'formats',
    about: { en: 'list the log formats that are read', zh: '列出支持的日志格式' },
    options: () => [options.format(TABLE_KINDS)],
    run: async (_, command) => (await import('./formats.js')).formats(command.opts()),
  },
  {
    name: 'completion',
    about: {
      en: 'print a script that completes commands and options in a shell: eval "$(logstat completion bash)"',
      zh: '输出 shell 的命令和选项补全脚本：eval "$(logstat completion bash)"',
    },
    operands: ['<shell>', { en: 'bash, zsh, fish or powershell', zh: 'bash、zsh、fish 或 powershell' }],
    options: () => [],
    run: async ([shell]) => (await import('./completion.js')).printScript(shell ?? ''),
  },
  {
    name: 'detect',
    about: { en: 'identify log formats and show why', zh: '识别日志格式并说明依据' },
    operands: ['<paths...>', LOGS],
    options: () => [...options.formats(), options.format(TABLE_KINDS), options.lang(), options.color()],
    run: async (paths, command) => (await import('./detect.js')).detectFiles(paths, command.opts()),
  },
]
