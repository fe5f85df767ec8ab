import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text as textOf } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { crc32, deflateRawSync, gzipSync } from 'node:zlib'
import { packTar } from 'modern-tar'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { progress } from '../src/cli/progress.js'
import type { LogstatError } from '../src/errors.js'
import { findInputs, type Input } from '../src/input/find.js'
import { openInput, openInputs, type Reader } from '../src/input/open.js'
import { ALONE } from '../src/input/packing/packed.js'
import { Xxh64 } from '../src/input/packing/xxh64.js'
import { fillRing, makeRing, ringReader } from '../src/threads/ring.js'
import { logstat, ROOT } from './support.js'

/** What `zstd`, `bzip2` and `xz` make of FORTY. */
const ZSTD =
  'KLUv/WTSDb0LAObSLhtgTZoD1HfCUheXjEH2YJas3CmllFrvIgFJ4TwxACYAIgCkKArZSL6TQoPHwWJRQHYwNChAHGQxQFBIwrYFkAmMAtX1mHgwOFoEoiAKMsOkMcNrfw1Zkh9HJ6JU9EI86WflKmNqzIu/k923HMlWkgBlxg10OERILJSnalp9j6lb0xa97N/1ayWWk0Gv0U9Cx2XKsoY8E8+ZRbPKySb5yEf2sXnccmmaxrvJu+zRrkfflWwnt0dl0ena02qApahRpFtp/xkDoIOiJB0SYDAoBA5GcI5FeoLWiqj3N8DelGYrBJuup6p4THWKkcHyqpsb356KVlfZJPV56oQ6m7jz8Ly0d9TyT3pPyy4uev/1+mY+uPnR5kc7j2Luu8by4JY3sbC4t/wcPgq+/4xq7xb84mto+Nrx9uME+RlV1DOC8jW7QpvkIdoVNh82C2tsy7+0W+mQXumzn34xe9ZEHrrStbVB5HhXZNWnHuxdXu1BgqDFqgj4ag67IpI='
const BZIP2 =
  'QlpoOTFBWSZTWcp/4tIABKZfgEAQUAv/8ALBRAoqhNMAQAKDtCqhA1Hqpp/6pP1U9QNQYAACUxQmSm0gAAAGGRgTTAmQxNGAVFCFMSGgaephGTamKSosElRZbNWG3Y29eWTbykbckbckbclayTkkqK6Soryts+jCY3L3tjWytYZaRkkkzuIkrWZpIAAAAAAAAAABtSVF+xGNy0tLS0tLS07xHGefJXBOCcE4JwTgnL7pJJZAoYFCAjIjwCSdwjmnAipI0I3EYQ7xFR6vIRUnYRZD2EWPAR0EdwjF45Yuc+KaB+rMBFEbddwY+X12EdRG4ja23cRcYEYxuDaSSSFdgUKqoLLUakyVrpt26E7gUbCOOXfmrUtwIzcGhFaprWGbbKUiAolVFTkG2xsbSSd997pObFICM78A4EdRGtX8XHqI2yzbz55zrl0uNWuBQ2lG8+MMYySTkVCmBQqoDZJLLaSSTGNJLDxeKTBUAxri/MTwBRfmBL5dmjT21I5mhBLtu15ZuS9Et1ccCcWavNqCjLiTlscnLYwk5ago305bDeInLY26NLjW+sbyE0IsSeYjxEfMRsI6iPMRRHoI0I9BH+EcCPcR7CPgR7iOgjsI+BHYR/xdyRThQkMp/4tI'
const XZ =
  '/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4A7RAX5dABkMArc3jZbzqU2i4JOxsu1dZIFG9u3Q9OMqboGhyOMtxLEc4xJRo1WkPz4UFHQO1YU3Uc7Qc6SGuAN7R+WOPUXs8aalPWts5iREzyfmKC1kupuJzVWucUq8LhA0FTs73biDqAa/BU8gla+QBqS40LQl+1QQ0cQtXWsSnK629kgY5dDSf5zHsGek971anzOso6ebqgdytk8HgEKG4fMnXyI0Vo7LCnT43c2Gve8B4qeVzrsxrHWZd+NQlF9TrXbL2EFpmfrLYkLTuPMztklL9I0XGdISlZAPOYOOIKqT6thF/mpjHhKK48VmUv87ehfPK7MW6bZKMcFxrZk75ORTWDCzcHDNe71WqNtxVfZLL6gJ/60n+CheBpRij3aIBaCtZJHCffixVwjXALbyWwchF7xV89sMbpb4fsx+KNgODHx3qYUmAqX/sZ/fB3UlTrnYTESnFy+S5zNrZxjsHCfRqv+aLva59+nrxEp3zNmvqkgZkF1XEj/mAb05YK+BLykAAACP3smM3fKPgAABmgPSHQAAGdqroLHEZ/sCAAAAAARZWg=='

