import { readFileSync } from 'node:fs'
import stringWidth from 'string-width'
import { globSync } from 'tinyglobby'
import { beforeAll, describe, expect, it } from 'vitest'
import { codesPage } from '../docs/codes.js'
import { uselessAdvice, withAdvice } from '../src/catalogue/advice.js'
import { authorities, codesOf, win32Value } from '../src/catalogue/catalogue.js'
import { checkFile, readDataFiles } from '../src/catalogue/check-data.js'
import { lookUp } from '../src/catalogue/look-up.js'
import { LANGUAGES, type Note, type NoteFile, type Text } from '../src/catalogue/note.js'
import { answer, questionsOf } from '../src/catalogue/query.js'
import { LogstatError } from '../src/errors.js'
import { explainJson, explainMarkdown, explainText } from '../src/render/explain.js'
import { catalogueWidth } from '../src/render/lines.js'
import { compileSelection } from '../src/report/select.js'
import { compileThreshold } from '../src/threshold/grammar.js'
import { fixture, logstat, ROOT } from './support.js'

const FILES = readDataFiles()
const NOTES = FILES.flatMap(({ name, file }) =>
  file.notes.map((note) => ({ at: `${name}: ${note.code}`, owner: file.authority, note })),
)

/** As they are told: brief notes with the advice that fits. */
const TOLD = NOTES.map(({ at, owner, note }) => ({ at, owner, note: withAdvice(owner, note) }))

/** Texts a note says in sentences; its name and those of its variants are none. */
function sentencesOf(note: Note): Text[] {
  const remedy = note.remedy ? [note.remedy] : []
  return [
    note.meaning,
    ...(note.causes ?? []),
    ...(note.checks ?? []),
    ...remedy,
    ...(note.variants ?? []).flatMap((v) => [v.meaning, ...(v.checks ?? [])]),
  ]
}
function textsOf(note: Note): Text[] {
  return [note.name, ...(note.variants ?? []).map((v) => v.name), ...sentencesOf(note)]
}

