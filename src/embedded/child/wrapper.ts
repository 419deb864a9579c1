/** How a model is spoken to: its template, told whether to think, and with results of tools as they are. */
import { randomBytes } from 'node:crypto'
import { stringOf, type JsonValue } from '../../ir/json.ts'
import type { ChatWrapper, HistoryItem, Library, Model } from './library.ts'

export function createWrapper(library: Library, vocabulary: Model, think: JsonValue | undefined): ChatWrapper {
  const customWrapperSettings = settingsFor(think)
  return withPlainResults(
    library,
    library.resolveChatWrapper(vocabulary, { warningLogs: false, customWrapperSettings }),
  )
}

/** Whether and how much a model is to think, in the words of each family's template. */
function settingsFor(think: JsonValue | undefined): Readonly<Record<string, object>> {
  const effort = stringOf(think)
  const level = effort === 'max' ? 'high' : effort
  const jinja = {
    ...(think === undefined ? {} : { enable_thinking: think !== false }),
    ...(level === undefined ? {} : { reasoning_effort: level }),
  }
  return {
    qwen: { thoughts: think === false ? 'discourage' : 'auto' },
    ...(level === undefined ? {} : { harmony: { reasoningEffort: level } }),
    jinjaTemplate: { additionalRenderParameters: jinja },
  }
}

/** Stands where a result is going to be; nobody can know it who writes one. */
const mark = `result-${randomBytes(8).toString('hex')}-`
const marked = new RegExp(`"(\\\\")?${mark}(\\d+)\\.(?:\\\\")?"`, 'g')

/**
 * The library writes every result as JSON: a file that was read would reach the model in quotes, its line breaks as `\n`. A text is put there
 * as it came, as the models' own templates have it, unless the template itself wants a quoted one.
 */
function withPlainResults(library: Library, wrapper: ChatWrapper): ChatWrapper {
  const usual = wrapper.generateContextState.bind(wrapper)
  wrapper.generateContextState = (options) => {
    const results: string[] = []
    const chatHistory = options.chatHistory.map((item) => withMarks(item, results))
    if (results.length === 0) return usual(options)
    const state = usual({ ...options, chatHistory })
    const values = state.contextText.values.map((value) =>
      typeof value === 'string' ? value.replaceAll(marked, (_found, quote, at) => resultAt(results, at, quote)) : value,
    )
    return { ...state, contextText: library.LlamaText(...values) }
  }
  return wrapper
}

function resultAt(results: readonly string[], at: string, quote: string | undefined): string {
  const result = results[Number(at)] ?? ''
  return quote === undefined ? result : JSON.stringify(result)
}

function withMarks(item: HistoryItem, results: string[]): HistoryItem {
  if (item.type !== 'model') return item
  const response = item.response.map((part) =>
    typeof part === 'object' && part.type === 'functionCall' && typeof part.result === 'string'
      ? { ...part, result: `${mark}${results.push(part.result) - 1}.` }
      : part,
  )
  return { ...item, response }
}
