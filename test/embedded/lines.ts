/** What the lines of an answer in Ollama's form say together. */
import { z } from 'zod'

const call = z.object({
  id: z.string(),
  function: z.object({ index: z.number(), name: z.string(), arguments: z.record(z.string(), z.unknown()) }),
})
const line = z.union([
  z.object({
    model: z.string(),
    created_at: z.string(),
    message: z.object({
      role: z.literal('assistant'),
      content: z.string(),
      thinking: z.string().optional(),
      tool_calls: z.array(call).optional(),
    }),
    done: z.boolean(),
    done_reason: z.enum(['stop', 'length', 'load', 'unload']).optional(),
    prompt_eval_count: z.number().optional(),
    eval_count: z.number().optional(),
    prompt_cached_count: z.number().optional(),
  }),
  z.object({ error: z.string() }),
])

export interface Told {
  text: string
  thinking: string
  calls: z.infer<typeof call>['function'][]
  lines: number
  error?: string
  reason?: string | undefined
  promptTokens?: number | undefined
  answerTokens?: number | undefined
  cachedTokens?: number | undefined
}

export function readLines(body: string): Told {
  const told: Told = { text: '', thinking: '', calls: [], lines: 0 }
  for (const text of body.split('\n').filter((one) => one !== '')) {
    const said = line.parse(JSON.parse(text))
    told.lines += 1
    if ('error' in said) {
      told.error = said.error
      continue
    }
    told.text += said.message.content
    told.thinking += said.message.thinking ?? ''
    told.calls.push(...(said.message.tool_calls ?? []).map((one) => one.function))
    if (!said.done) continue
    told.reason = said.done_reason
    told.promptTokens = said.prompt_eval_count
    told.answerTokens = said.eval_count
    told.cachedTokens = said.prompt_cached_count
  }
  return told
}
