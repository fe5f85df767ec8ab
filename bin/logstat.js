#!/usr/bin/env node
import module from 'node:module'

// Where Node can keep compiled code (from 22.8 on), the next start is quicker.
module.enableCompileCache?.()
const { main } = await import('../dist/cli/main.js')
process.exitCode = await main(process.argv.slice(2))