const logLine = (i: number): string =>
  `203.0.113.${i % 7} - - [22/Nov/2026:10:00:${String(i % 60).padStart(2, '0')} +0000] "GET /page/${i * i} HTTP/1.1" ${i % 5 ? 200 : 404} ${100 + i} "-" "curl/8.4.0"\n`
const logOf = (lines: number): Buffer => Buffer.from(Array.from({ length: lines }, (_, i) => logLine(i)).join(''))
const FORTY = logOf(40)
const base64 = (text: string): Buffer => Buffer.from(text, 'base64')
const PACKED: Readonly<Record<string, Buffer>> = {
  gzip: gzipSync(FORTY),
  zstd: base64(ZSTD),
  bzip2: base64(BZIP2),
  xz: base64(XZ),
}

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'logstat-input-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function file(name: string, ...parts: readonly Uint8Array[]): string {
  const path = join(folder, name)
  writeFileSync(path, Buffer.concat(parts))
  return path
}

interface Read {
  name: string
  packing?: string
  recoded?: string | null
  text?: string
  error?: string
}

/** Everything that comes out of an input, as text of one byte a character. */
async function readAll(path: string): Promise<Read[]> {
  const all: Read[] = []
  for await (const opened of openInputs(findInputs([path]))) {
    const name = opened.input.name.slice(folder.length + 1)
    if ('error' in opened) {
      all.push({ name, error: opened.error.code })
      continue
    }
    all.push(await readTo(opened.reader, name))
  }
  return all
}

async function readTo(reader: Reader, name: string): Promise<Read> {
  const found: Read = { name, packing: reader.packing, recoded: reader.recoded, text: '' }
  const space = Buffer.alloc(1000)
  try {
    for (let n = await reader.read(space); n > 0; n = await reader.read(space))
      found.text += space.toString('latin1', 0, n)
  } catch (error) {
    found.error = (error as { code: string }).code
  }
  reader.close()
  return found
}

/** What comes out of a file, in whatever way it is unpacked. */
async function only(path: string): Promise<Read> {
  const all = await readAll(path)
  expect(all).toHaveLength(1)
  const [found] = all as [Read]
  const [input] = findInputs([path]) as [Input]
  // What fits into a ring as a whole goes into it without anybody who takes it out.
  const ring = makeRing()
  await fillRing(ring, () => openInput(input, ALONE))
  const open = [() => openInput(input, ALONE), async () => ringReader(ring, () => {})]
  for (const other of open) {
    const { text = '', error } = await other().then(
      (reader) => readTo(reader, found.name),
      (failure: LogstatError): Partial<Read> => ({ error: failure.code }),
    )
    expect(error).toBe(found.error)
    if (error === undefined) expect(text).toBe(found.text)
    // Of data that are damaged one way may get further than another.
    else
      expect([text, found.text ?? ''].sort((a, b) => a.length - b.length)).toSatisfy(
        ([short, long]: string[]) => long?.startsWith(short as string) === true,
      )
  }
  return found
}

/** A zip archive. */
function zip(members: Readonly<Record<string, Buffer>>, { encrypted = false } = {}): Buffer {
  const local: Buffer[] = []
  const central: Buffer[] = []
  let offset = 0
  for (const [name, bytes] of Object.entries(members)) {
    const data = deflateRawSync(bytes)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(encrypted ? 1 : 0, 2)
    common.writeUInt16LE(8, 4)
    common.writeUInt32LE(crc32(bytes), 10)
    common.writeUInt32LE(data.length, 14)
    common.writeUInt32LE(bytes.length, 18)
    common.writeUInt16LE(name.length, 22)
    const rest = Buffer.alloc(14)
    rest.writeUInt32LE(offset, 10)
    central.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, rest, Buffer.from(name))
    const entry = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, Buffer.from(name), data])
    local.push(entry)
    offset += entry.length
  }
  const directory = Buffer.concat(central)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(central.length / 4, 8)
  end.writeUInt16LE(central.length / 4, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...local, directory, end])
}

