import { hydrate } from 'preact'
import { App } from './app.js'
import { unpacked } from './island.js'
import type { Live } from './model.js'

// The script of the page. The build puts it and all that it needs into one text (build.ts).

const island = document.getElementById('data')
const root = document.getElementById('app')
if (island?.textContent && root)
  hydrate(<App live={unpacked(JSON.parse(island.textContent) as Live)} still={null} />, root)
