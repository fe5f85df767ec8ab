import { COMPANIONS } from './companions.js'
import type { Format, Keys } from './format.js'
import { FORMATS } from './registry.js'
import { WRAPPERS } from './wrappers.js'

// `npm run docs:formats` writes docs/formats.md from the registry; a test holds the file to it.

const INTRO = `# Log formats

<!-- Made from src/format/records by \`npm run docs:formats\`; edits here are lost. -->

logstat looks at the content of a log, not at its name, and tries every format below on its first lines. Each line counts for the
format that gets most out of it; \`logstat detect FILE\` says what was found and why. Name a format with \`--log-format\`, in any case,
when you know better.

A layout is written like an nginx \`log_format\`. What stands behind the last field of a layout is tolerated, so a field more at the
end of a line does no harm.
`

const PREFIXES = `## URLs in place of paths

A load balancer of AWS or Google writes the whole URL of every request: there the path is the path of it, and its host is the host
where the line names none. In other logs a request such as \`GET http://example.com/ HTTP/1.1\` is what a client sent, to use the
server as a proxy for the most part. It is shown as it is, and can be chosen: \`--path 'http*'\`.

## Behind a prefix

Whatever the format, its lines may stand in one or more of these, and are taken out first. Lines that come in parts (CRI, Docker) are put together.

${WRAPPERS.map(({ title, samples }) => `* ${title}: \`${visible(samples[0]?.line ?? '')}\``).join('\n')}

## Among the requests

Servers write other lines among their requests. These are passed over, as comments are: they are ignored, not rejected.

${COMPANIONS.map(({ title, samples }) => `* ${title}: \`${samples[0]}\``).join('\n')}

## W3C without a header

When no \`#Fields\` line is there, the fields follow from the order in which IIS always writes them, and from the values: only a
record with a readable time, a client address, a method and a status between 100 and 599 in their places is taken.
`

/** Escapes as they are typed. */
function visible(line: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: an escape begins with one
  return line.replace(/\x1b/g, '\\x1b')
}

/** The page as Markdown. */
export function formatsPage(): string {
  const rows = FORMATS.map(
    (f) => `| [\`${f.name}\`](#${f.name}) | ${f.title} | ${(f.aliases ?? []).map((a) => `\`${a}\``).join(' ')} |`,
  )
  return [INTRO, '| name | what | also called |', '|---|---|---|', ...rows, '', ...FORMATS.map(section), PREFIXES].join(
    '\n',
  )
}

function section(format: Format): string {
  const { name, title, layout, variants = [], json, ltsv, source, samples, guard } = format
  const parts = [`## ${name}`, '', `${title}. Defined in <${source}>.`, '']
  if (layout !== undefined) parts.push('```', ...[layout, ...variants].map((l) => l.replaceAll('\t', '\\t')), '```', '')
  const keys = json ?? ltsv
  if (keys) parts.push(...keyTable(keys), '')
  if (guard)
    parts.push(
      `A record must have ${guard.keys.map((k) => `\`${k}\``).join(' or ')}${guard.value ? `, beginning with \`${guard.value}\`` : ''}.`,
      '',
    )
  parts.push('```', ...samples.map((s) => s.line.replaceAll('\r', '')), '```', '')
  return parts.join('\n')
}

function keyTable(keys: Keys): string[] {
  const rows = Object.entries(keys).map(([role, names]) => `| ${role} | ${names.map((n) => `\`${n}\``).join(' ')} |`)
  return ['| field | keys, the best first |', '|---|---|', ...rows]
}
