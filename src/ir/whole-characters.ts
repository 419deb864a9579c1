/**
 * Texts that come in pieces, as whole characters: a model's tokens may end within one. Clients keep what they are told, and Anthropic takes a
 * history that holds half of one for no JSON. ~25 ns a piece.
 */
import type { Emit } from './events.ts'

export function inWholeCharacters(take: Emit): Emit {
  const wholeOf = createWholeCharacters()
  return (event) => {
    if (event.type !== 'text-delta' && event.type !== 'reasoning-delta') return take(event)
    const text = wholeOf(event.index, event.text)
    take(text === event.text ? event : { ...event, text })
  }
}

function createWholeCharacters(): (index: number, text: string) => string {
  /** What pieces ended with; waits for the other half. */
  const halves = new Map<number, string>()
  return (index, text) => {
    if (halves.size === 0 && text.isWellFormed()) return text
    const said = (halves.get(index) ?? '') + text
    const end = /[\uD800-\uDBFF]?$/.exec(said)?.index ?? said.length
    if (end < said.length) halves.set(index, said.slice(end))
    else halves.delete(index)
    return said.slice(0, end).toWellFormed()
  }
}
