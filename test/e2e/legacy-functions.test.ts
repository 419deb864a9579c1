/** Apps that still list `functions`, as OpenAI's first ones did, and read the one `function_call` of an answer. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ProviderBehaviour } from '../fakes/control.ts'
import { dialects, startStage, type Stage } from './trooper.ts'

const functions = [{ name: 'weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } }]
const bern = { name: 'weather', input: { city: 'Bern' } }
const oslo = { name: 'weather', input: { city: 'Oslo' } }
const question = { role: 'user', content: 'What is the weather?' }
const called = (city: string): object[] => [
  { role: 'assistant', content: null, function_call: { name: 'weather', arguments: JSON.stringify({ city }) } },
  { role: 'function', name: 'weather', content: 'Sunny.' },
]

interface Choice {
  message?: { function_call?: object; tool_calls?: object }
  delta?: { function_call?: { name?: string; arguments?: string }; tool_calls?: object }
  finish_reason: string | null
}

let stage: Stage
beforeAll(async () => {
  stage = await startStage('/v1/messages')
})
afterAll(() => stage.stop())

async function ask(stream: boolean, messages: object[] = [question]): Promise<Choice[]> {
  const { endpoint, headers } = dialects['openai-chat']
  const body = JSON.stringify({ model: 'claude-sonnet-4-5', messages, functions, stream })
  const response = await fetch(stage.trooper.url + endpoint, { method: 'POST', headers, body })
  const text = await response.text()
  expect([response.status, text]).toMatchObject([200, expect.any(String)])
  const documents = stream ? [...text.matchAll(/^data: (\{.*)$/gm)].map(([, data = '']) => data) : [text]
  return documents.flatMap((document) => (JSON.parse(document) as { choices: Choice[] }).choices)
}

const places: [string, () => Promise<void>][] = [
  [
    'the local model',
    async () => {
      await stage.provider.play({ mode: 'anthropic-overloaded', times: 1 })
      await stage.ollama.play({ mode: 'ok', toolCalls: [bern, oslo], times: 1 })
    },
  ],
  [
    'a provider of another dialect',
    () => stage.provider.play({ mode: 'ok', toolCalls: [bern, oslo], times: 1 } satisfies ProviderBehaviour),
  ],
]

describe.each(places)('an answer of %s that calls a function', (_who, play) => {
  it('has it where such an app looks for it', async () => {
    await play()
    const [choice] = await ask(false)
    expect(choice).toMatchObject({
      message: { function_call: { name: 'weather', arguments: '{"city":"Bern"}' } },
      finish_reason: 'function_call',
    })
    expect(choice?.message?.tool_calls).toBeUndefined()
  })

  it('has it in its stream too', async () => {
    await play()
    const choices = await ask(true)
    const pieces = choices.flatMap(({ delta }) => delta?.function_call ?? [])
    expect(pieces.map(({ name = '' }) => name).join('')).toBe('weather')
    expect(JSON.parse(pieces.map((piece) => piece.arguments ?? '').join(''))).toEqual({ city: 'Bern' })
    expect(choices.at(-1)?.finish_reason).toBe('function_call')
    expect(choices.some(({ delta }) => delta?.tool_calls)).toBe(false)
  })
})

describe('a history in which a function was called twice', () => {
  it('is taken by a provider that wants every call to have an id of its own', async () => {
    await stage.provider.play()
    const [choice] = await ask(false, [question, ...called('Bern'), ...called('Oslo')])
    expect(choice?.finish_reason).toBe('stop')
  })
})