const tar = async (members: Readonly<Record<string, Buffer>>): Promise<Buffer> =>
  Buffer.from(
    await packTar([
      { header: { name: 'logs/', size: 0, type: 'directory' } },
      ...Object.entries(members).map(([name, body]) => ({ header: { name, size: body.length }, body })),
    ]),
  )

describe('packed by content', () => {
  for (const [name, packed] of Object.entries(PACKED)) {
    it(`${name}: whole, several one after the other, under any name`, async () => {
      expect(await only(file(`${name}.log`, packed))).toEqual({
        name: `${name}.log`,
        packing: name,
        recoded: null,
        text: FORTY.toString(),
      })
      expect((await only(file(`${name}-twice`, packed, packed))).text).toBe(FORTY.toString().repeat(2))
    })

    it(`${name}: cut off anywhere, it ends in an error, and what came is the beginning`, async () => {
      for (const cut of [12, Math.floor(packed.length / 2), packed.length - 9, packed.length - 1]) {
        const { text, error } = await only(file(`${name}-cut`, packed.subarray(0, cut)))
        expect(error, `cut at ${cut}`).toBe('damaged')
        expect(FORTY.toString().startsWith(text ?? '')).toBe(true)
      }
    })

    it(`${name}: something else behind it is told, and all before it is there`, async () => {
      expect(
        await only(file(`${name}-tail`, packed, Buffer.from('and then some garbage that is long enough'))),
      ).toMatchObject({
        text: FORTY.toString(),
        error: 'damaged',
      })
    })
  }

  it('a bit that fell over is told, wherever it is in the data or their checksum', async () => {
    for (const [name, packed] of Object.entries(PACKED))
      for (const at of [0.4, 0.5, 0.6, 0.8]
        .map((share) => Math.floor(packed.length * share))
        .concat(name === 'xz' ? packed.length - 30 : packed.length - 5)) {
        const broken = Buffer.from(packed)
        broken[at] = (broken[at] as number) ^ 0x10
        expect([name, at, (await only(file(`${name}-bit`, broken))).error]).toEqual([name, at, 'damaged'])
      }
  })

  it('zstd: frames that hold something else are passed over, a newline behind the last is told', async () => {
    const other = Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 5, 0, 0, 0, 1, 2, 3, 4, 5])
    const packed = PACKED.zstd as Buffer
    expect((await only(file('other.zst', packed, other, packed, other))).text).toBe(FORTY.toString().repeat(2))
    const run = logstat([file('newline.gz', PACKED.gzip as Buffer, Buffer.from('\n'))])
    expect(run.stderr).toContain('after the gzip data something follows that is no gzip')
  })

  it('XXH64 is that of its specification, however the bytes come', () => {
    const hash = (text: string, size: number): string => {
      const sum = new Xxh64()
      for (let at = 0; at < text.length; at += size) sum.update(Buffer.from(text.slice(at, at + size)))
      return sum.digest().toString(16).padStart(16, '0')
    }
    // https://github.com/Cyan4973/xxHash and the tests of its ports
    for (const [text, expected] of [
      ['', 'ef46db3751d8e999'],
      ['a', 'd24ec4f1a98c6e5b'],
      ['abc', '44bc2cf5ad770999'],
      ['Nobody inspects the spammish repetition', 'fbcea83c8a378bf1'],
    ] as const)
      for (const size of [1, 7, 31, 32, 33, 100]) expect(hash(text, size)).toBe(expected)
  })

  it('gzip: a broken member is told, whole ones before it are read; zeros behind the last are nothing', async () => {
    const broken = Buffer.from(PACKED.gzip as Buffer)
    broken[broken.length - 6] = (broken[broken.length - 6] as number) ^ 1
    expect(await only(file('sum.gz', PACKED.gzip as Buffer, broken))).toMatchObject({
      text: FORTY.toString().repeat(2),
      error: 'damaged',
    })
    const padded = await only(file('pad.gz', PACKED.gzip as Buffer, Buffer.alloc(70_000)))
    expect(padded).toEqual({ name: 'pad.gz', packing: 'gzip', recoded: null, text: FORTY.toString() })
  })

  it('gzip: members of any size at any place, with every header field', async () => {
    const parts: Buffer[] = []
    let text = ''
    for (const lines of [0, 1, 900, 3, 5000, 1]) {
      const plain = logOf(lines)
      text += plain.toString()
      const packed = gzipSync(plain, { level: lines % 2 ? 9 : 0 })
      // FHCRC, FEXTRA, FNAME and FCOMMENT
      const header = Buffer.from([
        0x1f,
        0x8b,
        8,
        2 | 4 | 8 | 16,
        0,
        0,
        0,
        0,
        0,
        3,
        3,
        0,
        1,
        2,
        3,
        ...Buffer.from('name\0comment\0'),
        9,
        9,
      ])
      parts.push(header, packed.subarray(10))
    }
    expect((await only(file('fields.gz', ...parts))).text).toBe(text)
  })

  it('gzip: cut off, as much is read as gzip itself reads', async () => {
    const packed = gzipSync(logOf(20_000))
    const path = file('large-cut.gz', packed.subarray(0, packed.length * 0.6))
    const { text = '', error } = await only(path)
    expect(error).toBe('damaged')
    const run = logstat([path, '--format', 'json'])
    expect(run.status).toBe(2)
    expect(run.stderr).toContain('the gzip data ends too early; what could be read is counted')
    expect(JSON.parse(run.stdout).totals.entries).toBe(text.split('\n').length - 1)
    expect(text.length).toBeGreaterThan(0.55 * logOf(20_000).length)
  })

  it('packed twice by mistake', async () => {
    expect(await only(file('twice.gz.gz', gzipSync(PACKED.gzip as Buffer)))).toMatchObject({
      packing: 'gzip, gzip',
      text: FORTY.toString(),
    })
  })

  it('says what it does not unpack, and with what it can be unpacked', () => {
    const run = logstat([file('old.log', Buffer.from([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c, 0, 4]))])
    expect(run.status).toBe(2)
    expect(run.stderr).toMatch(/7-Zip data are not unpacked\n.*7z x -so .*old\.log \| logstat -/)
  })

  it('reads packed data from standard input', () => {
    for (const packed of Object.values(PACKED)) {
      const run = logstat(['-', '--format', 'json'], { input: packed })
      expect(run.status).toBe(0)
      expect(JSON.parse(run.stdout).totals.entries).toBe(40)
    }
  })

  it('reads from standard input what is in a file, however it comes and whatever has to be done to it', async () => {
    const log = logOf(3000).toString()
    const array = `[${log.split('\n', 1000).map((line) => JSON.stringify({ request: 'GET /a HTTP/1.1', status: 200, remote_addr: line.split(' ')[0] }))}]`
    const reportOf = (json: string): unknown => ({ ...JSON.parse(json), inputs: null })
    for (const input of [
      log,
      gzipSync(log),
      gzipSync(log, { level: 0 }),
      Buffer.from(`\ufeff${log}`, 'utf16le'),
      array,
    ].map((bytes) => Buffer.from(bytes as Buffer))) {
      const child = spawn(process.execPath, ['bin/logstat.js', '-', '--format', 'json'], {
        cwd: ROOT,
        stdio: ['pipe', 'pipe', 'inherit'],
      })
      const output = textOf(child.stdout)
      for (let at = 0; at < input.length; at += 5000) {
        child.stdin.write(input.subarray(at, at + 5000))
        // Time for each piece to be read by itself, once the command is up.
        await setTimeout(at === 0 ? 300 : 2)
      }
      child.stdin.end()
      expect(reportOf(await output)).toEqual(reportOf(logstat([file('same.log', input), '--format', 'json']).stdout))
    }
  })

  it.skipIf(process.platform === 'win32')('reads a named pipe, plain and packed', () => {
    const path = file('piped.log', FORTY)
    for (const command of [`cat ${path}`, `gzip -c ${path}`]) {
      const report = execFileSync('bash', ['-c', `${process.execPath} bin/logstat.js <(${command}) --format json`], {
        encoding: 'utf8',
        cwd: ROOT,
      })
      expect(JSON.parse(report).totals.entries).toBe(40)
    }
  })

  /** Bytes that come out of a file, and the most memory that is held meanwhile, in a process of its own. */
  function unpackedApart(path: string, alone: boolean): number[] {
    const script = `const { openInput } = await import('./dist/input/open.js')
      const reader = await openInput({ name: 'bomb', path: ${JSON.stringify(path)}, optional: false, size: null }, { alone: ${alone} })
      const space = Buffer.alloc(1 << 18); let bytes = 0; let most = 0
      for (let n; (n = await reader.read(space)) > 0; bytes += n) most = Math.max(most, process.memoryUsage.rss())
      console.log(bytes, most)`
    return execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
      .split(' ')
      .map(Number)
  }
  it('does not hold in memory what a small file unpacks to', () => {
    // 400 MB of zeros and a line, in 400 kB
    const path = file('bomb.gz', gzipSync(Buffer.alloc(100 << 20)), gzipSync(Buffer.alloc(300 << 20)), gzipSync(FORTY))
    for (const alone of [false, true]) {
      const [bytes, most] = unpackedApart(path, alone)
      expect(bytes).toBe((400 << 20) + FORTY.length)
      expect(most).toBeLessThan(200 << 20)
    }
  })
  it('takes no more memory for many small members than for one', () => {
    const MEMBERS = 20_000
    const path = file('members.gz', Buffer.concat(new Array(MEMBERS).fill(gzipSync(FORTY))))
    const [bytes, most] = unpackedApart(path, true)
    expect(bytes).toBe(MEMBERS * FORTY.length)
    expect(most).toBeLessThan(200 << 20)
  })
})