describe('the catalogue is tidy', () => {
  it.each(FILES.map(({ name, file }) => [name, file] as const))('%s keeps the rules of a file', (name, file) => {
    expect(checkFile(name, file)).toEqual([])
  })

  it('has every code once under its authority, and every other spelling once', () => {
    const seen = new Set<string>()
    const twice: string[] = []
    for (const { owner, note } of NOTES)
      for (const key of [note.code, ...(note.aliases ?? [])].map((k) => `${owner}:${k}`)) {
        if (seen.has(key)) twice.push(key)
        seen.add(key)
      }
    expect(twice).toEqual([])
  })

  it('gives every authority one title', () => {
    const titles = new Map<string, Text>()
    for (const { name, file } of FILES) {
      expect(file.title, name).toEqual(titles.get(file.authority) ?? file.title)
      titles.set(file.authority, file.title)
    }
    expect([...titles.keys()].sort()).toEqual([...authorities()].sort())
  })

  it('says what happened in whole sentences', () => {
    const bad: string[] = []
    for (const { at, note } of NOTES)
      for (const { en, zh } of [note.meaning, ...(note.variants ?? []).map((v) => v.meaning)]) {
        if (!/[.!?]$/.test(en) || en.split(/\s+/).length < 3) bad.push(`${at}: ${en}`)
        if (!/[。！？]$/.test(zh) || zh.length < 6) bad.push(`${at}: ${zh}`)
      }
    expect(bad).toEqual([])
  })

  it('has causes and checks for every status; other numbers and reasons of vendors may be brief', () => {
    const whole = ['class', 'iana', 'iis', 'httperr', 'nginx']
    const brief = NOTES.filter(({ owner, note }) => owner !== 'win32' && !(note.causes && note.checks)).map(
      ({ owner, note }) => `${owner}:${note.code}`,
    )
    expect(brief.filter((code) => whole.includes(code.split(':')[0] as string) || /:\d{3}$/.test(code))).toEqual([])
  })

  it('says of every problem what to do first and what ends it or what to check next', () => {
    const quiet = new Set(['normal', 'noise'])
    const problems = TOLD.filter(({ note }) => !quiet.has(note.verdict))
    expect(problems.length).toBeGreaterThan(1500)
    expect(problems.filter(({ note }) => !note.checks?.length).map(({ at }) => at)).toEqual([])
    expect(problems.filter(({ note }) => note.checks?.length === 1 && !note.remedy).map(({ at }) => at)).toEqual([])
  })

  it('has no advice that no note takes', () => {
    expect(uselessAdvice(NOTES.map(({ owner, note }) => ({ authority: owner, note })))).toEqual([])
  })

  it('repeats no sentence in more than a few codes', () => {
    for (const language of LANGUAGES) {
      const users = new Map<string, Set<string>>()
      for (const { at, note } of NOTES)
        for (const text of sentencesOf(note))
          for (const sentence of text[language].split(/(?<=[.!?]) (?=[A-Z`])|(?<=[。！？])/)) {
            const known = users.get(sentence.trim()) ?? new Set()
            users.set(sentence.trim(), known.add(at))
          }
      expect(
        [...users].filter(([, codes]) => codes.size > 3).map(([sentence, codes]) => `${codes.size} × ${sentence}`),
        language,
      ).toEqual([])
    }
  })

  it('writes Chinese with Chinese punctuation', () => {
    const bad: string[] = []
    for (const { at, note } of TOLD)
      for (const { zh } of sentencesOf(note)) {
        // Commands and names are as they are.
        const plain = zh.replace(/`[^`]*`|“[^”]*”/g, 'x')
        if (/\p{Script=Han}\s*[,;!?()]|[,;(]\s*\p{Script=Han}|\p{Script=Han}[.:](?!\S*\w)/u.test(plain))
          bad.push(`${at}: ${zh}`)
        if (/\p{Script=Han} +\p{Script=Han}/u.test(plain)) bad.push(`${at}: blank between characters: ${zh}`)
      }
    expect(bad).toEqual([])
  })

  it('says the same thing with the same Chinese word, that of Microsoft where it has one', () => {
    const instead: Readonly<Record<string, RegExp>> = {
      帐户: /账户|账号|帐号/,
      身份验证: /身份认证|鉴权/,
      登录: /登陆/,
      默认: /缺省/,
      请求正文: /请求体|请求主体/,
      响应正文: /响应体/,
      标头: /首部|报头/,
      状态代码: /状态码/,
      未经授权: /未授权|未认证/,
      密码: /口令/,
      票证: /票据/,
      访问者: /访客(?! WLAN)/,
      应用程序池: /应用池|程序池(?<!应用程序池)/,
      请求筛选: /请求过滤/,
      失败请求跟踪: /失败请求追踪|请求失败跟踪/,
      处理程序映射: /处理器映射|处理程序映像/,
      直通身份验证: /传递身份验证/,
      托管捆绑包: /Hosting Bundle/,
      Microsoft: /微软/,
    }
    const wrong = TOLD.flatMap(({ at, note }) =>
      textsOf(note).flatMap(({ zh }) =>
        Object.entries(instead).flatMap(([word, not]) =>
          not.test(zh.replace(/`[^`]*`/g, '')) ? [`${at}: ${word}: ${zh}`] : [],
        ),
      ),
    )
    expect(wrong).toEqual([])
  })

  it('says in plain words what is meant', () => {
    const riddles =
      /\b(?:a finding|twin|innocent|rude(?:ly)?|first aid|letter for letter|is due|speaks? for|stands? in (?:the|a)|settles (?:it|this)|the guilty)\b/
    const wrong = TOLD.flatMap(({ at, note }) =>
      textsOf(note).flatMap(({ en }) => (riddles.test(en) ? [`${at}: ${en}`] : [])),
    )
    expect(wrong).toEqual([])
  })

  it('is measured in cells like any other text', () => {
    const wrong = TOLD.flatMap(({ at, note }) =>
      textsOf(note).flatMap((text) =>
        LANGUAGES.filter((l) => catalogueWidth(text[l]) !== stringWidth(text[l])).map((l) => `${at}: ${text[l]}`),
      ),
    )
    expect(wrong).toEqual([])
  })
})

describe('the check of a file', () => {
  const [{ name, file } = { name: '', file: {} as NoteFile }] = FILES.filter((f) => f.name === 'iana.yaml')
  /** What it says about the first note when that is changed. */
  const withFirst = (change: object): string[] => checkFile(name, { ...file, notes: [{ ...file.notes[0], ...change }] })

  it('refuses a source that has no address', () => {
    expect(withFirst({ source: 'RFC 9110 §15.2; somebody-told-me:1' })).toEqual([
      expect.stringContaining('source "somebody-told-me:1" is not in'),
    ])
    expect(withFirst({ source: '' })).toEqual([expect.stringContaining('source missing')])
  })

  it('refuses a condition that nobody can find out', () => {
    expect(withFirst({ when: { is: 'never-succeeds', verdict: 'server' } })).toEqual([])
    expect(withFirst({ when: { is: 'on-a-monday', verdict: 'server' } })).toEqual([
      expect.stringContaining('is on-a-monday; known: never-succeeds'),
    ])
    expect(withFirst({ when: { is: 'slow', verdict: 'server' } })).toEqual([
      expect.stringContaining('slow needs seconds'),
    ])
    expect(withFirst({ when: { is: 'burst', verdict: file.notes[0]?.verdict } })).toEqual([
      expect.stringContaining('that of the note already'),
    ])
  })
})

describe('commands for Windows inside notes', () => {
  /** What does not work in Windows PowerShell, in which an administrator of IIS pastes a command. */
  const FAULTS: Readonly<Record<string, RegExp>> = {
    'a variable of cmd': /%[A-Za-z][\w()]*%/,
    'curl is an alias: curl.exe': /(?:^|[|;(] *)curl /,
    'where is an alias: where.exe': /(?:^|[|;(] *)where /,
    'sc is an alias: sc.exe': /(?:^|[|;(] *)sc /,
    'a command of cmd': /(?:^|[|;(] *)(?:dir|type|copy|del|move|ren|rd|md|set|ver)(?: |$)/,
    'a command of a Unix shell': /(?:^|[|;(] *)(?:grep|tail|head|awk|sed|cat|sudo) /,
    'joined as in cmd': /&&|\|\|/,
    'a file of cmd': />\s*nul\b/i,
    'quotes escaped as in cmd': /\\"/,
    '@ begins a variable: quote it': /\s@\w/,
    'brackets of appcmd: quote them': /^appcmd [^"']*\[/,
    '! is a word of its own: quote it': /(?:-s|--status) !/,
  }
  const WINDOWS = new Set(['iis', 'httperr', 'win32', 'microsoft', 'microsoft-exchange', 'aspnet-core'])
  const COMMANDS = TOLD.filter(({ owner }) => WINDOWS.has(owner)).flatMap(({ at, note }) =>
    sentencesOf(note).flatMap((text) =>
      LANGUAGES.flatMap((l) =>
        [...text[l].matchAll(/`([^`]+)`/g)].map(([, command = '']) => ({ at: `${at} (${l})`, command })),
      ),
    ),
  )

  it('run in Windows PowerShell', () => {
    expect(COMMANDS.length).toBeGreaterThan(1000)
    const wrong = COMMANDS.flatMap(({ at, command }) =>
      // A query of Azure Monitor is no command of a shell, nginx stands on Linux, and `ExpandEnvironmentVariables` is
      // how PowerShell reads names of cmd.
      /^[A-Z]\w+Logs \||^nginx /.test(command)
        ? []
        : Object.entries(FAULTS).flatMap(([fault, pattern]) =>
            pattern.test(command.replace(/ExpandEnvironmentVariables\('[^']*'\)/, ''))
              ? [`${at}: ${fault}: ${command}`]
              : [],
          ),
    )
    expect(wrong).toEqual([])
  })

  it('are told to run where they run: each answer with appcmd says how to reach it', () => {
    for (const { at, owner, note } of NOTES)
      if (sentencesOf(note).some(({ en }) => /`appcmd /.test(en)))
        expect(explainText(answer(`${owner}:${note.code}`, null), 'en', false, 80), at).toContain('Set-Alias appcmd')
  })
})

describe('commands of logstat inside notes', () => {
  /** Options of a command, long and short, with whether they take a value. */
  const OPTIONS = new Map<string, Map<string, boolean>>()
  beforeAll(() => {
    const optionsOf = (help: string): Map<string, boolean> =>
      new Map(
        [...help.matchAll(/^ {2}(-\S.*?)(?: {2}|$)/gm)].flatMap(([, names = '']) =>
          [...names.matchAll(/(?<![\w<-])-{1,2}[a-zA-Z][\w-]*/g)].map(([name]) => [name, names.includes('<')] as const),
        ),
      )
    const main = logstat(['--help']).stdout
    OPTIONS.set('', optionsOf(main))
    for (const [, command = ''] of main.slice(main.indexOf('Commands:')).matchAll(/^ {2}([a-z]+) /gm))
      if (command !== 'help') OPTIONS.set(command, optionsOf(logstat([command, '--help']).stdout))
  }, 60_000)

  const COMMANDS = TOLD.flatMap(({ at, note }) =>
    sentencesOf(note).flatMap((text) =>
      LANGUAGES.flatMap((l) =>
        [...text[l].matchAll(/`logstat( [^`]*)?`/g)].map(([, rest = '']) => ({
          at: `${at} (${l})`,
          rest: rest.trim(),
        })),
      ),
    ),
  )

  it('use only commands, options and codes that logstat knows', () => {
    expect(COMMANDS.length).toBeGreaterThan(100)
    const wrong: string[] = []
    for (const { at, rest } of COMMANDS) {
      const all = [...rest.matchAll(/"[^"]*"|'[^']*'|\S+/g)].map(([w]) => w)
      const end = all.findIndex((w) => w === '|' || w === '>')
      const words = all.slice(0, end < 0 ? all.length : end).map((w) => w.replace(/^(["'])(.*)\1$/, '$2'))
      const command = OPTIONS.has(words[0] ?? '') ? (words.shift() as string) : ''
      const options = OPTIONS.get(command) as Map<string, boolean>
      const operands: string[] = []
      for (let i = 0; i < words.length; i++) {
        const word = words[i] as string
        if (!word.startsWith('-')) {
          operands.push(word)
          continue
        }
        const takesValue = options.get(word)
        if (takesValue === undefined) wrong.push(`${at}: logstat ${command} knows no ${word}`)
        const value = takesValue ? (words[++i] ?? '') : ''
        if (takesValue && value === '') wrong.push(`${at}: ${word} needs a value`)
        if (word === '-s' || word === '--status') tryIt(wrong, at, () => compileSelection(value))
        if (word === '--fail-on') tryIt(wrong, at, () => compileThreshold(value))
      }
      if (command === 'explain')
        for (const code of operands.filter((o) => o !== 'CODE')) tryIt(wrong, at, () => answer(code, null))
      if (command === '' && operands.some((o) => /^[a-z]+$/.test(o)))
        wrong.push(`${at}: logstat has no command ${operands.join(' ')}`)
    }
    expect(wrong).toEqual([])
  })

  function tryIt(wrong: string[], at: string, run: () => unknown): void {
    try {
      run()
    } catch (error) {
      if (!(error instanceof LogstatError)) throw error
      wrong.push(`${at}: ${error.message}`)
    }
  }
})

describe('the catalogue is complete', () => {
  const CODES = readFileSync(fixture('catalogue/codes.txt'), 'utf8')
    .split(/\r?\n/)
    .filter((line) => line !== '' && !line.startsWith('#'))

  it('explains every code of fixtures/catalogue/codes.txt, in both languages', () => {
    expect(CODES.length).toBeGreaterThan(1200)
    const missing = CODES.filter((query) => {
      try {
        const { found } = answer(query, null)
        return !found || LANGUAGES.some((l) => found.note.name[l] === '' || found.note.meaning[l] === '')
      } catch {
        return true
      }
    })
    expect(missing).toEqual([])
  })

  it('explains every code that occurs in the logs under fixtures/', () => {
    const missing: string[] = []
    for (const file of globSync('**/*.expected.json', { cwd: fixture('') })) {
      const { server, software, codes } = JSON.parse(readFileSync(fixture(file), 'utf8')) as {
        server: string | null
        software: string | null
        codes: Record<string, { win32: Record<string, number> }>
      }
      for (const [name, { win32 }] of Object.entries(codes)) {
        const [, status, sub, reason] = /^(-|\d{3})(?:\.(\d+))?(?: (.+))?$/.exec(name) ?? []
        const code = {
          status: status === '-' ? null : Number(status),
          substatus: sub === undefined ? null : Number(sub),
          reason: reason ?? null,
        }
        // Numbers that no server sends stand in the hostile ones, and are shown as themselves.
        if (code.status === null || code.status > 599) continue
        if (!lookUp(code, server, software)) missing.push(`${file}: ${name}`)
        for (const value of Object.keys(win32))
          if (win32Value(Number(value)).symbol === null && value !== '4294967295')
            missing.push(`${file}: Win32 ${value}`)
      }
    }
    expect(missing).toEqual([])
  })
})

describe('look-up', () => {
  const of = (...args: Parameters<typeof lookUp>): string => {
    const found = lookUp(...args)
    return found ? `${found.authority} ${found.note.code} (${found.level})` : 'nothing'
  }

  it('goes from the particular to the general, and says which it used', () => {
    expect(of({ status: 401, substatus: 1, win32Status: 2148074254 }, 'iis')).toBe('iis 401.1/2148074254 (win32)')
    expect(of({ status: 401, substatus: 1, win32Status: 7 }, 'iis')).toBe('iis 401.1 (substatus)')
    expect(of({ status: 404, substatus: 77 }, 'iis')).toBe('iis 404.77 (server)')
    expect(lookUp({ status: 404, substatus: 77 }, 'iis')?.note.name.en).toBe('Not found, sub-status set by a module')
    expect(of({ status: 402, substatus: 77 }, 'iis')).toBe('iana 402 (iana)')
    expect(of({ status: 404, substatus: null }, 'nginx')).toBe('nginx 404 (server)')
    expect(of({ status: 404, substatus: null }, 'caddy')).toBe('caddy 404 (server)')
    expect(of({ status: 409, substatus: null }, 'caddy')).toBe('iana 409 (iana)')
    expect(of({ status: 499, substatus: null }, null)).toBe('nginx 499 (other)')
    expect(of({ status: 479, substatus: null }, 'nginx')).toBe('class 4xx (class)')
    expect(of({ status: 999, substatus: null }, null)).toBe('nothing')
    expect(of({ status: null, reason: 'Timer_ConnectionIdle' }, 'httpsys')).toBe(
      'httperr Timer_ConnectionIdle (reason)',
    )
    expect(of({ status: 504, reason: 'sH--' }, 'haproxy')).toBe('haproxy sH (reason)')
    expect(of({ status: 502, reason: 'SH--' }, 'haproxy')).toBe('haproxy SH (reason)')
  })

  it('takes the owner whom the server names', () => {
    for (const [status, server] of [
      [499, 'cloudflare'],
      [530, 'cloudflare'],
      [451, 'microsoft-exchange'],
      [418, 'tencent-edgeone'],
      [423, 'tencent-cdn'],
      [540, 'tencent-cdn'],
    ] as const)
      expect(lookUp({ status }, server)?.authority).toBe(server)
  })

  it('finds the application behind a path, and what runs on a server', () => {
    const [activeSync, page] = [['/Microsoft-Server-ActiveSync/default.eas'], ['/index.html']]
    expect(of({ status: 451, substatus: 0, paths: activeSync }, 'iis')).toBe('microsoft-exchange 451 (server)')
    expect(of({ status: 451, substatus: 0, paths: [...activeSync, ...page] }, 'iis')).toBe('iana 451 (iana)')
    expect(of({ status: 451, substatus: 0, paths: page }, 'iis')).toBe('iana 451 (iana)')
    expect(of({ status: 440, substatus: 0 }, 'iis')).toBe('microsoft 440 (other)')
    expect(of({ status: 449, substatus: 0 }, 'iis')).toBe('microsoft 449 (other)')
    expect(of({ status: 499, substatus: 0 }, 'iis')).toBe('aspnet-core 499 (other)')
    expect(of({ status: 499 }, 'traefik')).toBe('traefik 499 (server)')
    expect(of({ status: 499 }, 'caddy')).toBe('caddy 499 (server)')
    expect(of({ status: 0 }, 'caddy')).toBe('caddy 0 (server)')
    expect(of({ status: 0, reason: 'TCP_MISS' }, 'squid')).toBe('squid TCP_MISS (reason)')
    expect(of({ status: 0 }, 'squid')).toBe('squid 000 (server)')
    expect(of({ status: 503, reason: 'backend_timeout' }, 'gcp')).toBe('gcp-load-balancer backend_timeout (reason)')
    expect(of({ status: 499 }, 'azure')).toBe('azure-application-gateway 499 (server)')
    expect(of({ status: 503, reason: 'UF,URX' }, 'envoy')).toBe('envoy UF,URX (reason)')
    expect(of({ status: 503, reason: 'IH--' }, 'haproxy')).toBe('haproxy IH-- (reason)')
    expect(lookUp({ status: 503, reason: 'UF,URX' }, 'envoy')?.note.verdict).toBe('backend')
  })

  it.each([
    ['451', ['microsoft-exchange']],
    [
      '499',
      [
        'cloudflare',
        'aspnet-core',
        'azure-application-gateway',
        'caddy',
        'esri',
        'tencent-cdn',
        'tencent-edgeone',
        'traefik',
      ],
    ],
    ['418', ['tencent-edgeone']],
    ['423', ['shopify', 'tencent-cdn', 'tencent-edgeone']],
    ['530', ['pantheon']],
    ['540', ['tencent-cdn']],
  ])('names all owners of %s when no server is known, each with its meaning', (code, owners) => {
    const asked = answer(code, null)
    expect(asked.others.map((o) => o.authority)).toEqual(owners)
    for (const l of LANGUAGES) {
      const text = explainText(asked, l, false, 1000).replace(/\s+/g, '')
      for (const { authority: owner, note } of asked.others)
        expect(text).toContain(`${owner}:${note.name[l]}`.replace(/\s+/g, ''))
    }
    expect((explainJson(asked, 'en').others as { authority: string }[]).map((o) => o.authority)).toEqual(owners)
  })

  it('chooses between generations of IIS by the #Software line', () => {
    const name = (code: string, version: string): string | undefined => {
      const [status, substatus] = code.split('.').map(Number)
      const found = lookUp(
        { status: status as number, substatus: substatus as number },
        'iis',
        `Microsoft Internet Information Services ${version}`,
      )
      return (found?.variant ?? found?.note)?.name.en
    }
    expect(name('403.10', '6.0')).toBe('Invalid configuration')
    expect(name('403.10', '10.0')).not.toBe('Invalid configuration')
    expect(name('500.19', '6.0')).not.toBe(name('500.19', '10.0'))
    expect(name('404.2', '6.0')).not.toBe(name('404.2', '8.5'))
    expect(name('404.3', '6.0')).not.toBe(name('404.3', '8.5'))
  })

  it('holds a delivered answer whose client had left for noise', () => {
    for (const status of [200, 206, 207, 301, 302, 304])
      for (const win32Status of [64, 995, 121, 1229, 1236, 10053, 10054]) {
        const found = lookUp({ status, substatus: 0, win32Status }, 'iis')
        expect(found?.note.verdict, `${status}.0/${win32Status}`).toBe('noise')
        expect(found?.level).toBe('win32')
      }
    expect(lookUp({ status: 304, substatus: 0, win32Status: 64 }, 'iis')?.note.basis).toBe('derived')
    // A page that failed is no better for it.
    expect(lookUp({ status: 500, substatus: 0, win32Status: 64 }, 'iis')?.note.verdict).toBe('server')
    expect(lookUp({ status: 404, substatus: 0, win32Status: 64 }, 'iis')?.note.verdict).toBe('client')
    // An old log has no sub-status codes.
    expect(lookUp({ status: 200, substatus: null, win32Status: 64 }, 'iis')?.note.code).toBe('200.0/64')
    expect(lookUp({ status: 404, substatus: null, win32Status: 2 }, 'iis')?.note.code).toBe('404.0/2')
    expect(lookUp({ status: 500, substatus: null, win32Status: 5 }, 'iis')?.note.code).toBe('500.0')
  })
})

describe('questions', () => {
  const told = (query: string, server: string | null = null): string => {
    const { found } = answer(query, server)
    return found ? `${found.authority} ${found.note.code}` : 'nothing'
  }

  it.each([
    ['4xx', 'class 4xx'],
    ['403', 'iana 403'],
    ['403.14', 'iis 403.14'],
    ['404.0/2', 'iis 404.0/2'],
    ['404/2', 'iis 404.0/2'],
    ['404 0 2', 'iis 404.0/2'],
    ['401.1/2148074254', 'iis 401.1/2148074254'],
    ['401.1/0x8009030E', 'iis 401.1/2148074254'],
    ['500-11', 'iis 500.11'],
    ['500-100', 'iis 500.100'],
    ['500-100.asp', 'iis 500.100'],
    ['502.3/0x80072EE2', 'iis 502.3/12002'],
    ['win32:64', 'win32 64'],
    ['win32:0x40', 'win32 64'],
    ['0x8009030E', 'win32 2148074254'],
    ['2148074254', 'win32 2148074254'],
    ['httperr:QueueFull', 'httperr QueueFull'],
    ['httperr:queuefull', 'httperr QueueFull'],
    ['QueueFull', 'httperr QueueFull'],
    ['haproxy:sH--', 'haproxy sH'],
    ['haproxy:SH--', 'haproxy SH'],
    ['304.0/1236', 'iis 2xx/1236'],
    ['2xx/1236', 'iis 2xx/1236'],
    ['Payload Too Large', 'iana 413'],
    ['000', 'nginx 000'],
    // As people copy a code, and as a report prints it.
    ['HTTP 403.14', 'iis 403.14'],
    ['HTTP 500-11', 'iis 500.11'],
    ['HTTP/1.1 404', 'iana 404'],
    ['HTTP/2 404 Not Found', 'iana 404'],
    ['404 Not Found', 'iana 404'],
    ['４０３．14', 'iis 403.14'],
    ['403．14', 'iis 403.14'],
    ['400 no-request', 'derived no-request'],
    ['503 N/A', 'httperr N/A'],
    ['- Client_Reset', 'httperr Client_Reset'],
    ['503 made-here', 'derived made-here'],
    ['504 sH--', 'haproxy sH'],
    ['sH--', 'haproxy sH'],
    ['NoSuchKey', 'aws-s3 NoSuchKey'],
    ['404 NoSuchKey', 'aws-s3 NoSuchKey'],
    // Reasons that are made of parts.
    ['IH--', 'haproxy IH--'],
    ['haproxy:SHVN', 'haproxy SHVN'],
    ['UF,URX', 'envoy UF,URX'],
    ['503 UF,URX', 'envoy UF,URX'],
    ['squid:TCP_MISS_ABORTED', 'squid TCP_MISS_ABORTED'],
    // A sub-status that nobody documents is told as one of its status.
    ['403.99', 'iis 403.99'],
  ])('%s is answered with %s', (query, expected) => {
    expect(told(query)).toBe(expected)
  })

  it('asks the server that was named', () => {
    expect(told('499', 'nginx')).toBe('nginx 499')
    expect(told('404', 'nginx')).toBe('nginx 404')
    expect(told('404', 'iis')).toBe('iis 404.0')
    // Only IIS has sub-status codes.
    expect(told('403.14', 'nginx')).toBe('iis 403.14')
  })

  it('decodes Win32 values that it does not know by rule', () => {
    expect(answer('win32:999999', null)).toMatchObject({
      found: undefined,
      win32: { value: 999999, hex: '0x000F423F', symbol: null, family: 'Win32' },
    })
    expect(answer('0x80990001', null)).toMatchObject({ win32: { value: 2157510657, family: 'HRESULT, facility 153' } })
    // The Win32 value inside an HRESULT is what IIS logs; what is known of it is told.
    expect(answer('0x80070002', null)).toMatchObject({
      win32: { inner: 2, symbol: expect.stringContaining('ERROR_FILE_NOT_FOUND') },
    })
    expect(answer('0x800704D3', null).win32).toMatchObject({ inner: 1235, symbol: expect.stringMatching(/^[A-Z_]/) })
    expect(answer('0xC000006D', null)).toMatchObject({ win32: { family: 'NTSTATUS', symbol: 'STATUS_LOGON_FAILURE' } })
    // Symbols are known of many more values than have a note.
    expect(answer('win32:8', null).win32?.symbol).toBe('ERROR_NOT_ENOUGH_MEMORY')
  })

  it('tells beside which codes a Win32 value is known', () => {
    expect(answer('0x8007007E', null).others.map((o) => o.note.code)).toContain('500.19/126')
    expect(answer('win32:64', null).others.map((o) => o.note.code)).toEqual(
      expect.arrayContaining(['200.0/64', '500.19/64', '2xx/64']),
    )
  })

  it.each([
    ['40314', '403.14'],
    ['QueueFul', 'httperr:QueueFull'],
    ['httperr:QueuFull', 'httperr:QueueFull'],
    ['4033', '403.3'],
    ['no-reqest', 'derived:no-request'],
    ['win32:x', undefined],
    ['nonsense', undefined],
    ['999', undefined],
    ['0x123456789', undefined],
  ])('%s is refused, with what may have been meant', (query, meant) => {
    const error = (() => {
      try {
        return answer(query, null)
      } catch (e) {
        return e
      }
    })()
    expect(error).toBeInstanceOf(LogstatError)
    expect((error as LogstatError).code).toBe('unknown-code')
    expect((error as LogstatError).hint).toBeTruthy()
    if (meant !== undefined) expect((error as LogstatError).hint).toContain(meant)
  })

  it('takes a list for several questions', () => {
    expect(questionsOf('404,500')).toEqual(['404', '500'])
    expect(questionsOf('403.14， 500-11')).toEqual(['403.14', '500-11'])
    expect(questionsOf('UF,URX')).toEqual(['UF,URX'])
  })

  it('never offers what was asked, and nothing that has no answer', () => {
    const offered = (query: string): string[] => {
      try {
        answer(query, null)
        return []
      } catch (error) {
        const [, list] = /^Did you mean (.*)\?$/.exec((error as LogstatError).hint ?? '') ?? []
        return list === undefined ? [] : list.split(', ')
      }
    }
    for (const query of ['4033', 'no-reqest', 'QueuFull', 'sQQ', 'NoSuchKe', '10055x', 'URXX', 'made-her', 'TCP_MIS'])
      for (const meant of offered(query)) {
        expect(meant).not.toBe(query)
        expect(told(meant), `${query}: ${meant}`).not.toBe('nothing')
      }
  })

  it('refuses an authority that does not exist, naming those that do', () => {
    expect(() => answer('nginks:499', null)).toThrow(/no authority/)
  })

  it('finds every key of the index under its own name', () => {
    const lost = authorities().flatMap((o) =>
      codesOf(o)
        .filter((code) => told(`${o}:${code}`) !== `${o} ${code}`)
        .map((code) => `${o}:${code}`),
    )
    expect(lost).toEqual([])
  })
})

describe('explain', () => {
  it('prints each note as text, Markdown and JSON, in both languages', () => {
    for (const owner of authorities())
      for (const code of codesOf(owner)) {
        const asked = answer(`${owner}:${code}`, null)
        for (const l of LANGUAGES) {
          for (const line of explainText(asked, l, false, 80).split('\n').slice(1)) {
            // What has no blank, a command or a path, is not broken.
            if (
              stringWidth(line) > 80 &&
              line
                .trim()
                .replace(/^\S+ {2,}/, '')
                .split(/\s+/).length > 3
            )
              expect.fail(`${owner}:${code}: ${line}`)
          }
          const markdown = explainMarkdown(asked, l)
          expect(markdown.startsWith('## ')).toBe(true)
          expect(markdown.replace(/`[^`\n]*`/g, ''), code).not.toMatch(/<[a-zA-Z/!]/)
        }
        expect(explainJson(asked, 'both')).toMatchObject({
          query: `${owner}:${code}`,
          name: { en: expect.any(String), zh: expect.any(String) },
        })
      }
  })

  it('tells what to do first, how, when it matters and where to read more', () => {
    const asked = answer('iis:500.19/5', null)
    const tracing = explainText(answer('iis:500.50', null), 'en', false, 80).replace(/\s+/g, ' ')
    expect(explainText(asked, 'en', false, 80)).toMatch(/Do first +\S[\s\S]*Source[\s\S]*https:\/\//)
    expect(tracing).toMatch(/How to .*`appcmd configure trace "Site" \/enablesite`/)
    expect(explainJson(asked, 'en')).toMatchObject({
      links: expect.arrayContaining([{ name: expect.any(String), url: expect.stringMatching(/^https:\/\//) }]),
    })
    expect(explainText(answer('nginx:499', null), 'en', false, 110)).toContain(
      'But if    half of these requests took longer than 5 s: then treat it as [backend].',
    )
    expect(explainJson(answer('iis:401.2/5', null), 'en')).toMatchObject({
      when: { is: 'never-succeeds', verdict: expect.any(String) },
    })
  })

  it('answers several codes at once, and exits with 2 when one is unknown', () => {
    const run = logstat(['explain', '404', 'win32:64', 'QueueFul', '--format', 'json'])
    expect(run.status).toBe(2)
    expect(run.stderr).toContain('QueueFul')
    expect(JSON.parse(run.stdout)).toMatchObject([
      {
        query: '404',
        name: 'Not Found',
        authority: 'iana',
        verdict: 'client',
        basis: 'documented',
        source: expect.any(String),
      },
      { query: 'win32:64', authority: 'win32', win32: { symbol: 'ERROR_NETNAME_DELETED' } },
    ])
  })

  it('says the same whether or not the parser of options was needed', () => {
    for (const codes of [['404', '499'], ['403.99'], ['0x8007007E', 'nonsense']]) {
      const { status, stdout, stderr } = logstat(['explain', ...codes])
      expect({ status, stdout, stderr }).toEqual(logstat(['explain', ...codes, '--color', 'auto']))
      for (const lang of ['en', 'zh', 'both', 'xx'])
        expect(logstat(['explain', '--lang', lang, ...codes])).toEqual(logstat(['explain', ...codes, `--lang=${lang}`]))
    }
    expect(logstat(['explain', '404', '--lang'])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('argument missing'),
    })
    expect(logstat(['--version']).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  it('loads one script and neither the database nor any other package', () => {
    // Every module a process loads is named by its loader when it is told to.
    const loaded = (...args: string[]): string => logstat(args, { env: { NODE_DEBUG: 'esm,module' } }).stderr
    expect(loaded('explain', '404')).toContain('dist/bundle/run.cjs')
    expect(loaded('explain', '404')).not.toMatch(/load .*node_modules|better_sqlite3/)
    expect(loaded('fixtures/iis/u_ex261122.log')).toMatch(/better_sqlite3/)
  })
})

describe('codes', () => {
  it('lists and searches in either language', () => {
    const codes = (...args: string[]): { code: string; authority: string }[] =>
      JSON.parse(logstat(['codes', ...args, '--format', 'json']).stdout)
    expect(codes('certificate').map((c) => c.code)).toEqual(expect.arrayContaining(['403.7', '403.16', '526']))
    expect(codes('证书').map((c) => c.code)).toEqual(expect.arrayContaining(['403.7', '526']))
    expect(codes('403').every((c) => /^403/.test(c.code))).toBe(true)
    expect(new Set(codes('--server', 'iis').map((c) => c.authority))).toEqual(new Set(['iis']))
    expect(logstat(['codes', 'nosuchword']).status).toBe(2)
  })
})

describe('docs/codes', () => {
  it.each([
    ['codes.md', 'en'],
    ['codes.zh.md', 'zh'],
  ] as const)('%s is fresh (npm run docs:codes)', (name, language) => {
    expect(readFileSync(`${ROOT}docs/${name}`, 'utf8').replaceAll('\r\n', '\n')).toBe(codesPage(language))
  })
})
