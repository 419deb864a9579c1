/** What was said in messages that are left out, in few words of their own: extractive, so that nothing is invented and nothing waits. */
import type { AssistantPart, Message, ToolCallPart, ToolResultPart, UserPart } from '../../ir/request.ts'
import { endsStep, type Steps } from '../../ir/steps.ts'
import type { Count } from '../count/count.ts'
import { pickOutstanding, type WeightedSource } from './outstanding.ts'

interface Said extends WeightedSource {
  /** Whose words they are, for the reader. */
  who: string
}

/** What a person asked for counts most, what a model said of it next. */
const weights = { user: 1.6, assistant: 1.2, failure: 1.2, call: 0.9, result: 1 }
/** The first words of what somebody says are what it is about. */
const firstWeight = 1.5
/** Of a call's arguments. */
const mostOfInput = 160
/** Of one text; the rest of it is not looked at. */
const mostSearched = 60_000

/** At most so many tokens; empty where there is nothing to say. */
export function* summarise(messages: readonly Message[], tokens: number, count: Count): Steps<string> {
  const names = new Map<string, string>()
  const said: Said[] = []
  for (const [at, message] of messages.entries()) {
    if (endsStep(at)) yield
    for (const one of saidIn(message, names)) said.push(one)
  }
  const lines: string[] = []
  let last: number | undefined
  // Who said it takes some of the room.
  for (const { source, text } of yield* pickOutstanding(said, tokens * 0.85, count)) {
    if (source === last) lines[lines.length - 1] += ` ${text}`
    else lines.push(`${said[source]?.who ?? ''}: ${text}`)
    last = source
  }
  while (lines.length > 0 && count.text(lines.join('\n')) > tokens) lines.splice(Math.floor(lines.length / 2), 1)
  return lines.join('\n')
}

function saidIn(message: Message, names: Map<string, string>): Said[] {
  switch (message.role) {
    case 'system':
      return []
    case 'user':
      return message.content.flatMap((part) => wordsOf(part, 'user', weights.user, true))
    case 'assistant':
      return message.content.flatMap((part) => saidByAssistant(part, names))
    case 'tool':
      return message.content.flatMap((result) => saidByTool(result, names))
  }
}

function saidByAssistant(part: AssistantPart, names: Map<string, string>): Said[] {
  if (part.type === 'reasoning') return []
  if (part.type !== 'tool-call') return wordsOf(part, 'assistant', weights.assistant, true)
  names.set(part.id, part.name)
  return [{ who: 'called', text: headOfCall(part), weight: weights.call, firstWeight: 1, isProse: false }]
}

function headOfCall({ name, input }: ToolCallPart): string {
  const short = input.slice(0, mostOfInput).replace(/\s+/g, ' ')
  return `${name} ${short}${input.length > mostOfInput ? '…' : ''}`
}

function saidByTool({ callId, content, isError }: ToolResultPart, names: Map<string, string>): Said[] {
  const who = `${names.get(callId) ?? 'tool'} ${isError ? 'failed' : 'gave'}`
  return content.flatMap((part) => wordsOf(part, who, isError ? weights.failure : weights.result, false))
}

function wordsOf(part: UserPart | AssistantPart, who: string, weight: number, isProse: boolean): Said[] {
  if (part.type !== 'text') return []
  return [{ who, text: part.text.slice(0, mostSearched), weight, firstWeight: isProse ? firstWeight : 1, isProse }]
}
