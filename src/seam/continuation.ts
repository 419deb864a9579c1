/** What the next target is asked, so that it finishes what another one began. */
import { countText } from '../context/count/vocabularies.ts'
import type { AnswerPart } from '../ir/answer.ts'
import { withFreeChoice } from '../ir/free-choice.ts'
import type { Gathered } from '../ir/gathered.ts'
import type { ChatRequest, Message, ToolCallPart } from '../ir/request.ts'
import { unfold } from '../ir/unfold.ts'
import type { Way } from './overlap.ts'
import type { Missing } from './plan.ts'

export function continuationOf(asked: ChatRequest, gathered: Gathered, missing: Missing, way: Way): ChatRequest {
  const request = hasRun(gathered) ? withFreeChoice(asked) : asked
  switch (missing.type) {
    case 'everything':
      return withMessages(request, ...ranSoFar(gathered))
    case 'end':
    case 'too-much':
      return request
    case 'text': {
      const asked = way === 'plea' ? [textPlea(missing.said)] : []
      return shorter(withMessages(thoughtless(request), ...toldSoFar(gathered), ...asked), missing.said)
    }
    case 'json':
      return withMessages(thoughtless(request), jsonPlea(missing.cut))
    case 'arguments':
      return callAgain(thoughtless(request), gathered, missing.call)
  }
}

/** The client has had what thoughts there were; new ones would only keep it waiting in the middle of its answer. */
function thoughtless(request: ChatRequest): ChatRequest {
  const { reasoning: _, ...rest } = request
  return rest
}

function withMessages(request: ChatRequest, ...messages: Message[]): ChatRequest {
  return { ...request, messages: [...request.messages, ...messages] }
}

/** Without its thoughts, which are no use without their end, and its calls, which have no results yet. */
function toldSoFar({ content }: Gathered): Message[] {
  const told = content.filter((part) => part.type !== 'reasoning' && part.type !== 'tool-call' && !isEmpty(part))
  return told.length === 0 ? [] : unfold(told)
}

/** Where nothing was said since: what was said before a server ran a call, and its result. */
function ranSoFar(gathered: Gathered): Message[] {
  return hasRun(gathered) ? toldSoFar(gathered) : []
}

function hasRun({ content }: Gathered): boolean {
  return content.some(({ type }) => type === 'mcp-call')
}

function isEmpty(part: AnswerPart): boolean {
  return part.type === 'text' && part.text === ''
}

/** How much of the end the model is shown, and asked to repeat: where it joins is known then, inside a word too. */
const shownCharacters = 200
const lastWords = /(?:\S+\s+){0,4}\S+\s*$/

function textPlea(said: string): Message {
  // No half of a character: nobody can repeat it.
  const end = said.slice(-shownCharacters).replace(/^[\uDC00-\uDFFF]/, '')
  const words = lastWords.exec(end)?.[0] ?? end
  return plea(
    `The connection broke and cut your last message off. It ended with:\n\n${end}\n\n` +
      `Go on from exactly there. Begin with its last words, character for character: ${words}\n` +
      'Then write only what comes after them. Begin nothing anew, and say nothing about the interruption.',
  )
}

function jsonPlea(cut: string): Message {
  return plea(
    `The connection broke and cut your answer off. It began with:\n\n${cut}\n\n` +
      'Give the whole answer again. It has to begin with exactly the same JSON, character for character, and nothing else may stand around it.',
  )
}

function callAgain(request: ChatRequest, gathered: Gathered, { name, input }: ToolCallPart): ChatRequest {
  const begun = input === '' ? '' : ` The arguments have to begin with exactly this: ${input}`
  const asked = plea(
    `The connection broke while you called the tool '${name}'. Call it again, now, with the same arguments.${begun}`,
  )
  return {
    ...withMessages(request, ...toldSoFar(gathered), asked),
    tools: request.tools.filter((tool) => tool.type === 'function' && tool.name === name),
    toolChoice: { type: 'tool', name },
    output: { type: 'text' },
  }
}

function plea(text: string): Message {
  return { role: 'user', content: [{ type: 'text', text }] }
}

/** Less room than this makes no sentence. */
const leastTokens = 256

/** The limit of the answer is one for both halves. */
function shorter(request: ChatRequest, said: string): ChatRequest {
  const limit = request.sampling.maxOutputTokens
  if (limit === undefined) return request
  const left = Math.max(leastTokens, limit - countText(said))
  return { ...request, sampling: { ...request.sampling, maxOutputTokens: Math.min(limit, left) } }
}
