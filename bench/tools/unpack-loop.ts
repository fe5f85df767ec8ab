import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'

// What Node's zlib needs to unpack files, one after the other, and touch nothing: the limit of any reader of gzip in
// one thread.

const CHUNK = 256 << 10
let bytes = 0
for (const path of process.argv.slice(2)) {
  const unpacked = createReadStream(path, { highWaterMark: CHUNK }).pipe(createGunzip({ chunkSize: CHUNK }))
  for await (const chunk of unpacked) bytes += (chunk as Buffer).length
}
process.stdout.write(JSON.stringify({ bytes }))
