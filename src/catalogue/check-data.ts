/**
 * Holds the catalogue's YAML files to their rules; run as a program it prints what is wrong:
 *
 *     npx tsx src/catalogue/check-data.ts [FILE.yaml …]
 */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { BASES, CONDITIONS, LANGUAGES, type NoteFile, VERDICTS } from './note.js'
import { linkOf, partsOfSource } from './sources.js'

const NOTE_KEYS = new Set(
  'code name meaning when causes checks remedy verdict basis source component versions aliases variants symbol'.split(
    ' ',
  ),
)
const WHEN_KEYS = new Set(['is', 'seconds', 'share', 'verdict'])
const VARIANT_KEYS = new Set('versions from below name meaning checks source'.split(' '))
const HAN = /\p{Script=Han}/u

/** Every rule a file breaks, as `FILE: CODE: what`. Empty when it is well-formed. */
export function checkFile(name: string, file: unknown): string[] {
  const wrong: string[] = []
  if (!isRecord(file) || typeof file.authority !== 'string' || !Array.isArray(file.notes))
    return [`${name}: needs authority, title and notes`]
  checkText(wrong, `${name}: title`, file.title)
  for (const note of file.notes as unknown[]) {
    if (!isRecord(note)) {
      wrong.push(`${name}: a note is not a record`)
      continue
    }
    const at = `${name}: ${String(note.code)}`
    if (typeof note.code !== 'string') wrong.push(`${at}: code must be a string (quote it)`)
    for (const key of Object.keys(note)) if (!NOTE_KEYS.has(key)) wrong.push(`${at}: unknown key ${key}`)
    checkText(wrong, `${at}: name`, note.name)
    checkText(wrong, `${at}: meaning`, note.meaning, 12)
    if (!(VERDICTS as readonly unknown[]).includes(note.verdict)) wrong.push(`${at}: verdict ${String(note.verdict)}`)
    if (!(BASES as readonly unknown[]).includes(note.basis)) wrong.push(`${at}: basis ${String(note.basis)}`)
    checkSource(wrong, at, note.source)
    if ('remedy' in note) checkText(wrong, `${at}: remedy`, note.remedy, 12)
    if ('when' in note) checkWhen(wrong, `${at}: when`, note.when, note.verdict)
    for (const key of ['causes', 'checks'] as const) if (key in note) checkList(wrong, `${at}: ${key}`, note[key])
    if ('causes' in note !== 'checks' in note) wrong.push(`${at}: causes and checks come together`)
    if ('aliases' in note && !isStrings(note.aliases)) wrong.push(`${at}: aliases must be quoted strings`)
    for (const variant of (note.variants ?? []) as unknown[]) {
      if (!isRecord(variant)) wrong.push(`${at}: a variant is not a record`)
      else {
        for (const key of Object.keys(variant))
          if (!VARIANT_KEYS.has(key)) wrong.push(`${at}: variant: unknown key ${key}`)
        if (typeof variant.versions !== 'string') wrong.push(`${at}: a variant needs versions`)
        checkSource(wrong, `${at}: variant`, variant.source)
        checkText(wrong, `${at}: variant name`, variant.name)
        checkText(wrong, `${at}: variant meaning`, variant.meaning, 12)
        if ('checks' in variant) checkList(wrong, `${at}: variant checks`, variant.checks)
      }
    }
  }
  return wrong
}

function checkSource(wrong: string[], at: string, source: unknown): void {
  if (typeof source !== 'string' || source === '') return void wrong.push(`${at}: source missing`)
  for (const part of partsOfSource(source))
    if (!linkOf(part))
      wrong.push(`${at}: source "${part}" is not in src/catalogue/sources.yaml; add it there with its address`)
}

function checkWhen(wrong: string[], at: string, when: unknown, verdict: unknown): void {
  if (!isRecord(when)) return void wrong.push(`${at}: needs is and verdict`)
  for (const key of Object.keys(when)) if (!WHEN_KEYS.has(key)) wrong.push(`${at}: unknown key ${key}`)
  if (!(CONDITIONS as readonly unknown[]).includes(when.is))
    wrong.push(`${at}: is ${String(when.is)}; known: ${CONDITIONS.join(', ')}`)
  if (!(VERDICTS as readonly unknown[]).includes(when.verdict)) wrong.push(`${at}: verdict ${String(when.verdict)}`)
  if (when.verdict === verdict) wrong.push(`${at}: verdict is that of the note already`)
  if (when.is === 'slow' && typeof when.seconds !== 'number') wrong.push(`${at}: slow needs seconds`)
  if (when.is === 'frequent' && typeof when.share !== 'number') wrong.push(`${at}: frequent needs share`)
}

function checkList(wrong: string[], at: string, list: unknown): void {
  if (!Array.isArray(list) || list.length === 0) wrong.push(`${at}: empty`)
  else for (const item of list as unknown[]) checkText(wrong, at, item, 12)
}

/** @param least characters a text must have in English; Chinese says the same in about a third */
function checkText(wrong: string[], at: string, text: unknown, least = 1): void {
  if (!isRecord(text)) return void wrong.push(`${at}: needs en and zh`)
  for (const language of LANGUAGES) {
    const value = text[language]
    const enough = language === 'en' ? least : Math.ceil(least / 3)
    if (typeof value !== 'string' || value.trim().length < enough) wrong.push(`${at}: ${language} missing or too short`)
    else if (value !== value.trim() || value.includes('\n')) wrong.push(`${at}: ${language} must be one trimmed line`)
  }
  if (typeof text.zh === 'string' && typeof text.en === 'string' && least > 1) {
    if (!HAN.test(text.zh)) wrong.push(`${at}: zh holds no Chinese`)
    if (HAN.test(text.en)) wrong.push(`${at}: en holds Chinese`)
  }
}

const isRecord = (x: unknown): x is Record<string, unknown> => typeof x === 'object' && x !== null && !Array.isArray(x)
const isStrings = (x: unknown): x is string[] => Array.isArray(x) && x.every((s) => typeof s === 'string')

const DATA_FOLDER = join(dirname(fileURLToPath(import.meta.url)), 'data')

/** All files under `data/`, parsed but not checked. */
export function readDataFiles(): { name: string; file: NoteFile }[] {
  return readdirSync(DATA_FOLDER)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => ({ name, file: parse(readFileSync(join(DATA_FOLDER, name), 'utf8')) as NoteFile }))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const paths = process.argv.slice(2)
  const files = paths.length
    ? paths.map((path) => ({ name: basename(path), file: parse(readFileSync(path, 'utf8')) as unknown }))
    : readDataFiles()
  const wrong = files.flatMap(({ name, file }) => checkFile(name, file))
  for (const line of wrong) console.error(line)
  for (const { name, file } of files)
    console.log(`${name}: ${isRecord(file) && Array.isArray(file.notes) ? file.notes.length : 0} notes`)
  process.exitCode = wrong.length ? 1 : 0
}
