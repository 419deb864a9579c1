/** Requests of every kind, as Trooper's encoders write them to targets: what apps ask, recorded ones, and generated conversations. */
import fc from 'fast-check'
import { prepareForCloud, prepareForLocal } from '../../src/exchange/translate/prepare.ts'
import { clientDialects, targetDialects } from '../../src/dialects/registry.ts'
import type { JsonObject } from '../../src/ir/json.ts'
import type { ChatRequest, DialectName } from '../../src/ir/request.ts'
import { requestFixture, requests } from '../conformance/requests.ts'
import { asked, bodyOf } from './questions.ts'
import { dialects, wireOf, type Sample } from './sample.ts'

/** Models of each target, one for every way in which it is asked. */
const models: { readonly [D in DialectName]: readonly string[] } = {
  // Reasons as it sees fit; within a budget; not at all.
  anthropic: ['claude-opus-5-5', 'claude-sonnet-4-5', 'another-model'],
  'openai-chat': ['gpt-5.4', 'another-model'],
  'openai-responses': ['gpt-5.4', 'another-model'],
  ollama: ['qwen3:8b'],
}

const named: Readonly<Record<string, ChatRequest>> = {
  'an app of Messages': asked('anthropic'),
  'an app of Chat': asked('openai-chat'),
  'an app of Responses': asked('openai-responses'),
  'an app of Ollama': asked('ollama'),
  'JSON without a schema': asked('openai-chat', { response_format: { type: 'json_object' } }),
  'any tool': asked('openai-chat', { tool_choice: 'required' }),
  'no tool': asked('openai-chat', { tool_choice: 'none' }),
  'a tool of plain text': asked('openai-responses', { tool_choice: { type: 'custom', name: 'apply_patch' } }),
  'a conversation to make short': asked('openai-responses', { input: [{ type: 'compaction_trigger' }] }),
  ...Object.fromEntries(
    ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'].map((effort) => [
      `effort ${effort}`,
      asked('openai-responses', { reasoning: { effort }, tool_choice: 'auto' }),
    ]),
  ),
  'Claude Code': recorded('anthropic', 'claude-code-request'),
  'Claude Code later': recorded('anthropic', 'claude-code-follow-up'),
  Codex: recorded('openai-responses', 'codex-request'),
  'Codex with built-in tools': recorded('openai-responses', 'codex-built-in-request'),
}

const generated = Object.fromEntries(
  fc.sample(requests, { seed: 1, numRuns: 30 }).map((request, at) => [`generated ${at}`, request]),
)

function recorded(dialect: 'anthropic' | 'openai-responses', name: string): ChatRequest {
  return clientDialects[dialect].decodeRequest(requestFixture(dialect, name))
}

/** Every request to every model of every target; and what the apps of these tests ask, so that they ask what an SDK allows. */
export function requestSamples(): Sample[] {
  return dialects.flatMap((dialect): Sample[] => {
    const type = `${wireOf(dialect)}Request` as const
    const own = { type, name: 'what an app asks', values: [bodyOf(dialect)] }
    const translated = Object.entries({ ...named, ...generated }).flatMap(([name, request]) =>
      models[dialect].map((model): Sample => {
        return { type, name: `${name}, to ${model}`, values: [encode({ ...request, model }, dialect)] }
      }),
    )
    return [own, ...translated]
  })
}

/** What the client wrote and nobody modelled goes to its own dialect as it came: that is not Trooper's to answer for. */
function encode(request: ChatRequest, dialect: DialectName): JsonObject {
  const terse = { ...request, extras: engineFields }
  const prepared =
    dialect === 'ollama'
      ? prepareForLocal(terse, { kind: 'local', dialect }, { tools: true, vision: true }, new Map(), ignore)
      : prepareForCloud(terse, { kind: 'cloud', dialect }, ignore)
  return targetDialects[dialect].encodeRequest(prepared, ignore)
}

/** What the engine adds for a local model. */
const engineFields = {
  ollama: { truncate: false, shift: false, keep_alive: '30m', think: true, options: { num_ctx: 8192 } },
}

function ignore(): void {}
