#!/usr/bin/env node
import module from 'node:module'

// Where Node can keep compiled code (from 22.8 on), the next start is quicker.
module.enableCompileCache?.()
const { run } = await import('../dist/bundle/run.js')
process.exitCode = await run(process.argv.slice(2))
