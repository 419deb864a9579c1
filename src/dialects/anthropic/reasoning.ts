/** Asked-for reasoning and sampling: which of them a Claude model takes depends on the model (providers.md 4.1). */
import { compact, defined, numberOf, stringOf, type JsonObject, type JsonValue } from '../../ir/json.ts'
import type { ChatRequest, Reasoning, Warn } from '../../ir/request.ts'

/** Effort alone asks for no thinking to be shown: what the client did not ask to see, it does not expect among its blocks. */
export function decodeReasoning(thinking: JsonObject, config: JsonObject): Reasoning | undefined {
  if (thinking['type'] === 'disabled') return { effort: 'none' }
  const effort = stringOf(config['effort'])
  if (thinking['type'] === undefined && effort === undefined) return undefined
  const isHidden = thinking['type'] === undefined || thinking['display'] === 'omitted'
  return defined({
    effort,
    budgetTokens: numberOf(thinking['budget_tokens']),
    isHidden: isHidden ? true : undefined,
  })
}

/** A client that did not ask for thinking often reads the first block as the text. */
export function showsReasoning({ reasoning }: ChatRequest): boolean {
  return reasoning !== undefined && reasoning.effort !== 'none' && reasoning.isHidden !== true
}

/** Up to Claude 4.5 models think within a budget; later ones adapt, take an effort, and refuse sampling parameters. */
export function thinksByBudget(model: string): boolean {
  return /claude-(?:\d|instant|(?:opus|sonnet|haiku)-(?:3|4(?:-[0-5])?(?:-\d{8})?(?:$|@|:|-latest)))/.test(model)
}

/** Models from Claude 4.6 on want the last word to be the user's (providers.md 4.1). */
export function takesPrefill(model: string): boolean {
  return thinksByBudget(model) || !model.includes('claude')
}

const budgets: Readonly<Record<string, number>> = { minimal: 1024, low: 2048, medium: 8192 }
const largeBudget = 16_384
/** The smallest budget there is; less room than this for thinking is none. */
const smallestBudget = 1024

export function encodeReasoning(
  request: ChatRequest,
  maxTokens: number,
  warn: Warn,
): Record<string, JsonValue | undefined> {
  const { reasoning, toolChoice, model } = request
  const isForced = toolChoice.type === 'required' || toolChoice.type === 'tool'
  if (reasoning === undefined) return {}
  if (isForced) {
    warn('reasoning and a forced tool exclude each other in Messages; there will be no reasoning')
    return {}
  }
  if (reasoning.effort === 'none') return { thinking: disabled(model, warn) }
  const isNewer = model.includes('claude') && !thinksByBudget(model)
  if (thinksByBudget(model) || (reasoning.budgetTokens !== undefined && !isNewer))
    return { thinking: withinBudget(reasoning, maxTokens, warn) }
  return { thinking: compact({ type: 'adaptive', display: reasoning.isHidden ? 'omitted' : undefined }) }
}

/** Some models always think, and refuse to be told otherwise. */
function disabled(model: string, warn: Warn): JsonObject | undefined {
  if (!/claude-(fable|mythos)/.test(model)) return { type: 'disabled' }
  warn('this model always reasons')
  return undefined
}

function withinBudget({ effort, budgetTokens }: Reasoning, maxTokens: number, warn: Warn): JsonObject | undefined {
  const wanted = budgetTokens ?? budgets[effort ?? 'medium'] ?? largeBudget
  const budget = Math.min(wanted, maxTokens - smallestBudget)
  if (budget >= smallestBudget) return { type: 'enabled', budget_tokens: budget }
  warn('the limit of the answer leaves no room for reasoning')
  return undefined
}

/** The effort, of the models that have one. */
export function encodeEffort({ reasoning, model }: ChatRequest): string | undefined {
  if (reasoning === undefined || reasoning.effort === 'none' || thinksByBudget(model)) return undefined
  const { effort, budgetTokens } = reasoning
  if (effort !== undefined) return effort === 'minimal' ? 'low' : effort
  // A budget is refused by the models that take an effort in its place.
  return budgetTokens === undefined || !model.includes('claude') ? undefined : effortOf(budgetTokens)
}

function effortOf(budgetTokens: number): string {
  if (budgetTokens < 4096) return 'low'
  return budgetTokens < largeBudget ? 'medium' : 'high'
}

/** `thinks` when the request asks for thinking within a budget. */
export function encodeSampling(
  { sampling, model }: ChatRequest,
  thinks: boolean,
  warn: Warn,
): Record<string, JsonValue | undefined> {
  for (const name of ['seed', 'presencePenalty', 'frequencyPenalty'] as const) {
    if (sampling[name] !== undefined) warn(`'${name}' has no counterpart in Messages and was left out`)
  }
  const { topP, topK, stopSequences } = sampling
  const stop_sequences = stopSequences.length === 0 ? undefined : stopSequences
  const temperature = withinRange(sampling.temperature, warn)
  const isAsked = temperature !== undefined || topP !== undefined || topK !== undefined
  if (isAsked && thinks) {
    warn('sampling parameters are refused beside thinking and were left out')
    return { stop_sequences }
  }
  if (temperature !== undefined && topP !== undefined && takesOne.test(model)) {
    warn("'topP' is refused beside a temperature and was left out")
    return { temperature, top_k: topK, stop_sequences }
  }
  if (thinksByBudget(model) || !model.includes('claude'))
    return { temperature, top_p: topP, top_k: topK, stop_sequences }
  if (isAsked) warn('sampling parameters are refused by this model and were left out')
  return { stop_sequences }
}

/** From these on Claude takes one of `temperature` and `top_p`, never both (Anthropic's notes on migrating to Claude 4.5). */
const takesOne = /claude-(?:opus-4-[1-5](?!\d)|(?:sonnet|haiku)-4-5)/

/** Other dialects go up to 2. */
function withinRange(temperature: number | undefined, warn: Warn): number | undefined {
  if (temperature === undefined || temperature <= 1) return temperature
  warn('a temperature above 1 is refused in Messages and was lowered')
  return 1
}
