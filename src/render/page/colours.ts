// Colours as [light, dark]. Problems are warm and strong, the ordinary is cool and pale: a page of a healthy site looks
// calm. Neighbouring classes differ in lightness, too, so they stay apart for colour-blind readers and in grey print.
const COLOURS = {
  paper: ['#fafaf8', '#0f1115'],
  card: ['#ffffff', '#15181d'],
  sunk: ['#f3f3f0', '#1b1f25'],
  ink: ['#1a1c21', '#e8eaee'],
  soft: ['#50565f', '#aeb5c0'],
  faint: ['#60666f', '#9299a6'],
  line: ['#e4e4df', '#272b33'],
  rule: ['#c9c9c2', '#3a404a'],
  link: ['#2b55c8', '#93b4ff'],
  brush: ['#2b55c8', '#7ea4ff'],
  mark: ['#fff3c4', '#4a3f14'],
  c1xx: ['#8d83b8', '#9d92cc'],
  c2xx: ['#a8bac9', '#52687b'],
  c3xx: ['#5f86a6', '#7fa6c6'],
  c4xx: ['#d79a1e', '#e3b04b'],
  c5xx: ['#b01e48', '#f2647f'],
  cother: ['#565c67', '#c2c7d0'],
  act: ['#b01e48', '#ff7b93'],
  watch: ['#8a5a00', '#e3b04b'],
  info: ['#4f6f8c', '#8fb0cb'],
  ok: ['#1f7a54', '#5cc79a'],
} as const

/** Custom properties for both schemes; browsers older than 2024 lack `light-dark()` and get the light one. */
export function colourCss(): string {
  const properties = (value: (pair: readonly [string, string]) => string): string =>
    Object.entries(COLOURS)
      .map(([name, pair]) => `--${name}:${value(pair)}`)
      .join(';')
  const both = properties(([light, dark]) => `light-dark(${light},${dark})`)
  return `:root{${properties(([light]) => light)}}@supports (color:light-dark(#fff,#000)){:root{${both}}}`
}
