#!/usr/bin/env node
// Where Node can keep compiled code (from 22.8 on), the next start is quicker.
require('node:module').enableCompileCache?.()

// Should it come to no end, that is a failure.
process.exitCode = 2
let run
try {
  run = require('../dist/bundle/run.cjs').run
} catch (error) {
  if (process.env.LOGSTAT_DEBUG) console.error(error)
  console.error(`logstat: it is not built yet, or is being built just now (${error.message.split('\n')[0]})
         Try again in a minute; to build it, in its folder: npm ci
         logstat 尚未构建，或正在构建。请稍后再试；要构建，请在其目录中执行：npm ci`)
}
run?.(process.argv.slice(2)).then((status) => {
  process.exitCode = status
})
