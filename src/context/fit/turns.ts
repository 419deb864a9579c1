/** How a conversation is made up: what begins it, what is recent, and what belongs together. Its template is satisfied already. */
import type { Message } from '../../ir/request.ts'
import { saysOwnWords } from './own-words.ts'

export interface Turns {
  /** The system message and the first words of the user: always whole. */
  head: number[]
  /** The last words of the user, and those before them: whatever was asked last, and what a repeat or a continuation is about. */
  asked: number[]
  /** Where the recent turns begin. */
  recentFrom: number
  /** Where the newest step begins: an answer with its calls and their results, and what was said to them. */
  newestFrom: number
  /** Where a cut may be made: never between calls and their results. */
  joints: number[]
}

export function turnsOf(messages: readonly Message[]): Turns {
  const prompts = messages.flatMap((_, at) => (isPrompt(messages, at) ? [at] : []))
  const joints = messages.flatMap(({ role }, at) => (role === 'tool' ? [] : [at]))
  const [first] = prompts
  const asked = prompts.slice(-2)
  const interruption = messages.findLastIndex((_, at) => isInterruption(messages, at))
  const head = [...(messages[0]?.role === 'system' ? [0] : []), ...(first === undefined ? [] : [first])]
  return {
    head,
    asked: interruption === -1 ? asked : [...asked, interruption],
    recentFrom: asked[0] ?? messages.length,
    newestFrom: newestStep(messages),
    joints,
  }
}

/** Words that an app adds to the results of its tools are part of that step. */
function isPrompt(messages: readonly Message[], at: number): boolean {
  return messages[at]?.role === 'user' && messages[at - 1]?.role !== 'tool'
}

/** A person who breaks in on a loop of tools. */
function isInterruption(messages: readonly Message[], at: number): boolean {
  const message = messages[at]
  return message !== undefined && !isPrompt(messages, at) && saysOwnWords(message)
}

function newestStep(messages: readonly Message[]): number {
  const last = messages.length - 1
  const answer = messages.findLastIndex(({ role }) => role === 'assistant')
  const isStep = answer !== -1 && messages.slice(answer + 1).every((_, at) => !isPrompt(messages, answer + 1 + at))
  return isStep ? answer : Math.max(0, last)
}