describe('archives', () => {
  const members = {
    'logs/a.log': logOf(10),
    'logs/b.log.gz': gzipSync(logOf(20)),
    'logs/readme.txt': Buffer.from('no log\n'),
    'logs/c d.log': logOf(3000),
  }

  it('zip: each file is an input of its own', async () => {
    const found = await readAll(file('old.zip', zip(members)))
    expect(found.map((f) => [f.name, f.packing, f.text?.split('\n').length])).toEqual([
      ['old.zip!logs/a.log', 'zip', 11],
      ['old.zip!logs/b.log.gz', 'zip, gzip', 21],
      ['old.zip!logs/readme.txt', 'zip', 2],
      ['old.zip!logs/c d.log', 'zip', 3001],
    ])
  })

  it('tar, and tar packed in any way', async () => {
    const archive = await tar(members)
    for (const [name, bytes, outer] of [
      ['old.tar', archive, ''],
      ['old.tgz', gzipSync(archive), 'gzip, '],
    ] as const) {
      const found = await readAll(file(name, bytes))
      expect(found.map((f) => [f.name, f.packing, f.text?.split('\n').length])).toEqual([
        [`${name}!logs/a.log`, `${outer}tar`, 11],
        [`${name}!logs/b.log.gz`, `${outer}tar, gzip`, 21],
        [`${name}!logs/readme.txt`, `${outer}tar`, 2],
        [`${name}!logs/c d.log`, `${outer}tar`, 3001],
      ])
    }
  })

  it('a file that is no log is passed over with a note, and the exit status is 0', async () => {
    for (const path of [file('pass.zip', zip(members)), file('pass.tar', await tar(members))]) {
      const run = logstat([path, '--format', 'json'])
      expect(run.status).toBe(0)
      expect(run.stderr).toMatch(/^logstat: passed over: .*!logs\/readme\.txt: not an access log/)
      const report = JSON.parse(run.stdout)
      expect(report.totals.entries).toBe(3030)
      expect(report.inputs).toHaveLength(3)
    }
  })

  it('one file of an archive can be opened by itself', async () => {
    for (const path of [file('one.zip', zip(members)), file('one.tar', await tar(members))]) {
      const reader = await openInput({ name: path, path, optional: true, size: null, member: 1 })
      const space = Buffer.alloc(9)
      await reader.read(space)
      expect(space.toString()).toBe('203.0.113')
      reader.close()
    }
  })

  it('read again into a database, nothing is counted twice', async () => {
    // Logs that begin alike would be the same log, grown.
    const apart = Object.fromEntries(
      Object.entries(members).map(([name, bytes], i) => [
        name,
        name.endsWith('.log') ? Buffer.from(bytes.toString().replaceAll('/page', `/${i}`)) : bytes,
      ]),
    )
    for (const path of [file('again.zip', zip(apart)), file('again.tgz', gzipSync(await tar(apart)))]) {
      const db = join(folder, `${path.slice(-3)}.db`)
      const first = logstat(['ingest', path, '--db', db])
      expect(first.stdout).toMatch(/a\.log: 10 new entries\n/)
      const second = logstat(['ingest', path, '--db', db])
      expect(second.stdout.match(/nothing new/g)).toHaveLength(3)
      expect(second.stdout).not.toContain('new entries')
    }
  })

  it('files in an archive that begin with the same line are different files', async () => {
    const path = file(
      'alike.zip',
      zip({
        'a.log': Buffer.from(logLine(0) + logLine(1).repeat(3)),
        'b.log': Buffer.from(logLine(0) + logLine(2).repeat(4)),
      }),
    )
    const db = join(folder, 'alike.db')
    expect(logstat(['ingest', path, '--db', db]).stdout).toMatch(/a\.log: 4 new entries\n.*b\.log: 5 new entries\n/)
    expect(logstat(['ingest', path, '--db', db]).stdout.match(/nothing new/g)).toHaveLength(2)
  })

  it('cut off: what came before the cut is counted, and the exit status is 2', async () => {
    const archive = gzipSync(await tar({ 'a.log': logOf(50), 'b.log': logOf(9000), 'c.log': logOf(50) }))
    const run = logstat([file('cut.tgz', archive.subarray(0, archive.length / 2)), '--format', 'json'])
    expect(run.status).toBe(2)
    expect(run.stderr).toContain('cut.tgz!b.log: the tar data ends too early')
    const { totals } = JSON.parse(run.stdout)
    expect(totals.entries).toBeGreaterThan(4000)
    expect(totals.entries).toBeLessThan(9050)

    const whole = zip({ 'a.log': logOf(50), 'b.log': logOf(900) })
    const cut = logstat([file('cut.zip', whole.subarray(0, whole.length - 100))])
    expect(cut.status).toBe(2)
    expect(cut.stderr).toContain('cut.zip: the zip data is damaged')
  })

  it('says what it cannot read: encrypted files, an archive in an archive, an empty one', async () => {
    expect(await readAll(file('secret.zip', zip({ 'a.log': FORTY }, { encrypted: true })))).toEqual([
      { name: 'secret.zip!a.log', error: 'encrypted' },
    ])
    expect(await readAll(file('nest.zip', zip({ 'in.zip': zip({ 'a.log': FORTY }) })))).toEqual([
      { name: 'nest.zip!in.zip', error: 'unsupported' },
    ])
    expect(await readAll(file('empty.zip', zip({})))).toEqual([{ name: 'empty.zip', error: 'no-logs' }])
    expect(logstat(['-'], { input: zip(members) }).stderr).toContain(
      'a zip archive can be read only from a file of its own',
    )
  })

  it('a name in an archive cannot write to the terminal', async () => {
    const run = logstat([file('evil.tar', await tar({ 'a\x1b[2J.txt': Buffer.from('no log\n'), 'b.log': FORTY }))])
    expect(run.status).toBe(0)
    expect(run.stdout + run.stderr).not.toContain('\x1b')
    expect(run.stderr).toContain('a\\x1B[2J.txt')
  })
})

