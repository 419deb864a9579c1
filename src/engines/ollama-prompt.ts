/**
 * What a prompt is made of, as far as that can be told without the model's template, which is a program of its own: the words, which
 * are counted one by one, and an allowance for the marks around them.
 */
import { arrayOf, objectOf, stringOf, type JsonObject, type JsonValue } from '../ir/json.ts'

export interface PromptParts {
  texts: string[]
  /** Tokens beside those of the texts. */
  allowance: number
}

/**
 * The largest of each that was measured: of the templates of Llama 3, Qwen 3, Gemma 3, Mistral NeMo and DeepSeek V3, rendered whole, and of
 * the marks of Llama 2, Qwen 2.5, Qwen 3 Coder and gpt-oss. So it is not less than there is, for any of them; for a chat of 4,000 tokens it is
 * 3 to 7 % more.
 */
const tokensPerMessage = 6
const tokensPerCall = 8
const tokensPerResult = 6
/** What Ollama counts for one itself (local-engines.md 1.6). */
const tokensPerImage = 768
/** What a template says of itself, a model's own system message, and the beginning of an answer. */
const tokensOfFrame = 80
/** How a model is told to call tools. */
const tokensOfToolManual = 256
/** Qwen 3 Coder and others are told of them in markup, which is longer than JSON. */
const tokensPerProperty = 11

/** `body`: a request of `/api/chat`. */
export function partsOfPrompt(body: JsonObject): PromptParts {
  const messages = arrayOf(body['messages']).map(objectOf)
  const tools = arrayOf(body['tools'])
  const parts: PromptParts = { texts: tools.map(spaced), allowance: tokensOfFrame }
  if (tools.length > 0) parts.allowance += tokensOfToolManual
  for (const tool of tools) parts.allowance += propertiesOf(tool) * tokensPerProperty
  for (const message of messages) addMessage(parts, message)
  return parts
}

function addMessage(parts: PromptParts, message: JsonObject): void {
  const calls = arrayOf(message['tool_calls']).map((call) => objectOf(objectOf(call)['function']))
  for (const text of [stringOf(message['content']), stringOf(message['thinking'])]) if (text) parts.texts.push(text)
  for (const { name = '', arguments: input = {} } of calls) parts.texts.push(spaced({ name, arguments: input }))
  parts.allowance += tokensPerMessage + calls.length * tokensPerCall
  parts.allowance += arrayOf(message['images']).length * tokensPerImage
  if (message['role'] === 'tool') parts.allowance += tokensPerResult
}

function propertiesOf(tool: JsonValue): number {
  const { parameters } = objectOf(objectOf(tool)['function'])
  return Object.keys(objectOf(objectOf(parameters)['properties'])).length
}

/** As Python writes JSON, and most templates with it: a space behind each comma and colon. A line break in it can stand in no string. */
function spaced(value: JsonValue): string {
  return JSON.stringify(value, null, 1)
    .replaceAll(/([[{])\n */g, '$1')
    .replaceAll(/\n *([\]}])/g, '$1')
    .replaceAll(/\n */g, ' ')
}
