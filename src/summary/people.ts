import type { AgentKind } from '../diagnosis/kinds/kinds.js'

const PEOPLE: ReadonlySet<AgentKind> = new Set<AgentKind>(['browser', 'app', 'other'])

/** Whether people come with such a user agent. */
export const isPerson = (kind: AgentKind): boolean => PEOPLE.has(kind)