describe('encodings', () => {
  const text = FORTY.toString()
  const utf16 = (bytes: string, swap: boolean): Buffer =>
    swap ? Buffer.from(bytes, 'utf16le').swap16() : Buffer.from(bytes, 'utf16le')
  const entries = (path: string): number => {
    const run = logstat([path, '--format', 'json'])
    expect(run.stderr).toBe('')
    expect(run.status).toBe(0)
    return JSON.parse(run.stdout).totals.entries
  }

  it('UTF-16, either order, with and without a byte order mark, as PowerShell writes it', async () => {
    for (const [name, swap] of [
      ['UTF-16LE', false],
      ['UTF-16BE', true],
    ] as const)
      for (const mark of ['', '\ufeff']) {
        const path = file('wide.log', utf16(`${mark}${text.replaceAll('\n', '\r\n')}`, swap))
        expect(await only(path)).toMatchObject({ recoded: name, text: text.replaceAll('\n', '\r\n') })
        expect(entries(path)).toBe(40)
      }
  })

  it('UTF-16 keeps what is not ASCII, and the numbers of lines', () => {
    const run = logstat([
      file('zh.log', utf16(`\ufeff${text}哈囉 not a log line\r\n${text.replaceAll('/page/', '/頁/')}`, false)),
      '--format',
      'json',
      '--top',
      '50',
    ])
    const report = JSON.parse(run.stdout)
    expect(report.rejects[0].samples[0]).toMatchObject({ line: 41, text: '哈囉 not a log line\r' })
    expect(
      report.codes.find((c: { status: number }) => c.status === 404).top.paths.map((p: { value: string }) => p.value),
    ).toContain('/頁/25')
  })

  it('UTF-8 with a byte order mark, CR as the end of lines, CRLF, no last newline', async () => {
    expect(entries(file('mark.log', Buffer.from(`\ufeff${text}`)))).toBe(40)
    expect(entries(file('one.log', Buffer.from(`\ufeff${logLine(1)}`)))).toBe(1)
    expect(entries(file('mark.log.gz', gzipSync(Buffer.from(`\ufeff${text}`))))).toBe(40)
    expect(entries(file('cr.log', Buffer.from(text.replaceAll('\n', '\r'))))).toBe(40)
    expect((await only(file('cr.log', Buffer.from(text.replaceAll('\n', '\r'))))).text).toBe(text)
    expect(entries(file('wide-cr.log', utf16(`\ufeff${text.replaceAll('\n', '\r')}`, false)))).toBe(40)
    expect(
      entries(
        file(
          'mark-w3c.log',
          Buffer.from('\ufeff#Fields: date time c-ip sc-status\r\n2026-11-22 10:00:00 192.0.2.1 404\r\n'),
        ),
      ),
    ).toBe(1)
    expect(entries(file('crlf.log', Buffer.from(text.replaceAll('\n', '\r\n'))))).toBe(40)
    expect(entries(file('end.log', Buffer.from(text.trimEnd())))).toBe(40)
    expect(entries(file('none.log', Buffer.alloc(0)))).toBe(0)
  })

  it('Latin-1, Big5, CP949 and NUL bytes stay what they are, and are shown safely', () => {
    const line = (path: number[]): Buffer =>
      Buffer.concat([
        Buffer.from('192.0.2.1 - - [22/Nov/2026:10:00:00 +0000] "GET /'),
        Buffer.from(path),
        Buffer.from(' HTTP/1.1" 404 5\n'),
      ])
    const run = logstat([
      file('bytes.log', line([0xfc]), line([0xa4, 0xa4]), line([0xb0, 0xa1]), line([0x61, 0, 0x62])),
      '--format',
      'json',
    ])
    expect(run.status).toBe(0)
    const paths = JSON.parse(run.stdout).codes[0].top.paths.map((p: { value: string }) => p.value)
    expect(paths.sort()).toEqual(['/\\xA4\\xA4', '/\\xB0\\xA1', '/\\xFC', '/a\0b'])
    const shown = logstat([join(folder, 'bytes.log'), '--format', 'csv', '--table', 'paths']).stdout
    expect(shown).toContain('/a\\x00b')
    expect(shown).not.toContain('\0')
  })

  it('a line of 100 MB is one rejected line, and memory stays small', () => {
    const path = join(folder, 'long.log')
    const out = openSync(path, 'w')
    writeSync(out, FORTY)
    for (let i = 0; i < 100; i++) writeSync(out, Buffer.alloc(1 << 20, 'x'))
    writeSync(out, `\n${text}`)
    closeSync(out)
    const run = logstat([path, '--format', 'json', '--jobs', '1'])
    const { totals, rejects } = JSON.parse(run.stdout)
    expect(totals).toMatchObject({ lines: 81, entries: 80, rejected: 1 })
    expect(rejects[0]).toMatchObject({ reason: 'too-long', count: 1 })
  })
})

