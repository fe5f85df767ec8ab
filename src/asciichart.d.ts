// asciichart ships no types; this is what is used of it.
declare module 'asciichart' {
  interface PlotConfig {
    height?: number
    min?: number
    max?: number
    offset?: number
    format?: (value: number) => string
  }
  function plot(series: number[] | number[][], config?: PlotConfig): string
  const asciichart: { plot: typeof plot }
  export default asciichart
}
