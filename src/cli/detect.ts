import { LogstatError, type Words, wordsIn } from '../errors.js'
import { type Detection, detect, type Undetected } from '../format/detect.js'
import { nearestFormat } from '../format/nearest.js'
import { findInputs, type Input } from '../input/find.js'
import { HEAD_BYTES, readBehindHole, readHead } from '../input/head.js'
import { openInputs, type Reader } from '../input/open.js'
import { decode } from '../kernel/text.js'
import { type InputResult, type ReadOptions, readInputs } from '../pipeline.js'
import { count, percent, visible } from '../render/cells.js'
import { toJson } from '../render/json.js'
import { renderRejects } from '../render/rejects.js'
import { style } from '../render/style.js'
import { type RejectedLine, type ReportReject, reportRejects } from '../report/rejects.js'
import { openStore } from '../store/store.js'
import { language, said, tell } from './messages.js'
import { type ColorOption, useColor, write } from './print.js'
import { type FormatOptions, formatOf } from './read.js'

interface DetectOptions extends FormatOptions {
  readonly format?: string
  readonly color: ColorOption
}

interface Found {
  readonly name: string
  readonly packing: string
  readonly recoded: string | null
  readonly detected: Detection | Undetected
  /** A format was asked for: what was detected is of interest only where it is another. */
  readonly asked: boolean
  /** Counts of all lines; null when the input is no log, or can be read only once. */
  readonly result: InputResult | null
  readonly rejects: readonly ReportReject[]
}

/** Lines of an unknown input that are shown. */
const SHOWN = 3

/**
 * `logstat detect PATH…`: what each file is, with the evidence, and the lines that are not understood, with the reason.
 *
 * Exit status 2 when one of them is no access log, or cannot be read.
 */
export async function detectFiles(paths: readonly string[], options: DetectOptions): Promise<number> {
  const asked = formatOf(options)
  const found: Found[] = []
  const errors: LogstatError[] = []
  for await (const opened of openInputs(findInputs(paths))) {
    if ('error' in opened) errors.push(opened.error)
    else {
      try {
        found.push(await lookAt(opened.input, opened.reader, asked))
      } catch (error) {
        if (!(error instanceof LogstatError)) throw error
        errors.push(error)
      } finally {
        opened.reader.close()
      }
    }
  }
  const [first] = errors
  if (first && found.length === 0) throw first
  if (options.format === 'json') await write(toJson(found.map(plain)))
  else for (const f of found) await write(`${textOf(f, options).join('\n')}\n`)
  for (const error of [...errors, ...found.flatMap((f) => f.result?.error ?? [])]) tell(error.words, error.remedy)
  return errors.length > 0 || found.some((f) => f.result?.error || (f.detected.format === null && !isAsked(f))) ? 2 : 0
}

async function lookAt(input: Input, reader: Reader, asked: Pick<ReadOptions, 'format' | 'formats'>): Promise<Found> {
  const { hole, text: head } = await readBehindHole(await readHead(reader), reader)
  const { packing, recoded } = reader
  const detected = detect(head, head.length < HEAD_BYTES, asked.formats)
  const base = { name: input.name, packing, recoded, detected, asked: asked.format !== undefined }
  if (detected.format === null && asked.format === undefined)
    return { ...base, result: null, rejects: [unknownLines(input.name, head, hole, detected.seems)] }
  // A stream cannot be read a second time: the lines behind its head stay unread.
  if (input.path === null) return { ...base, result: null, rejects: [] }
  const store = openStore(null)
  try {
    const [result] = await readInputs([input], store, { force: true, ...asked })
    return { ...base, result: result ?? null, rejects: reportRejects(store) }
  } finally {
    store.close()
  }
}

