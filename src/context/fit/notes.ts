/** The words that stand in the place of what was left out. */
import type { Message } from '../../ir/request.ts'
import { allAtOnce, endsStep, type Steps } from '../../ir/steps.ts'
import type { Count } from '../count/count.ts'
import { takeFingerprint } from './fingerprint.ts'
import { plural, type Omitted } from '../omitted.ts'
import { createLruMap } from '../../lru-map.ts'

/** What stands around a summary, at most. */
export const noteFrameTokens = 80

export function noteOf({ messages, tokens, images }: Omitted, summary: string): string {
  const shown = images === 0 ? '' : `, ${plural(images, 'image')}`
  const left = `${plural(messages, 'message')} (${tokens} tokens${shown})`
  const head = `Earlier in this conversation, ${left} were left out, because all of it is longer than this model can read`
  return summary === '' ? `[${head}.]` : `[${head}. What was said in them, in short:\n${summary}\n]`
}

/** Texts that were worked out once, by what they were made from: the next turn of a conversation needs the same ones. */
export interface Memo {
  of(key: number, make: () => string): string
  get(key: number): string | undefined
  set(key: number, text: string): void
}

/** In characters. A text is about a kilobyte, but a single message of a user may be made as long as a window. */
const mostOfAll = 16_000_000
/** What an entry takes beside its characters. */
const overhead = 100

export function createMemo(): Memo {
  const texts = createLruMap<number, string>(mostOfAll, (text) => text.length + overhead)
  const of = (key: number, make: () => string): string => {
    const known = texts.get(key)
    if (known !== undefined) return known
    const text = make()
    texts.set(key, text)
    return text
  }
  return { of, get: (key) => texts.get(key), set: (key, text) => texts.set(key, text) }
}

/** Of everything that a summary of these messages is made from. */
export function keyOfMessages(messages: readonly Message[], ...also: (string | number)[]): number {
  return allAtOnce(takeKey(messages, ...also))
}

export function takeKey(messages: readonly Message[], ...also: (string | number)[]): Steps<number> {
  return takeFingerprint(textsOf(messages, also))
}

function* textsOf(messages: readonly Message[], also: readonly (string | number)[]): Iterable<string> {
  for (const one of also) yield String(one)
  for (const { role, content } of messages) {
    yield role
    for (const part of content) {
      if (part.type === 'tool-result')
        for (const inner of part.content) yield inner.type === 'text' ? inner.text : inner.type
      else if (part.type === 'tool-call') yield `${part.name} ${part.input}`
      else yield part.type === 'text' ? part.text : part.type
    }
  }
}

/** How the room for all notes is shared between them: by what they stand for. */
export function* shareTokens(
  runs: readonly { messages: readonly Message[] }[],
  tokens: number,
  count: Count,
): Steps<number[]> {
  const sizes: number[] = []
  for (const { messages } of runs) {
    let size = 0
    for (const [at, message] of messages.entries()) {
      if (endsStep(at)) yield
      size += count.message(message, false)
    }
    sizes.push(size)
  }
  const all = sizes.reduce((sum, size) => sum + size, 0)
  return sizes.map((size) => Math.floor((tokens * size) / Math.max(1, all)))
}
