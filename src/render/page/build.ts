/**
 * Builds what every HTML report contains, its style sheet and its script: dist/generated/page.json.
 *
 *     npx tsx src/render/page/build.ts
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build, transform } from 'esbuild'
import { colourCss } from './colours.js'

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

const { outputFiles } = await build({
  entryPoints: [here('browser.tsx')],
  bundle: true,
  minify: true,
  format: 'iife',
  target: 'es2023',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  define: { 'globalThis.IN_BROWSER': 'true' },
  write: false,
  logLevel: 'warning',
})
const script = (outputFiles[0]?.text ?? '').trim()
if (script === '' || /<\/script|<!--/i.test(script)) throw new Error('the script of the page would end its own element')

const { code } = await transform(colourCss() + readFileSync(here('style.css'), 'utf8'), { loader: 'css', minify: true })

const folder = new URL('../../../dist/generated/', import.meta.url)
mkdirSync(folder, { recursive: true })
writeFileSync(new URL('page.json', folder), JSON.stringify({ style: code.trim(), script }))
