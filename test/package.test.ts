import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fixture, ROOT } from './support.js'

// What `npm pack` yields, unpacked into an empty folder beside its dependencies and nothing else. The dependencies are
// those of the
// checkout: to install them anew would compile SQLite.

interface Manifest {
  readonly dependencies: Record<string, string>
  readonly bin: { readonly logstat: string }
  readonly version: string
}

let folder: string
let files: string[]
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest

/** Make a package of the checkout known in a folder. */
function link(name: string, to = folder): void {
  const at = join(to, 'node_modules', name)
  mkdirSync(dirname(at), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules', name), at, 'junction')
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'logstat-package-'))
  mkdirSync(join(folder, 'node_modules'))
  // Without scripts: they would build, under the feet of the tests that run beside this one.
  const packed = execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
    cwd: ROOT,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
  const [tarball] = JSON.parse(packed) as [{ filename: string; files: { path: string }[] }]
  files = tarball.files.map((f) => f.path)
  execFileSync('tar', ['-xzf', tarball.filename], { cwd: folder })
  renameSync(join(folder, 'package'), join(folder, 'node_modules/logstat'))
  for (const name of Object.keys(manifest.dependencies)) link(name)
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function node(...args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, args, {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, TZ: 'UTC', NO_COLOR: '1' },
  })
}
const logstat = (...args: readonly string[]): ReturnType<typeof node> =>
  node(join('node_modules/logstat', manifest.bin.logstat), ...args)

describe('the package', () => {
  it('holds what is needed to run, and no sources or tests', () => {
    expect(files).toEqual(
      expect.arrayContaining([
        'package.json',
        'README.md',
        'LICENSE',
        'bin/logstat.js',
        'dist/index.js',
        'dist/index.d.ts',
        'dist/bundle/html.cjs',
        'dist/bundle/kinds.cjs',
        'dist/bundle/rules.cjs',
        'dist/bundle/worker.cjs',
        'dist/generated/kernel.wasm',
        'dist/generated/catalogue/index.json',
        'dist/generated/catalogue/notes.jsonl',
      ]),
    )
    expect(files.filter((f) => /^(src|test|fixtures|bench|coverage|node_modules|\.)/.test(f))).toEqual([])
    expect(files.filter((f) => f.endsWith('.ts') && !f.endsWith('.d.ts'))).toEqual([])
  })

  it('runs', () => {
    expect(logstat('--version')).toMatchObject({ status: 0, stdout: `${manifest.version}\n`, stderr: '' })
    expect(logstat('explain', '404')).toMatchObject({
      status: 0,
      stderr: '',
      stdout: expect.stringMatching(/^404 {2}Not Found/) as string,
    })
    const run = logstat(fixture('iis/u_ex261122.log'), '--format', 'json')
    expect([run.status, run.stderr]).toEqual([0, ''])
    const { totals } = JSON.parse(run.stdout) as { totals: { entries: number } }
    expect(totals.entries).toBe(652)
  })

  it('keeps counts in a database', () => {
    expect(logstat('ingest', fixture('nginx/access.log'), '--db', 'web.db')).toMatchObject({ status: 0, stderr: '' })
    expect(logstat('report', '--db', 'web.db')).toMatchObject({ status: 0, stderr: '' })
  })

  it('is a library, with types that stand by themselves', () => {
    link('@types/node')
    const program = `
      import { findInputs, makeReport, openStore, type Report, readInputs } from 'logstat'
      const store = openStore(null)
      await readInputs(findInputs([process.argv[2] as string]), store)
      const report: Report = makeReport(store)
      store.close()
      console.log(report.totals.entries satisfies number)`
    writeFileSync(join(folder, 'use.ts'), program)
    const options = ['--strict', '--target', 'es2023', '--module', 'nodenext', '--types', 'node']
    const compiled = node(join(ROOT, 'node_modules/typescript/bin/tsc'), ...options, 'use.ts')
    expect([compiled.status, compiled.stdout]).toEqual([0, ''])
    expect(node('use.js', fixture('iis/u_ex261122.log'))).toMatchObject({ status: 0, stdout: '652\n', stderr: '' })
  })

  it('says what to do when SQLite was not built', () => {
    const alone = mkdtempSync(join(tmpdir(), 'logstat-alone-'))
    cpSync(join(folder, 'node_modules/logstat'), alone, { recursive: true })
    for (const name of Object.keys(manifest.dependencies)) if (name !== 'better-sqlite3') link(name, alone)
    const run = (...args: readonly string[]): ReturnType<typeof node> =>
      node(join(alone, manifest.bin.logstat), ...args)
    const { status, stderr } = run(fixture('iis/u_ex261122.log'))
    expect([status, stderr]).toEqual([
      2,
      expect.stringMatching(/^logstat: SQLite cannot be used with Node v.*\n +.*npm rebuild better-sqlite3\n$/),
    ])
    expect(run('explain', '404').status).toBe(0)
    rmSync(alone, { recursive: true, force: true })
  })
})
