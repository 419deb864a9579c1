/** The part of the streamed answers that their test reads. */
import type { JsonObject } from '../src/ir/json.ts'

type Dialect = 'anthropic' | 'openai-chat' | 'openai-responses' | 'ollama'
export const kinds: readonly ('text' | 'heard' | 'reasoning' | 'call' | 'spoken' | 'checked')[]
export const answers: { readonly [D in Dialect]: { readonly [K in (typeof kinds)[number]]: Buffer[] } }
export const shortAnswers: { readonly [D in Dialect]: Buffer[] }
export const pieces: string[]
export const callInput: string
export const ollamaCallInput: string
export const spokenText: string
export const checkedText: string
export const checkedSchema: JsonObject
