/** Whose turn it is inside a tool loop when the primary comes back in the middle of it (DESIGN 7). */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { OllamaBehaviour } from '../fakes/control.ts'
import { startOllama, startProvider, type FakeOllama, type FakeProvider } from '../fakes/start.ts'
import { planted } from '../secrets.ts'
import { startInside, type Inside } from './inside.ts'
import { ask, dialects, textOf } from './trooper.ts'

let provider: FakeProvider
let ollama: FakeOllama
let trooper: Inside
beforeEach(async () => {
  ;[provider, ollama] = await Promise.all([startProvider(), startOllama()])
  const urls = { PRIMARY_URL: `${provider.url}/v1/messages`, FALLBACK_URL: `${ollama.url}/api/chat` }
  trooper = await startInside(urls)
})
afterEach(async () => {
  await Promise.all([trooper.stop(0), provider.stop(), ollama.stop()])
})

const hour = 3_600_000
const spent = { mode: 'anthropic-rate-limit', retryAfter: '3600', times: 1 } as const

async function answer(given: Promise<Response>): Promise<{ text: string; by: string | null }> {
  const response = await given
  return { text: textOf(await response.text()), by: response.headers.get('x-trooper-fallback') }
}

const tool = { name: 'get_weather', input_schema: { type: 'object', properties: { city: { type: 'string' } } } }

function converse(...messages: object[]): Promise<Response> {
  const { headers, endpoint, body } = dialects.anthropic
  const request = { ...body(planted.prompt, false), tools: [tool], messages }
  return fetch(trooper.url + endpoint, { method: 'POST', headers, body: JSON.stringify(request) })
}

interface Message {
  role: 'assistant'
  content: { type: string; id: string; name?: string; input?: object }[]
}

const resultOf = ({ content }: Message) => ({
  role: 'user',
  content: [
    ...content
      .filter(({ type }) => type === 'tool_use')
      .map(({ id }) => ({ type: 'tool_result', tool_use_id: id, content: 'It is sunny.' })),
    // As agents write it.
    { type: 'text', text: '<system-reminder>Be quick.</system-reminder>' },
  ],
})

describe('inside a tool loop', () => {
  const question = { role: 'user', content: planted.prompt }
  const toOllama: OllamaBehaviour = {
    mode: 'ok',
    toolCalls: [{ name: 'get_weather', input: { city: 'Bern' } }],
    times: 1,
  }

  it('the local model keeps a turn that it began, and the next turn is the primary’s again', async () => {
    await provider.play(spent)
    await ollama.play(toOllama, { mode: 'ok', text: planted.localAnswer })
    const { content } = (await (await converse(question)).json()) as Message
    const call: Message = { role: 'assistant', content }
    trooper.clock.pass(hour)
    const ended = await answer(converse(question, call, resultOf(call)))
    expect(ended.text).toBe(planted.localAnswer)
    expect(await provider.requests()).toHaveLength(1)
    await provider.play({ mode: 'ok', text: planted.cloudAnswer })
    const said = { role: 'assistant', content: [{ type: 'text', text: planted.localAnswer }] }
    const next = await answer(converse(question, call, resultOf(call), said, question))
    expect(next).toEqual({ text: planted.cloudAnswer, by: null })
  })

  it('the local model keeps its turn also when another conversation has found the primary back', async () => {
    await provider.play(spent)
    await ollama.play(toOllama, { mode: 'ok', text: planted.localAnswer })
    const { content } = (await (await converse(question)).json()) as Message
    trooper.clock.pass(hour)
    await provider.play({ mode: 'ok', text: planted.cloudAnswer })
    expect(await answer(ask(trooper.url, 'anthropic', false))).toMatchObject({ by: null })
    const call: Message = { role: 'assistant', content }
    expect((await answer(converse(question, call, resultOf(call)))).text).toBe(planted.localAnswer)
  })

  it('a call of the primary is no reason to wait', async () => {
    await provider.play(spent)
    await converse(question)
    trooper.clock.pass(hour)
    await provider.play({ mode: 'ok', text: planted.cloudAnswer })
    const call: Message = {
      role: 'assistant',
      content: [{ type: 'tool_use', id: 'toolu_cloud', name: 'get_weather', input: {} }],
    }
    expect(await answer(converse(question, call, resultOf(call)))).toEqual({ text: planted.cloudAnswer, by: null })
  })
})
