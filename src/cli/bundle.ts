/**
 * Puts the command and the thread into a file each: Node reads one script much faster than dozens of modules, and a CommonJS script
 * faster than an ES module (measured on a log of 1,000 lines: 266 against 357 ms).
 *
 *     npx tsx src/cli/bundle.ts
 */
import { readFileSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const folder = new URL('../../dist/bundle/', import.meta.url)
rmSync(folder, { recursive: true, force: true })

/** Dependencies of every run. The others are loaded when an input needs them. */
const BUNDLED = ['commander', 'better-sqlite3', 'asciichart', 'get-east-asian-width']

const { dependencies } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { dependencies: Record<string, string> }

await build({
  entryPoints: ['dist/cli/run.js', 'dist/parallel/worker.js'],
  absWorkingDir: fileURLToPath(new URL('../..', import.meta.url)),
  entryNames: '[name]',
  outExtension: { '.js': '.cjs' },
  outdir: fileURLToPath(folder),
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node20.19',
  external: Object.keys(dependencies)
    .filter((name) => !BUNDLED.includes(name))
    .flatMap((name) => [name, `${name}/*`])
    .concat('bindings'),
  // Commander can start commands that are programs of their own; ours are not, and what it would take for that loads for 5 ms.
  plugins: [
    {
      name: 'no-child-process',
      setup({ onResolve, onLoad }) {
        onResolve({ filter: /^node:child_process$/ }, () => ({ path: 'none', namespace: 'none' }))
        onLoad({ filter: /./, namespace: 'none' }, () => ({ contents: '' }))
      },
    },
  ],
  // What CommonJS has no word for.
  define: { 'import.meta.url': 'importMetaUrl' },
  banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href" },
  logLevel: 'warning',
})