describe('JSON documents', () => {
  const jsonOf = async (text: string): Promise<Read> => only(file('doc.json', Buffer.from(text)))

  it('an array, an object that holds one, records over several lines: a line each', async () => {
    const lines = '{"status":200,"t":1.50}\n{"status":404,"r":{"a":["x\\ny",null]}}\n'
    const records = '{"status": 200, "t": 1.50},\n {"status": 404,\n "r": {"a": ["x\\ny", null]}}'
    for (const document of [
      `[${records}]`,
      `\ufeff \n[\n${records}\n]\n`,
      `{"version": [1], "records": [${records}], "next": {"a": 1}}`,
      records.replace('},\n', '}\n').replace('{"status": 404,\n', '{\n"status": 404,'),
    ])
      expect([document, await jsonOf(document)]).toEqual([
        document,
        {
          name: 'doc.json',
          packing: 'none',
          recoded: document.startsWith('{"status"') ? null : 'JSON document',
          text: document.startsWith('{"status"') ? document : lines,
        },
      ])
    expect((await jsonOf(`{\n"a": 1\n}\n{\n"a": 2\n}\n`)).text).toBe('{"a":1}\n{"a":2}\n')
  })

  it('numbers keep their digits', async () => {
    expect((await jsonOf('[{"ns":1700000000123456789}]')).text).toBe('{"ns":1700000000123456789}\n')
  })

  it('JSON lines, even bad ones, and logs that begin with a bracket are left alone', async () => {
    for (const lines of [
      '{"a":1}\n{"a":2}\n',
      '{"a":"\\x22"}\n{"a":2}\n',
      '{"a":"\\x22"}',
      '[10/Oct/2023:10:00:00 +0000] x\n',
      '{"status":200,"data":[1,2]}\n',
    ])
      expect(await jsonOf(lines)).toMatchObject({ recoded: null, text: lines })
  })

  it('one that breaks off is told, and the records before it are there', async () => {
    expect(await jsonOf('[{"a":1},{"a":2},{"a')).toMatchObject({ text: '{"a":1}\n{"a":2}\n', error: 'damaged' })
    expect(await jsonOf(`[${'{"a":1},'.repeat(2000)}{"a":]`)).toMatchObject({
      error: 'damaged',
      text: expect.stringMatching(/^(\{"a":1\}\n){1000,}$/),
    })
  })

  it('records longer than what is waited for come whole', async () => {
    const long = 'x'.repeat(3 << 20)
    expect((await jsonOf(`[{"a":"${long}"},{"b":1}]`)).text).toBe(`{"a":"${long}"}\n{"b":1}\n`)
    const many = Object.fromEntries(Array.from({ length: 200_000 }, (_, i) => [`key${i}`, i]))
    expect((await jsonOf(JSON.stringify(many, null, 1))).text).toBe(`${JSON.stringify(many)}\n`)
  })

  it('packed and in UTF-16', async () => {
    expect(await only(file('doc.json.gz', gzipSync('[{"a":1}]')))).toMatchObject({
      packing: 'gzip',
      recoded: 'JSON document',
      text: '{"a":1}\n',
    })
  })
})