/** The first lines of an input that no format fits, each with the format that it comes nearest to. */
function unknownLines(input: string, head: Buffer, hole: number, seems: Words | null): ReportReject {
  const samples: RejectedLine[] = []
  let looked = 0
  for (let start = 0, line = 1; start < head.length; line++) {
    const newline = head.indexOf(0x0a, start)
    const end = newline === -1 ? head.length : newline
    const text = decode(head.subarray(start, Math.min(end, start + 2000))).replace(/\r$/, '')
    if (/\S/.test(text)) {
      looked++
      if (samples.length < SHOWN) {
        const nearest = seems === null ? nearestFormat(text) : null
        samples.push({
          input,
          line,
          offset: hole + start,
          column: nearest?.column ?? 0,
          text,
          field: null,
          detail: null,
          nearest,
        })
      }
    }
    start = end + 1
  }
  return { reason: 'unknown', count: looked, samples }
}

function plain({ name, packing, recoded, detected, asked, result, rejects }: Found): unknown {
  const { looked, evidence } = detected
  const what =
    detected.format === null
      ? { format: null, seems: detected.seems?.en ?? null }
      : { format: detected.format, title: detected.title, server: detected.server, fits: detected.fits }
  const lines = result && {
    lines: result.lines,
    entries: result.entries,
    rejected: result.rejected,
    ignored: result.ignored,
  }
  return {
    name,
    packing,
    recoded,
    ...what,
    looked,
    evidence: evidence.map((message) => wordsIn(message, 'en')),
    asked: asked ? (result?.format ?? null) : null,
    understood: lines,
    rejects,
  }
}

/** Whether an input was read in the format that was asked for. */
function isAsked(found: Found): found is Found & { readonly result: InputResult } {
  return found.asked && found.result !== null
}

const unknownText = (seems: Words | null): Words => ({
  en: `no access log that logstat knows${seems ? `; it looks like ${seems.en}` : ''}`,
  zh: `不是 logstat 已知的访问日志${seems ? `；看起来像${seems.zh}` : ''}`,
})

const shareText = (understood: number, lines: number): Words => ({
  en: `${count(understood)} of ${count(lines)} lines understood (${percent(understood, lines)})`,
  zh: `共 ${count(lines)} 行，识别 ${count(understood)} 行（${percent(understood, lines)}）`,
})

const fitText = (fits: number, looked: number): Words => ({
  en: `${count(fits)} of the first ${count(looked)} lines fit (${percent(fits, looked)})`,
  zh: `前 ${count(looked)} 行中有 ${count(fits)} 行符合（${percent(fits, looked)}）`,
})

function textOf(found: Found, { color }: DetectOptions): string[] {
  const { name, packing, recoded, detected, result, rejects } = found
  const how = [...(packing === 'none' ? [] : [packing]), ...(recoded ? [recoded] : [])].join(', ')
  const lines = [visible(name) + (how ? ` (${how})` : '')]
  if (isAsked(found))
    lines.push(`  ${found.result.format ?? '-'}${said({ en: ': the format that was asked for', zh: '：指定的格式' })}`)
  else if (detected.format === null) lines.push(`  ${said(unknownText(detected.seems))}`)
  else lines.push(`  ${detected.format}: ${visible(detected.title)}`)
  if (result) lines.push(`  ${said(shareText(result.lines - result.rejected, result.lines))}`)
  else if (detected.format !== null) lines.push(`  ${said(fitText(detected.fits, detected.looked))}`)
  if (isAsked(found)) {
    if (detected.format !== null && detected.format !== found.result.format)
      lines.push(
        `    ${said({ en: `by itself it would be taken for ${detected.format}`, zh: `自动识别的格式是 ${detected.format}` })}`,
      )
  } else if (detected.format !== null) lines.push(...detected.evidence.map((e) => `    ${visible(said(e))}`))
  const columns = Math.max(60, Math.min(process.stdout.columns || 80, 120))
  const totals = {
    lines: result?.lines ?? rejects[0]?.count ?? 0,
    rejected: result?.rejected ?? rejects[0]?.count ?? 0,
  }
  if (rejects.length)
    lines.push('', ...renderRejects(rejects, totals, { language: language(), style: style(useColor(color)), columns }))
  return lines
}
