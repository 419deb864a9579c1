/** The tokens of a prompt, tool definitions and the marks of a chat template included: an estimate (vocabularies.ts). */
import type {
  AssistantPart,
  ChatRequest,
  FilePart,
  Message,
  ReasoningPart,
  TextPart,
  Tool,
  ToolResultPart,
  UserPart,
} from '../../ir/request.ts'
import { allAtOnce, endsStep, type Steps } from '../../ir/steps.ts'
import { countText, usualVocabulary, type Vocabulary } from './vocabularies.ts'

/** Role marks and separators of a chat template, for each message. */
const tokensPerMessage = 8
/** What stands around the name and the text of a call, a result or a tool's definition. */
const tokensPerFrame = 12
/** What an image costs where it is counted at all (Ollama: 768, local-engines.md 1.6). */
const tokensPerImage = 768

type Part = TextPart | FilePart | ReasoningPart | UserPart | AssistantPart | ToolResultPart

export interface Count {
  /** Tells counts of different vocabularies apart. */
  readonly id: string
  request(request: ChatRequest): number
  /** The same, for a long one. */
  takeRequest(request: ChatRequest): Steps<number>
  /** `isPresent`: no word of the user stands behind it; the thoughts of earlier turns are shown to no local model (local-engines.md 1.7). */
  message(message: Message, isPresent: boolean): number
  part(part: Part): number
  /** Everything beside the messages. */
  frame(request: ChatRequest): number
  text(text: string): number
}

export function createCount(vocabulary: Vocabulary): Count {
  const text = (said: string): number => countText(said, vocabulary)
  const part = (one: Part): number => {
    switch (one.type) {
      case 'text':
      case 'reasoning':
        return text(one.text)
      case 'tool-call':
        return text(one.name) + text(one.input) + tokensPerFrame
      case 'tool-result':
        return one.content.reduce((sum, inner) => sum + part(inner), tokensPerFrame)
      case 'file':
        return one.data.from === 'text' ? text(one.data.text) : tokensPerImage
      case 'opaque':
        return text(one.kind)
    }
  }
  const message = ({ content }: Message, isPresent: boolean): number => {
    let tokens = tokensPerMessage
    for (const one of content) if (one.type !== 'reasoning' || isPresent) tokens += part(one)
    return tokens
  }
  const tool = (one: Tool): number => {
    if (one.type === 'opaque') return 0
    const { name, description = '', inputSchema, freeform } = one
    const manual = freeform?.description ?? description
    return tokensPerFrame + text(name) + text(manual) + text(JSON.stringify(inputSchema))
  }
  const frame = ({ tools, output }: ChatRequest): number => {
    const schema = output.type === 'json' && output.schema ? text(JSON.stringify(output.schema)) : 0
    return tools.reduce((sum, one) => sum + tool(one), schema)
  }
  const takeRequest = function* (whole: ChatRequest): Steps<number> {
    const present = presentFrom(whole.messages)
    let tokens = frame(whole)
    for (const [at, one] of whole.messages.entries()) {
      if (endsStep(at)) yield
      tokens += message(one, at >= present)
    }
    return tokens
  }
  const request = (whole: ChatRequest): number => allAtOnce(takeRequest(whole))
  return { id: vocabulary.family, request, takeRequest, message, part, frame, text }
}

/** Where the present turn begins: the last word of the user. */
export function presentFrom(messages: readonly Message[]): number {
  return Math.max(
    0,
    messages.findLastIndex(({ role }) => role === 'user'),
  )
}

const usual = createCount(usualVocabulary)

/** For whoever asks how long a conversation is, whatever model it is for. */
export function countTokens(request: ChatRequest): number {
  return usual.request(request)
}
