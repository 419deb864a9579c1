/** Whatever the conversation is, its target takes it: the strict fakes' own checks find nothing to refuse (providers.md 4). */
import fc from 'fast-check'
import { describe, it } from 'vitest'
import { findPreset } from '../../src/config/presets.ts'
import { fitToolNames } from '../../src/context/adapt/tool-names.ts'
import { prepareForCloud, prepareForLocal, type PlainTarget } from '../../src/exchange/translate/prepare.ts'
import { bodyFor } from '../../src/exchange/translate/outgoing-call.ts'
import { exactText } from '../../src/ir/exact-json.ts'
import { arrayOf, objectOf, parseJson, without, type JsonObject } from '../../src/ir/json.ts'
import type { ChatRequest, DialectName } from '../../src/ir/request.ts'
import { checkMessagesRequest } from '../fakes/check-anthropic.ts'
import { checkChatRequest } from '../fakes/check-chat.ts'
import { checkChatModel, checkChatShape } from '../fakes/check-ollama.ts'
import { checkResponsesRequest } from '../fakes/check-responses.ts'
import { Refusal } from '../fakes/refusal.ts'
import { refuseCustomTools } from '../fakes/vendor.ts'
import { createVendor, vendorNames } from '../fakes/vendors.ts'
import { faultOfThinking, isOwnId, isOwnSeal } from './own-seals.ts'
import { wildRequests } from './wild-requests.ts'

/** As it is written on the wire of a translated exchange. */
function wireOf(request: ChatRequest, target: PlainTarget): JsonObject {
  const prepared =
    target.kind === 'cloud'
      ? prepareForCloud(request, target, () => {})
      : prepareForLocal(request, target, { tools: true, vision: true }, new Map(), () => {})
  const body = bodyFor(fitToolNames(prepared, target.dialect).request, target, () => {})
  return objectOf(parseJson(exactText(body)))
}

function targetOf(dialect: DialectName, vendor?: string): PlainTarget {
  const quirks = vendor === undefined ? undefined : findPreset(vendor, '')?.quirks
  return { kind: 'cloud', dialect, ...(quirks && { quirks }) }
}

const settings = { numRuns: 400 }

describe('a provider takes every generated request', () => {
  it.each(['claude-3-5-haiku-latest', 'claude-sonnet-4-5', 'claude-opus-4-6', 'claude-opus-4-8', 'claude-fable-5-1'])(
    'in Messages, of %s',
    (model) => {
      const headers = { version: '2023-06-01', beta: '' }
      fc.assert(
        fc.property(wildRequests([model]), (request) => {
          checkMessagesRequest(wireOf(request, targetOf('anthropic')), headers, faultOfThinking, false)
        }),
        settings,
      )
    },
  )

  it('in Responses', () => {
    const memory = {
      outputOf: () => undefined,
      find: (id: string) => (isOwnId(id) ? { isStored: false, reasoning: undefined } : undefined),
      isSealed: isOwnSeal,
    }
    fc.assert(
      fc.property(wildRequests(['gpt-4.1', 'gpt-5.4']), (request) => {
        checkResponsesRequest(wireOf(request, targetOf('openai-responses')), memory)
      }),
      settings,
    )
  })

  it.each([undefined, ...vendorNames])('in Chat Completions, of %s', (vendor) => {
    const target = targetOf('openai-chat', vendor)
    fc.assert(
      fc.property(wildRequests(['gpt-4.1', 'gpt-5.4', 'o3', 'devstral-2512', 'deepseek-v4']), (request) => {
        const body = wireOf(request, target)
        if (vendor) createVendor(vendor).check(arrayOf(body['messages']).map(objectOf), body)
        checkChatRequest(body)
      }),
      settings,
    )
  })

  it('on the native API of Ollama', () => {
    const model = {
      name: 'm',
      contextLength: 4096,
      capabilities: ['completion', 'tools', 'thinking', 'vision'] as const,
    }
    fc.assert(
      fc.property(wildRequests(['m']), (request) => {
        const body = wireOf(request, { kind: 'local', dialect: 'ollama' })
        checkChatShape(body)
        checkChatModel(body, { ...model, capabilities: [...model.capabilities] })
      }),
      settings,
    )
  })

  it('on a local server that speaks Chat Completions, which knows only functions', () => {
    fc.assert(
      fc.property(wildRequests(['qwen']), (request) => {
        const body = wireOf(request, { kind: 'local', dialect: 'openai-chat' })
        refuseCustomTools(body, (message) => new Refusal(message))
        // The limit of descriptions is OpenAI's; a local model reads them where they stand.
        checkChatRequest(without(body, new Set(['tools', 'tool_choice', 'parallel_tool_calls'])))
      }),
      settings,
    )
  })
})