describe('what cannot be read', () => {
  it('says so: no such file, no permission, a directory without logs', () => {
    expect(logstat([join(folder, 'nowhere.log')])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('no such file or directory'),
    })
    mkdirSync(join(folder, 'bare'))
    expect(logstat([join(folder, 'bare')])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('the directory holds no files'),
    })
    writeFileSync(join(folder, 'bare', 'a.txt'), 'hello\n')
    expect(logstat([join(folder, 'bare')])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('no access log among'),
    })
    writeFileSync(join(folder, 'bare', 'b.log'), FORTY)
    expect(logstat([join(folder, 'bare')])).toMatchObject({
      status: 0,
      stderr: expect.stringContaining('passed over: '),
    })
  })

  // The superuser may read everything.
  it.skipIf(process.getuid?.() === 0 || process.platform === 'win32')(
    'a file without permission is named with the remedy, the others are read',
    () => {
      const path = file('secret.log', FORTY)
      chmodSync(path, 0)
      const run = logstat([path, file('open.log', FORTY), '--format', 'json'])
      expect(run.status).toBe(2)
      expect(run.stderr).toMatch(/secret\.log: permission denied\n.*a user who may read it/)
      expect(JSON.parse(run.stdout).totals.entries).toBe(40)
    },
  )
})

