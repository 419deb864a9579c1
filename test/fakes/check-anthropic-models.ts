/** What depends on the Claude model that is asked: thinking and sampling (providers.md 4.1, parameter errors). */

import { type JsonObject, numberOf, objectOf, stringOf } from '../../src/ir/json.ts'
import { Refusal } from './refusal.ts'

/** 4.06 for 4.6; 0 for names that carry the version in front (`claude-3-5-haiku`) and for models of others. */
export function claudeVersion(model: string): number {
  const version = /^claude-[a-z]+-(\d{1,2})(?:-(\d{1,2})(?!\d))?/.exec(model)
  return version === null ? 0 : Number(version[1]) + Number(version[2] ?? 0) / 100
}

export function checkThinking(body: JsonObject): void {
  const model = stringOf(body['model']) ?? ''
  const thinking = objectOf(body['thinking'])
  switch (thinking['type']) {
    case undefined:
      return
    case 'enabled':
      if (claudeVersion(model) >= 4.07) {
        throw new Refusal(
          '"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.',
        )
      }
      return checkBudget(body, numberOf(thinking['budget_tokens']))
    case 'adaptive':
      // Of models that are no Claude nothing is known.
      if (model.includes('claude') && claudeVersion(model) < 4.06)
        throw new Refusal('adaptive thinking is not supported on this model')
      return checkForced(body)
    case 'disabled':
      if (/^claude-(fable|mythos)-/.test(model)) {
        throw new Refusal('"thinking.type.disabled" is not supported for this model.')
      }
      return
    default:
      if (thinking['type'] === 'between_tools') return
      throw new Refusal(
        "thinking: Input tag found using 'type' does not match any of the expected tags: 'adaptive', 'between_tools', 'disabled', 'enabled'",
      )
  }
}

function checkBudget(body: JsonObject, budget: number | undefined): void {
  if (budget === undefined) throw new Refusal('thinking.enabled.budget_tokens: Field required')
  if (budget < 1024) {
    throw new Refusal('thinking.enabled.budget_tokens: Input should be greater than or equal to 1024')
  }
  if (budget >= (numberOf(body['max_tokens']) ?? Infinity)) {
    throw new Refusal('`max_tokens` must be greater than `thinking.budget_tokens`.')
  }
  checkForced(body)
  if ((numberOf(body['temperature']) ?? 1) !== 1) {
    throw new Refusal('`temperature` may only be set to 1 when thinking is enabled.')
  }
  if (body['top_k'] !== undefined) throw new Refusal('`top_k` must be unset when thinking is enabled.')
}

function checkForced(body: JsonObject): void {
  const choice = objectOf(body['tool_choice'])['type']
  if (choice === 'any' || choice === 'tool') {
    throw new Refusal('Thinking may not be enabled when tool_choice forces tool use.')
  }
}

export function checkSampling(body: JsonObject): void {
  const version = claudeVersion(stringOf(body['model']) ?? '')
  for (const field of ['temperature', 'top_p', 'top_k']) {
    // Rejected by the models after Opus 4.6; the sentence itself is not recorded.
    if (body[field] !== undefined && version >= 4.07) throw new Refusal(`\`${field}\` is deprecated for this model.`)
  }
  const temperature = numberOf(body['temperature']) ?? 0
  if (temperature < 0 || temperature > 1) throw new Refusal('temperature: range: 0..1')
  if (body['temperature'] !== undefined && body['top_p'] !== undefined && version >= 4.01) {
    throw new Refusal('`temperature` and `top_p` cannot both be specified for this model. Please use only one.')
  }
}
