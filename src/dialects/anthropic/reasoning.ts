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
  if (reasoning.effort === 'none') return { thinking: { type: 'disabled' } }
  if (thinksByBudget(model) || reasoning.budgetTokens !== undefined)
    return { thinking: withinBudget(reasoning, maxTokens, warn) }
  return { thinking: compact({ type: 'adaptive', display: reasoning.isHidden ? 'omitted' : undefined }) }
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
  const effort = reasoning?.effort
  if (effort === undefined || effort === 'none' || thinksByBudget(model)) return undefined
  return effort === 'minimal' ? 'low' : effort
}

export function encodeSampling(request: ChatRequest, warn: Warn): Record<string, JsonValue | undefined> {
  const { sampling, model } = request
  for (const name of ['seed', 'presencePenalty', 'frequencyPenalty'] as const) {
    if (sampling[name] !== undefined) warn(`'${name}' has no counterpart in Messages and was left out`)
  }
  const { temperature, topP, topK, stopSequences } = sampling
  const stop_sequences = stopSequences.length === 0 ? undefined : stopSequences
  if (!model.includes('claude')) return { temperature, top_p: topP, top_k: topK, stop_sequences }
  if (!thinksByBudget(model)) {
    if (temperature !== undefined || topP !== undefined || topK !== undefined)
      warn('sampling parameters are refused by this model and were left out')
    return { stop_sequences }
  }
  return { ...withinRules(request, warn), stop_sequences }
}

/** From these on Claude takes one of `temperature` and `top_p`, never both (platform.claude.com, migration to Claude 4.5). */
const takesOne = /claude-(?:opus-4-[1-9](?!\d)|(?:sonnet|haiku)-4-5)/

/** OpenAI's temperatures go up to 2, Claude's to 1; a model that thinks within a budget takes no wish of its own (platform.claude.com, thinking). */
function withinRules({ sampling, reasoning, model }: ChatRequest, warn: Warn): Record<string, JsonValue | undefined> {
  const { temperature, topP, topK } = sampling
  if (reasoning !== undefined && reasoning.effort !== 'none') {
    if (temperature !== undefined || topP !== undefined || topK !== undefined)
      warn('a model that reasons takes no sampling parameters; they were left out')
    return {}
  }
  const top_p = temperature !== undefined && takesOne.test(model) ? undefined : topP
  if (topP !== top_p) warn("'topP' beside a temperature is refused by this model and was left out")
  if (temperature !== undefined && temperature > 1) warn('a temperature above 1 is told as 1 in Messages')
  return { temperature: temperature === undefined ? undefined : Math.min(temperature, 1), top_p, top_k: topK }
}
