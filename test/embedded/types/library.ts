/** What `src/embedded/child/library.ts` says of the library is true: its own types have a place in ours. */
import type * as Real from 'node-llama-cpp'
import type { Chat, HistoryItem, Library } from '../../../src/embedded/child/library.ts'

export function asOurs(real: typeof Real): Omit<Library, 'LlamaChat'> {
  return real
}

/** Of a chat, part by part: the objects that only pass from one of its functions to the next are more than we say of them. */
type Options = Omit<Parameters<Chat['generateResponse']>[1], 'grammar' | 'functions' | 'onFunctionCall'>

export function options(ours: Options): Real.LLamaChatGenerateResponseOptions {
  return ours
}

export function history(ours: HistoryItem[]): Real.ChatHistoryItem[] {
  return ours
}

export function answer(real: Real.LlamaChatResponse): Awaited<ReturnType<Chat['generateResponse']>> {
  return real
}

export function disposal(real: Real.LlamaChat): Pick<Chat, 'dispose'> {
  return real
}

export function names(ours: keyof ConstructorParameters<Library['LlamaChat']>[0]): keyof Real.LlamaChatOptions {
  return ours
}
