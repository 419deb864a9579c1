/** What a test may tell a fake to do: the bodies of `POST /__control`, checked on arrival, typed for the sender. */

import * as z from 'zod'
import { damageNames } from './damage.ts'
import { failureNames } from './failures.ts'
import { vendorNames } from './vendors.ts'

/** Which requests a behaviour is for, and how the answer is timed. */
const scope = {
  /** How many requests it answers; absent = all that follow. */
  times: z.number().int().positive().optional(),
  /** Only requests whose path ends like this; others see the next behaviour of the plan. */
  path: z.string().optional(),
  /** Only requests whose body has these words: of many at a time each gets the answer that is meant for it. */
  about: z.string().optional(),
  /** Waits at this many content chunks (0 = before the head) until `POST /__release`; no clock involved. */
  holdAfter: z.number().int().nonnegative().optional(),
}

const toolCall = z.strictObject({
  id: z.string().optional(),
  name: z.string(),
  input: z.record(z.string(), z.json()),
})

const content = {
  text: z.string().optional(),
  thinking: z.string().optional(),
  /** Messages only: thinking that nobody gets to read, beside the other. */
  redacted: z.string().optional(),
  toolCalls: z.array(toolCall).optional(),
  finish: z.enum(['stop', 'length', 'refusal']).optional(),
}

/** Changes to a failure of the catalogue: another status, body or header (`null` takes the header out). */
const overrides = {
  status: z.number().int().optional(),
  headers: z.record(z.string(), z.string().nullable()).optional(),
  body: z.string().optional(),
  retryAfter: z.string().optional(),
}

const cut = {
  /** Content chunks written before the fault. */
  chunks: z.number().int().nonnegative().optional(),
}

const providerFaults = [
  'reset',
  'reset-midstream',
  'end-midstream',
  'error-first',
  'error-midstream',
  'error-in-200-json',
  'hang',
  'hang-midstream',
  'json-instead-of-stream',
] as const

const inBand = {
  /** Written instead of the dialect's usual error event, e.g. a `response.failed`; also what stands between or after the others. */
  frame: z.string().optional(),
  /** Instead of the dialect's usual error in a JSON body. */
  body: z.string().optional(),
}

const providerBehaviour = z.discriminatedUnion('mode', [
  z.strictObject({ mode: z.enum(['ok', 'refusal']), ...content, ...scope }),
  z.strictObject({ mode: z.enum(providerFaults), ...content, ...cut, ...inBand, ...scope }),
  z.strictObject({ mode: z.enum(damageNames), ...content, ...cut, ...inBand, ...scope }),
  z.strictObject({ mode: z.enum(failureNames), ...overrides, ...scope }),
])

const providerSettings = z.strictObject({
  /** The one key that is accepted; `null` = any, but there must be one. */
  credential: z.string().nullable().optional(),
  /** The models that exist; `null` = every name without a colon, so that a local engine's name is never one. */
  models: z.array(z.string()).nullable().optional(),
  /** Whose Chat Completions this is; `null` = what all of them have in common. */
  vendor: z.enum(vendorNames).nullable().optional(),
  /** Requests whose history it gave out in exchanges before the test: their seals and the ids of their items are its own. */
  remembers: z.array(z.record(z.string(), z.json())).optional(),
  /** Compresses whole JSON answers for those who accept it, as real providers do. */
  compress: z.boolean().optional(),
})

const localModel = z.strictObject({
  name: z.string(),
  contextLength: z.number().int().positive(),
  capabilities: z.array(z.enum(['completion', 'tools', 'thinking', 'vision', 'embedding', 'insert'])),
  /** The Modelfile's parameters; `num_ctx` is the one that matters (local-engines.md 1.5). */
  parameters: z.record(z.string(), z.string()).optional(),
  /** What its template says by itself before every conversation, in tokens: a default system message, how tools are called. */
  templateTokens: z.number().int().nonnegative().optional(),
  /** Its vocabulary (vocabulary.ts), with which it counts then, in ChatML; told only to whoever asks with `verbose`. */
  vocabulary: z.record(z.string(), z.json()).optional(),
  /** Makes it a stub of a cloud model (local-engines.md 1.9). */
  remoteHost: z.string().optional(),
})

