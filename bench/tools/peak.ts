import { writeFileSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'

// Loaded before a Node program: at its end, writes its peak memory in KiB to the file named by PEAK_FILE. For machines
// without GNU time.

if (isMainThread)
  process.on('exit', () => writeFileSync(process.env.PEAK_FILE as string, String(process.resourceUsage().maxRSS)))