describe('progress', () => {
  it('is quiet when standard error is no terminal', () => {
    expect(logstat([file('quiet.log', logOf(50_000)), '--format', 'json']).stderr).toBe('')
    const shown = progress([], false)
    shown.update({ input: { name: 'a', path: null, optional: false, size: null }, bytes: 1, lines: 1 })
    shown.end()
  })

  it('tells bytes, share, time left and lines a second, of several inputs in work at once', () => {
    const input = (name: string): Input => ({ name, path: name, optional: false, size: 1_000_000 })
    const [a, b] = [input('a.log'), input('b.log')]
    const now = vi.spyOn(performance, 'now').mockReturnValue(0)
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const { isTTY } = process.stderr
    process.stderr.isTTY = true
    try {
      const shown = progress([a, b], true)
      const at = (ms: number, input: Input, bytes: number, lines: number): string => {
        write.mockClear()
        now.mockReturnValue(ms)
        shown.update({ input, bytes, lines })
        return String(write.mock.calls[0]?.[0] ?? '').replace('\r\x1b[K', '')
      }
      expect(at(50, a, 100_000, 1000)).toBe('')
      expect(at(1000, b, 400_000, 4000)).toBe('b.log  500.0 kB  25 %  3 s left  5,000 lines/s')
      expect(at(2000, a, 600_000, 6000)).toBe('a.log  1.00 MB  50 %  2 s left  5,000 lines/s')
      shown.end()
    } finally {
      process.stderr.isTTY = isTTY
      vi.restoreAllMocks()
    }
  })
})
