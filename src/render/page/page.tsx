import { createHash } from 'node:crypto'
import { renderToString } from 'preact-render-to-string'
import { App } from './app.js'
import { islandText, unpacked } from './island.js'
import type { PageModel } from './model.js'

/** Style and script of the page, as `build.ts` made them. */
export interface Assets {
  readonly style: string
  readonly script: string
}

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
const escaped = (text: string): string => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`)

/** One self-contained HTML file: nothing is fetched, and no script runs but the page's own. */
export function renderPage({ live, still }: PageModel, { style, script }: Assets): string {
  const policy = `default-src 'none'; style-src ${hashOf(style)}; script-src ${hashOf(script)}; base-uri 'none'; form-action 'none'`
  const body = renderToString(<App live={unpacked(live)} still={still} />)
  return `<!doctype html>
<html lang="${live.language}">
<head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark"><meta name="generator" content="logstat">
<title>${escaped(still.title)} · logstat</title>
<style>${style}</style></head>
<body><div id="app">${body}</div>
<script type="application/json" id="data">${islandText(live)}</script>
<script>${script}</script>
</body></html>
`
}
