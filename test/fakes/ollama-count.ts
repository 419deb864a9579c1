/** How many tokens a conversation has on a fake Ollama: four bytes each, or as a vocabulary has them, in ChatML. */
import { arrayOf, type JsonObject, type JsonValue, stringOf } from '../../src/ir/json.ts'
import { readTokenizer } from '../../src/tokenizer/tokenizer.ts'

export type CountPrompt = (messages: readonly JsonObject[], tools: readonly JsonValue[]) => number

const tokensPerMessage = 4
const tokensPerImage = 768

export const countByLength: CountPrompt = (messages, tools) => {
  const toolTokens = tools.length === 0 ? 0 : lengthOf(JSON.stringify(tools))
  return messages.reduce(
    (sum, message) => sum + lengthOf(wordsOf(message)) + tokensPerMessage + ofImages(message),
    toolTokens,
  )
}

/** Whatever kind it says that it is of: a server knows its own vocabulary. */
export function countByVocabulary(vocabulary: JsonObject): CountPrompt {
  const isOfPairs = vocabulary['tokenizer.ggml.merges'] !== undefined
  const kind = isOfPairs ? { 'tokenizer.ggml.model': 'gpt2', 'tokenizer.ggml.pre': 'gpt-2' } : {}
  const tokenizer = readTokenizer({ ...vocabulary, ...kind })
  if (!tokenizer) throw new Error('This is no vocabulary.')
  return (messages, tools) => {
    const said = messages.map(
      (message) => `<|im_start|>${stringOf(message['role']) ?? ''}\n${wordsOf(message)}<|im_end|>\n`,
    )
    const images = messages.reduce((sum, message) => sum + ofImages(message), 0)
    const offered = tools.length === 0 ? '' : `\n# Tools\n\n${JSON.stringify(tools)}`
    return images + tokenizer.count(`${offered}${said.join('')}<|im_start|>assistant\n`)
  }
}

function wordsOf(message: JsonObject): string {
  const calls = message['tool_calls'] === undefined ? '' : JSON.stringify(message['tool_calls'])
  return (stringOf(message['content']) ?? '') + (stringOf(message['thinking']) ?? '') + calls
}

function ofImages(message: JsonObject): number {
  return arrayOf(message['images']).length * tokensPerImage
}

function lengthOf(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 4)
}
