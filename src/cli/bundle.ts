/**
 * Puts the quick answers, all else of the command, and the thread into a file each: Node reads one script much faster
 * than dozens of
 * modules, and a CommonJS script faster than an ES module (measured on a log of 1,000 lines: 306 against 357 ms).
 *
 *     npx tsx src/cli/bundle.ts
 */
import { readFileSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type BuildOptions, build } from 'esbuild'

const folder = new URL('../../dist/bundle/', import.meta.url)
rmSync(folder, { recursive: true, force: true })

/** Dependencies of every run. The others are loaded when an input needs them. */
const BUNDLED = [
  'commander',
  'better-sqlite3',
  'asciichart',
  'get-east-asian-width',
  'preact',
  'preact-render-to-string',
  'd3-array',
  'd3-time',
]

const { dependencies } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  dependencies: Record<string, string>
}

const common: BuildOptions = {
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
  // What CommonJS has no word for.
  define: { 'import.meta.url': 'importMetaUrl' },
  banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href" },
  logLevel: 'warning',
}

await build({
  ...common,
  entryPoints: ['dist/cli/main.js', 'dist/threads/worker.js'],
  // Commander can start commands that are programs of their own; ours are not, and what it would take for that loads
  // for 5 ms.
  plugins: [
    {
      name: 'no-child-process',
      setup({ onResolve, onLoad }) {
        onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
          importer.includes('commander') ? { path: 'none', namespace: 'none' } : null,
        )
        onLoad({ filter: /./, namespace: 'none' }, () => ({ contents: '' }))
      },
    },
  ],
})

await build({
  ...common,
  entryPoints: ['dist/cli/run.js'],
  // `import()` would load the loader of modules first.
  supported: { 'dynamic-import': false },
  plugins: [
    {
      name: 'main-apart',
      setup({ onResolve }) {
        onResolve({ filter: /\/main\.js$/ }, () => ({ path: './main.cjs', external: true }))
      },
    },
  ],
})
