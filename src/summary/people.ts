import type { AgentKind } from '../diagnosis/kinds/kinds.js'

const PEOPLE: ReadonlySet<AgentKind> = new Set<AgentKind>(['browser', 'app', 'other'])

/** True for a kind of user agent that people come with. */
export const isPerson = (kind: AgentKind): boolean => PEOPLE.has(kind)
