/**
 * Token counts without the model's tokenizer.
 * Characters / 3 for ASCII and 1.2 a character beyond it errs on the high side for prose, code and CJK with every vocabulary measured
 * (local-engines.md 5.2), and by up to half on the low side for hashes and base64: an engine's own overflow corrects those.
 */
import type {
  AssistantPart,
  ChatRequest,
  FilePart,
  Message,
  ReasoningPart,
  TextPart,
  ToolResultPart,
  UserPart,
} from '../ir/request.ts'

/** Role marks and separators of a chat template, for each message. */
const tokensPerMessage = 8
/** What an image costs where it is counted at all (Ollama: 768, local-engines.md 1.6). */
const tokensPerImage = 768

/** An estimate of the whole prompt, tool definitions included. */
export function countTokens(request: ChatRequest): number {
  let tokens = 0
  for (const message of request.messages) tokens += tokensPerMessage + countMessage(message)
  for (const tool of request.tools) tokens += countText(JSON.stringify(tool))
  return tokens
}

function countMessage(message: Message): number {
  let tokens = 0
  for (const part of message.content) tokens += countPart(part)
  return tokens
}

function countPart(part: TextPart | FilePart | ReasoningPart | UserPart | AssistantPart | ToolResultPart): number {
  switch (part.type) {
    case 'text':
    case 'reasoning':
      return countText(part.text)
    case 'tool-call':
      return countText(part.name) + countText(part.input)
    case 'tool-result':
      return part.content.reduce((sum, inner) => sum + countPart(inner), 0)
    case 'file':
      return part.data.from === 'text' ? countText(part.data.text) : tokensPerImage
    case 'opaque':
      return countText(part.kind)
  }
}

const beyondAscii = /[\u0080-\uffff]/

/** ~0.6 ns a character, ~2 ns where some are beyond ASCII. */
export function countText(text: string): number {
  if (!beyondAscii.test(text)) return Math.ceil(text.length / 3)
  let wide = 0
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > 127) wide += 1
  return Math.ceil((text.length - wide) / 3 + wide * 1.2)
}
