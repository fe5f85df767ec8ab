/**
 * The library: read logs into a store, make a report of it, look codes up. The command line is made of the same parts.
 */
export { type Win32Value, win32Value } from './catalogue/catalogue.js'
export { type CodeQuery, type Found, lookUp } from './catalogue/look-up.js'
export type { Language, Note, Text, Verdict } from './catalogue/note.js'
export { type Answer, answer } from './catalogue/query.js'
export { LogstatError } from './errors.js'
export { type Detection, detect, type Undetected } from './format/detect.js'
export type { Entry, Format, Server } from './format/format.js'
export { FORMATS, formatNamed } from './format/registry.js'
export { findInputs, type Input } from './input/find.js'
export { type InputResult, type Progress, type ReadOptions, readInputs } from './pipeline.js'
export { RENDERERS, type RenderOptions } from './render/render.js'
export { makeReport, type Report, type ReportCode, type ReportOptions } from './report/report.js'
export { compileSelection } from './report/select.js'
export { compileThreshold, judgeThresholds, type Threshold, type ThresholdResult } from './report/thresholds.js'
export { openStore, type Source, type Store } from './store/store.js'
