import type { Live } from './model.js'
import { unpack } from './series.js'

/** Series, packed in the file, are unpacked to count with them. */
export const unpacked = (live: Live): Live => ({
  ...live,
  codes: live.codes.map((code) => ({ ...code, series: unpack(code.series) })),
  classes: Object.fromEntries(Object.entries(live.classes).map(([name, series]) => [name, unpack(series)])),
})

/** JSON inside a script element: no character in it can end the element or open a comment. */
export const islandText = (live: Live): string =>
  JSON.stringify(live).replace(/[<>&\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
