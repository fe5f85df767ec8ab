/**
 * Puts the quick answers, all else of the command, what few commands need, and the thread into a file each: Node
 * reads one script much faster than dozens of modules, and a CommonJS script faster than an ES module (measured on a
 * log of 1,000 lines: 306 against 357 ms).
 *
 *     npx tsx src/cli/bundle.ts
 */
import { readFileSync, rmSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { type BuildOptions, build, type Plugin } from 'esbuild'

const folder = new URL('../../dist/bundle/', import.meta.url)
rmSync(folder, { recursive: true, force: true })

/** Dependencies of every run. The others are loaded when an input needs them. */
const BUNDLED = [
  'commander',
  '@bomb.sh/tab',
  'better-sqlite3',
  'asciichart',
  'get-east-asian-width',
  'preact',
  'preact-render-to-string',
  'd3-array',
  'd3-time',
]

const { dependencies, optionalDependencies } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as {
  dependencies: Record<string, string>
  optionalDependencies: Record<string, string>
}

const common = {
  absWorkingDir: fileURLToPath(new URL('../..', import.meta.url)),
  entryNames: '[name]',
  outExtension: { '.js': '.cjs' },
  outdir: fileURLToPath(folder),
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node20.19',
  external: Object.keys({ ...dependencies, ...optionalDependencies })
    .filter((name) => !BUNDLED.includes(name))
    .flatMap((name) => [name, `${name}/*`])
    .concat('bindings'),
  // CommonJS has no `import.meta`.
  define: { 'import.meta.url': 'importMetaUrl' },
  banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href" },
  logLevel: 'warning',
  // A third less to read at every start. Names stay, so a stack trace still tells something.
  minifySyntax: true,
  minifyWhitespace: true,
} satisfies BuildOptions

/** Modules that most runs do without, by the name of their script, which is read when an export is first used. */
const APART = {
  html: 'dist/render/html.js',
  kinds: 'dist/diagnosis/kinds/classify.js',
  rules: 'dist/diagnosis/rules/rules.js',
}

/** Code of the main script in place of a module that has a script of its own. */
async function standIn(name: string, file: string): Promise<string> {
  const exported = (await import(pathToFileURL(file).href)) as Record<string, unknown>
  const parts = Object.entries(exported).map(([key, value]) => {
    const found = `require('./${name}.cjs').${key}`
    return typeof value === 'function' ? `${key}: (...args) => ${found}(...args)` : `get ${key}() { return ${found} }`
  })
  return `module.exports = { ${parts.join(', ')} }`
}

const apart: Plugin = {
  name: 'apart',
  setup({ onResolve, onLoad }) {
    for (const [name, path] of Object.entries(APART)) {
      const file = resolve(common.absWorkingDir, path)
      onResolve({ filter: new RegExp(`/${basename(path)}$`) }, (args) =>
        resolve(args.resolveDir, args.path) === file ? { path: name, namespace: 'apart' } : undefined,
      )
      onLoad({ filter: new RegExp(`^${name}$`), namespace: 'apart' }, async () => ({
        contents: await standIn(name, file),
      }))
    }
  },
}

await build({
  ...common,
  entryPoints: APART,
})

await build({
  ...common,
  external: [...common.external, ...Object.keys(APART).map((name) => `./${name}.cjs`)],
  entryPoints: ['dist/cli/main.js', 'dist/threads/worker.js'],
  // Commander can start commands that are programs of their own. None of ours is, and loading `node:child_process` for
  // it takes 5 ms.
  plugins: [
    apart,
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
