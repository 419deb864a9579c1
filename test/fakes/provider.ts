/** A cloud provider for tests, as a process of its own: stricter than the real ones, and able to fail like them. */

import { isObject, type JsonObject, parseJson, stringOf } from '../../src/ir/json.ts'
import { createAnswer } from './answer.ts'
import { type Content, type ProviderBehaviour, providerControl, type ProviderSettings } from './control.ts'
import { CompactConversation } from './conversation-compact.ts'
import { ResponsesConversation } from './conversation-responses.ts'
import { ChatConversation, type Conversation, messages, signatures, threads } from './conversation.ts'
import { checkAnthropicCredential, checkOpenaiCredential } from './credential.ts'
import type { Exchange } from './exchange.ts'
import { perform } from './perform.ts'
import { Plan } from './plan.ts'
import { answerOther, speaksAnthropic } from './provider-others.ts'
import { holdsHalfCharacters } from './half-characters.ts'
import { anthropicRefusal, openaiRefusal, Refusal, VendorRefusal } from './refusal.ts'
import { serve } from './serve.ts'

const chat = new ChatConversation()
const responses = new ResponsesConversation()

const conversations: Readonly<Record<string, Conversation>> = {
  '/v1/messages': messages,
  '/v1/chat/completions': chat,
  // The path that groq-sdk and Groq's own endpoint use (providers.md 6).
  '/openai/v1/chat/completions': chat,
  '/v1/responses': responses,
  '/v1/responses/compact': new CompactConversation(responses),
}

const plan = new Plan<ProviderBehaviour>()
let settings: ProviderSettings = {}
let answers = 0

/** Faults below HTTP strike whatever was asked; all others come only to those whose request is right. */
const blindFaults: readonly string[] = ['reset', 'hang']

async function answer(exchange: Exchange): Promise<void> {
  const behaviour: ProviderBehaviour = plan.take(exchange.path, exchange.bodyText) ?? { mode: 'ok' }
  exchange.setMode(behaviour.mode)
  if (blindFaults.includes(behaviour.mode)) return perform(behaviour, exchange, undefined)
  try {
    checkCredential(exchange)
    const conversation = conversations[exchange.path]
    if (conversation === undefined) return await answerOther(behaviour, exchange, { settings, responses })
    await answerConversation(behaviour, exchange, conversation)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    await refuse(exchange, error)
  }
}

async function answerConversation(
  behaviour: ProviderBehaviour,
  exchange: Exchange,
  conversation: Conversation,
): Promise<void> {
  if (exchange.method !== 'POST') throw new Refusal('Method Not Allowed', { status: 405 })
  const body = requestBody(exchange)
  conversation.check(body, exchange)
  const model = stringOf(body['model']) ?? ''
  checkModel(model, exchange)
  answers += 1
  const said = createAnswer(contentOf(behaviour), model, exchange.bodyText, answers)
  await perform(behaviour, exchange, { conversation, said, body, settings })
}

/** What to say; nothing of its own for a failure of the catalogue. */
function contentOf(behaviour: ProviderBehaviour): Content {
  switch (behaviour.mode) {
    case 'refusal':
      return { ...behaviour, finish: 'refusal' }
    case 'ok':
    case 'error-first':
    case 'error-midstream':
    case 'error-in-200-json':
    case 'end-midstream':
    case 'reset-midstream':
    case 'hang-midstream':
    case 'json-instead-of-stream':
    case 'frame-between':
    case 'frame-after-finish':
    case 'frame-torn':
    case 'last-frame-missing':
    case 'length-too-long':
    case 'length-too-short':
    case 'gzip-cut':
    case 'invalid-utf8':
      return behaviour
    default:
      return {}
  }
}

function requestBody(exchange: Exchange): JsonObject {
  const type = exchange.header('content-type') ?? ''
  if (!type.startsWith('application/json')) throw new Refusal(`Unsupported content type: '${type}'.`)
  const body = parseJson(exchange.bodyText)
  if (!isObject(body)) throw new Refusal('We could not parse the JSON body of your request.')
  // [PASTE claude-code#60394]; OpenAI's word for it is not recorded.
  if (speaksAnthropic(exchange) && holdsHalfCharacters(exchange.bodyText))
    throw new Refusal('The request body is not valid JSON: no low surrogate in string: line 1 column 1 (char 0)')
  return body
}

function checkCredential(exchange: Exchange): void {
  const expected = settings.credential ?? null
  if (speaksAnthropic(exchange)) checkAnthropicCredential(exchange, expected)
  else checkOpenaiCredential(exchange, expected)
}

function checkModel(model: string, exchange: Exchange): void {
  const known = settings.models ?? undefined
  if (known === undefined ? !model.includes(':') : known.includes(model)) return
  if (speaksAnthropic(exchange)) throw new Refusal(`model: ${model}`, { status: 404, type: 'not_found_error' })
  throw new Refusal(`The model \`${model}\` does not exist or you do not have access to it.`, {
    status: 404,
    code: 'model_not_found',
  })
}

async function refuse(exchange: Exchange, refusal: Refusal): Promise<void> {
  exchange.entry.rejected = refusal.message
  await exchange.send(refusal.status, { 'content-type': 'application/json' }, envelopeOf(refusal, exchange))
}

function envelopeOf(refusal: Refusal, exchange: Exchange): string {
  if (refusal instanceof VendorRefusal) return refusal.body
  return speaksAnthropic(exchange) ? anthropicRefusal(refusal) : openaiRefusal(refusal)
}

await serve({
  control: providerControl,
  apply(control) {
    if (control.plan !== undefined) plan.set(control.plan)
    settings = { ...settings, ...control.settings }
    for (const body of control.settings?.remembers ?? []) {
      signatures.remember(body)
      responses.remember(body)
    }
    if (control.settings?.vendor !== undefined) chat.speakFor(control.settings.vendor)
  },
  resets: (path, body) => plan.peek(path, body)?.mode === 'reset',
  reset() {
    plan.set([])
    settings = {}
    chat.speakFor(null)
    responses.clear()
    signatures.clear()
    threads.clear()
  },
  answer,
})