const ollamaFaults = [
  'not-pulled',
  'ends-silently',
  'error-line',
  'error-line-first',
  'overflow',
  'busy',
  'load-failed',
  'hang',
  'reset',
] as const

const ollamaBehaviour = z.discriminatedUnion('mode', [
  z.strictObject({ mode: z.literal('ok'), ...content, ...scope }),
  /** A request that has to load the model waits before it is loaded, until `POST /__release`. */
  z.strictObject({ mode: z.literal('slow-load'), ...content, ...scope }),
  z.strictObject({
    mode: z.enum(ollamaFaults),
    ...content,
    ...cut,
    /** The `error` text of the two error-line modes and of load-failed. */
    error: z.string().optional(),
    ...scope,
  }),
])

const ollamaSettings = z.strictObject({
  models: z.array(localModel).optional(),
  /** What `ollama pull` finds that is not here yet. */
  registry: z.array(localModel).optional(),
  /** What a request without num_ctx gets (local-engines.md 1.5). */
  defaultNumCtx: z.number().int().positive().optional(),
  version: z.string().optional(),
})

/** Faults of a local server that only OpenAI's endpoints have (local-engines.md 2.3, 3.1). */
const localFaults = ['overflow', 'reset', 'reset-midstream', 'hang'] as const

const localBehaviour = z.discriminatedUnion('mode', [
  z.strictObject({ mode: z.literal('ok'), ...content, ...scope }),
  z.strictObject({ mode: z.enum(localFaults), ...content, ...cut, ...scope }),
])

const llamaServerSettings = z.strictObject({
  /** Of each slot (`-c`). */
  nCtx: z.number().int().positive().optional(),
  nCtxTrain: z.number().int().positive().optional(),
  model: z.string().optional(),
  supportsTools: z.boolean().optional(),
  vision: z.boolean().optional(),
  /** `--api-key` */
  apiKey: z.string().nullable().optional(),
  /** Reads its model: nothing but its health can be asked. */
  isLoading: z.boolean().optional(),
})

const lmStudioModel = z.strictObject({
  key: z.string(),
  type: z.enum(['llm', 'vlm', 'embedding']).optional(),
  maxContextLength: z.number().int().positive(),
  sizeBytes: z.number().int().positive().optional(),
  /** The windows with which somebody has loaded it, an instance each. */
  loaded: z.array(z.number().int().positive()).optional(),
})

const lmStudioSettings = z.strictObject({
  models: z.array(lmStudioModel).optional(),
  /** The REST API that it has: v1 since 0.4.0. */
  api: z.enum(['v1', 'v0']).optional(),
  /** Models are loaded when they are asked for. */
  isJustInTime: z.boolean().optional(),
  /** One of its API tokens is wanted. */
  token: z.string().nullable().optional(),
  /** The longest window that its memory holds. */
  longestWindow: z.number().int().positive().optional(),
})

export const providerControl = z.strictObject({
  plan: z.array(providerBehaviour).optional(),
  settings: providerSettings.optional(),
})
export const ollamaControl = z.strictObject({
  plan: z.array(ollamaBehaviour).optional(),
  settings: ollamaSettings.optional(),
})

export const llamaServerControl = z.strictObject({
  plan: z.array(localBehaviour).optional(),
  settings: llamaServerSettings.optional(),
})
export const lmStudioControl = z.strictObject({
  plan: z.array(localBehaviour).optional(),
  settings: lmStudioSettings.optional(),
})

export type LocalBehaviour = z.infer<typeof localBehaviour>
export type LlamaServerSettings = z.infer<typeof llamaServerSettings>
export type LmStudioSettings = z.infer<typeof lmStudioSettings>
export type LmStudioModel = z.infer<typeof lmStudioModel>
export type ProviderBehaviour = z.infer<typeof providerBehaviour>
export type ProviderSettings = z.infer<typeof providerSettings>
export type OllamaBehaviour = z.infer<typeof ollamaBehaviour>
export type OllamaSettings = z.infer<typeof ollamaSettings>
export type LocalModel = z.infer<typeof localModel>
/** What the answering code needs of a behaviour, whatever its mode. */
export type Content = z.infer<z.ZodObject<typeof content>>
export type Overrides = z.infer<z.ZodObject<typeof overrides>>
