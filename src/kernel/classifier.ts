import type { Kernel } from './kernel.js'

/** An automaton that finds which of many patterns a text matches: see src/diagnosis/kinds/matcher.ts. */
interface Automaton {
  readonly classes: Uint8Array
  readonly classCount: number
  readonly next: Uint16Array
  readonly least: Uint16Array
}
/**
 * A classifier says what paths, queries and agents are, in numbers that mean something to whoever reads the evidence.
 */
export interface Classifier {
  readonly paths: Automaton
  readonly attacks: Automaton
  /** By value that `paths` finds: the class. By class: its kind. */
  readonly classOfRecord: Uint8Array
  readonly kindOfClass: Uint8Array
  /** Classes of paths that are a probe on any site. */
  readonly secret: number
  readonly exploit: number
  agentKind(agent: string): number
}

/** Hand a classifier to a kernel. */
export function layClassifier(
  kernel: Pick<Kernel, 'allocate' | 'wasm'>,
  { paths, attacks, classOfRecord, kindOfClass, secret, exploit }: Classifier,
): void {
  const { wasm } = kernel
  const lay = (bytes: Uint8Array): number => {
    const at = kernel.allocate(bytes.length)
    new Uint8Array(wasm.memory.buffer).set(bytes, at)
    return at
  }
  const words = ({ buffer, byteOffset, byteLength }: Uint16Array): number =>
    lay(new Uint8Array(buffer, byteOffset, byteLength))
  const layAll = ({ classes, classCount, next, least }: Automaton): [number, number, number, number] => [
    lay(classes),
    classCount,
    words(next),
    words(least),
  ]
  wasm.setPathMatcher(...layAll(paths), lay(classOfRecord), lay(kindOfClass))
  wasm.setAttackMatcher(...layAll(attacks))
  wasm.setHard(secret, exploit)
}
