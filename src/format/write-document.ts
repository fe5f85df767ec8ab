import { writeFileSync } from 'node:fs'
import { formatsPage } from './document.js'

writeFileSync(new URL('../../docs/formats.md', import.meta.url), formatsPage())
