#!/usr/bin/env node
// Where Node can keep compiled code (from 22.8 on), the next start is quicker.
require('node:module').enableCompileCache?.()
const { run } = require('../dist/bundle/run.cjs')

// Should it come to no end, that is a failure.
process.exitCode = 2
run(process.argv.slice(2)).then((status) => {
  process.exitCode = status
})
