/** Texts that are cut at a length may end within a character of two halves, and half of one is no JSON to llama.cpp, nor to Anthropic. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { startLlamaServer, startProvider, type FakeLlamaServer, type FakeProvider } from '../fakes/start.ts'
import { dialects, startTrooper, type RunningTrooper } from './trooper.ts'

let provider: FakeProvider
let local: FakeLlamaServer
let trooper: RunningTrooper
beforeAll(async () => {
  ;[provider, local] = await Promise.all([startProvider(), startLlamaServer()])
  trooper = await startTrooper({
    PRIMARY_URL: provider.url + dialects.anthropic.endpoint,
    FALLBACK_URL: `${local.url}/v1/chat/completions`,
  })
})
afterAll(() => Promise.all([trooper.process.stop(), provider.stop(), local.stop()]))
beforeEach(() => Promise.all([provider.reset(), local.reset({ nCtx: 4096 })]))

const faces = '🧭🎉👩‍👩‍👧'
const refused = async () => (await local.requests()).flatMap(({ rejected }) => rejected ?? [])
const send = (body: object): Promise<Response> =>
  fetch(trooper.url + dialects.anthropic.endpoint, {
    method: 'POST',
    headers: dialects.anthropic.headers,
    body: JSON.stringify({ model: 'claude-sonnet-4-5', max_tokens: 200, ...body }),
  })

it.each([0, 1, 2, 3])('are in nothing that is made short for a small window: behind %i letters', async (letters) => {
  const text = (length: number): string => 'x'.repeat(letters) + faces.repeat(length)
  const turns = Array.from({ length: 8 }, (_, turn) => [
    { role: 'user', content: text(40 + turn) },
    { role: 'assistant', content: [{ type: 'tool_use', id: `toolu_${turn}`, name: 'look', input: { at: text(60) } }] },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: `toolu_${turn}`, content: text(400) }] },
    { role: 'assistant', content: text(50) },
  ])
  await provider.play({ mode: 'anthropic-overloaded', times: 1 })
  const response = await send({
    messages: [...turns.flat(), { role: 'user', content: 'And now?' }],
    tools: [{ name: 'look', description: text(80), input_schema: { type: 'object' } }],
  })
  expect(response.status).toBe(200)
  expect(response.headers.get('x-trooper-omitted')).toMatch(/tokens/)
  expect(await refused()).toEqual([])
})
