import type { Plan } from '../kernel/plan.js'
import { decode } from '../kernel/text.js'
import type { Detection, Undetected } from './detect.js'
import { inferHeaders } from './headerless.js'
import type { Prober } from './prober.js'
import { compileFields, NO_FIELDS } from './w3c.js'

/** The methods of FTP in the logs of IIS 7 and later: commands, and events of its own. */
const FTP_METHOD =
  /^(USER|PASS|ACCT|QUIT|CWD|CDUP|PWD|RETR|STOR|STOU|APPE|LIST|NLST|MLSD|MLST|PASV|EPSV|PORT|EPRT|TYPE|SYST|FEAT|OPTS|AUTH|PBSZ|PROT|NOOP|DELE|MKD|RMD|RNFR|RNTO|SIZE|MDTM|REST|ABOR|SITE|(Control|Data)Channel(Opened|Closed))$/

function isFtp(fieldsLine: string, texts: readonly string[]): boolean {
  const column = fieldsLine.toLowerCase().split(/\s+/).slice(1).indexOf('cs-method')
  const methods = texts.flatMap((text) => (/^(#|\s*$)/.test(text) ? [] : (text.split(/\s+/)[column] ?? '')))
  return methods.filter((method) => FTP_METHOD.test(method)).length * 2 > methods.length
}

/** A W3C log with a `#Fields` line. @param texts its lines as text */
export function detectW3c(
  prober: Prober,
  fieldsLine: string,
  softwareLine: string | undefined,
  lines: readonly Uint8Array[],
  texts: readonly string[],
): Detection | Undetected {
  const software = softwareLine?.replace(/^#software:\s*/i, '') ?? ''
  const header = compileFields(fieldsLine, software)
  if (isFtp(fieldsLine, texts))
    return {
      format: null,
      seems: { en: 'an IIS FTP log, whose codes are not those of HTTP', zh: 'IIS FTP 日志（其代码不是 HTTP 状态码）' },
      looked: texts.filter(isRecord).length,
      evidence: [{ en: 'its methods are those of FTP', zh: '其方法是 FTP 命令' }],
    }
  // Records before the first #Fields line tell nothing of the lines behind it.
  const sections = sectionsOf(lines, texts, software)
  return {
    format: 'w3c',
    title: software ? `W3C extended log (${software})` : 'W3C extended log',
    server: header.server,
    fits: sections.reduce((n, { plan, records }) => n + prober.count([plan], records).fits, 0),
    looked: sections.reduce((n, { records }) => n + records.length, 0),
    evidence: [
      {
        en: `a #Fields line names ${header.fields.length} fields: ${header.fields.join(' ')}`,
        zh: `#Fields 行列出 ${header.fields.length} 个字段：${header.fields.join(' ')}`,
      },
      software ? `#Software: ${software}` : { en: 'no #Software line', zh: '没有 #Software 行' },
      header.hasStatus
        ? { en: 'it has a status column', zh: '有状态码列' }
        : { en: 'it names no status column', zh: '没有状态码列' },
    ],
    plans: [NO_FIELDS],
    w3c: header,
  }
}

const isRecord = (text: string): boolean => !/^(#|\s*$)/.test(text)

/** The records behind each `#Fields` line, with the plan that it makes. */
function sectionsOf(
  lines: readonly Uint8Array[],
  texts: readonly string[],
  software: string,
): { plan: Plan; records: Uint8Array[] }[] {
  const sections: { plan: Plan; records: Uint8Array[] }[] = []
  for (const [i, text] of texts.entries()) {
    if (/^#fields:/i.test(text)) sections.push({ plan: compileFields(text, software).plan, records: [] })
    else if (isRecord(text)) sections.at(-1)?.records.push(lines[i] as Uint8Array)
  }
  return sections
}

/** A W3C log that has lost its header; a later `#Fields` line holds from there on. */
export function detectHeaderless(prober: Prober, data: readonly Uint8Array[]): Detection | undefined {
  const headers = inferHeaders(data.map(decode)).filter(({ plan }) => prober.count([plan], data).fits > 0)
  if (headers.length === 0) return undefined
  const plans = headers.map((h) => h.plan)
  return {
    format: 'w3c',
    title: 'W3C extended log without its #Fields line',
    server: headers[0]?.server ?? 'iis',
    fits: prober.count(plans, data).fits,
    looked: data.length,
    evidence: [
      { en: 'there is no #Fields line; the fields follow from the values', zh: '没有 #Fields 行；字段由各值推断' },
      ...headers.map((h) => ({
        en: `as if: #Fields: ${h.fields.join(' ')}`,
        zh: `相当于：#Fields: ${h.fields.join(' ')}`,
      })),
    ],
    plans,
  }
}

/** Nothing but blank lines or directives: an empty log is fine. */
export function emptyDetection(looked: number, softwareLine: string | undefined): Detection {
  return {
    format: softwareLine ? 'w3c' : 'empty',
    title: softwareLine ? 'W3C extended log without records' : 'an empty log',
    server: softwareLine ? 'iis' : null,
    fits: 0,
    looked,
    evidence: [{ en: 'there are no records', zh: '没有记录' }],
    plans: [NO_FIELDS],
  }
}
