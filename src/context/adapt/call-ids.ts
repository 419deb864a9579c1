/** Ids for the calls of an answer. A conversation with two calls of one id is refused (providers.md 4.2), and local models count anew with every turn. */
import { fitToolId } from '../../dialects/tool-id.ts'
import type { Message } from '../../ir/request.ts'

/**
 * Behind the ids of a local model's calls: the conversation itself says whose they are, also to a Trooper that was started since, or that
 * runs on another machine. No provider's id ends so, and the wires that want shorter ones (Mistral's nine characters) get them on the way
 * to the provider alone.
 */
const localMark = '_trooper'

/** How such an id ends in JSON. */
export const localCallEnd = `${localMark}"`

export function isLocalCall(id: string): boolean {
  return id.endsWith(localMark)
}

/** The id that a call leaves under: the model's own as every wire takes it, unless the conversation or this answer has it already. */
export function createCallIds(messages: readonly Message[], kind: 'cloud' | 'local' = 'cloud'): (id: string) => string {
  const mark = kind === 'local' ? localMark : ''
  let taken: Set<string> | undefined
  // Thousands of calls may share one id: counting begins where it ended.
  const counts = new Map<string, number>()
  const nextOf = (base: string, taken: ReadonlySet<string>): string => {
    for (let count = (counts.get(base) ?? 1) + 1; ; count += 1) {
      const own = fitToolId(`${base}_${count}`, mark)
      if (taken.has(own)) continue
      counts.set(base, count)
      return own
    }
  }
  return (id) => {
    // Most answers call nothing.
    taken ??= new Set(messages.flatMap(idsIn))
    const base = id === '' ? 'call' : id
    const own = fitToolId(base, mark)
    const free = taken.has(own) ? nextOf(base, taken) : own
    taken.add(free)
    return free
  }
}

function idsIn(message: Message): string[] {
  return message.role === 'assistant'
    ? message.content.flatMap((part) => (part.type === 'tool-call' ? [fitToolId(part.id)] : []))
    : []
}
