/** Apps that ask for several answers at once (`n`), and the quota is gone. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { dialects, startStage, type Stage } from './trooper.ts'

let stage: Stage
beforeAll(async () => {
  stage = await startStage('/v1/chat/completions', { WAIT_MAX: '0' })
})
afterAll(() => stage.stop())
beforeEach(async () => {
  await Promise.all([stage.provider.reset(), stage.ollama.reset()])
  await stage.provider.play({ mode: 'openai-overloaded' })
  await stage.ollama.play(...['One.', 'Two.', 'Three.'].map((text) => ({ mode: 'ok' as const, text, times: 1 })))
})

interface Choice {
  index: number
  finish_reason: string | null
  message?: { content: string | null; tool_calls?: { id: string }[] }
  delta?: { role?: string; content?: string }
}
interface Answer {
  id: string
  choices: Choice[]
  usage?: { prompt_tokens: number; completion_tokens: number; total_tokens: number } | null
  error?: { message: string; type: string }
}

const ask = (fields: object): Promise<Response> => {
  const { endpoint, headers, body } = dialects['openai-chat']
  const asked = { ...body('Hi', false), ...fields }
  return fetch(stage.trooper.url + endpoint, { method: 'POST', headers, body: JSON.stringify(asked) })
}
const whole = async (fields: object): Promise<{ status: number; answer: Answer }> => {
  const response = await ask(fields)
  return { status: response.status, answer: (await response.json()) as Answer }
}
const chunksOf = async (fields: object): Promise<Answer[]> => {
  const lines = (await (await ask({ stream: true, ...fields })).text()).split('\n\n').filter((line) => line !== '')
  expect(lines.pop()).toBe('data: [DONE]')
  expect(lines.filter((line) => line === 'data: [DONE]')).toEqual([])
  return lines.map((line) => JSON.parse(line.slice('data: '.length)) as Answer)
}
const askedLocally = async (): Promise<{ options: { seed?: number } }[]> =>
  (await stage.ollama.requests('/api/chat')).map(({ bodyText }) => JSON.parse(bodyText))

describe('a local model', () => {
  it('writes as many as were asked for, and their cost is that of all', async () => {
    const one = (await whole({})).answer
    await stage.ollama.play(...['One.', 'Two.', 'Three.'].map((text) => ({ mode: 'ok' as const, text, times: 1 })))
    const { answer } = await whole({ n: 3, seed: 7 })
    expect(answer.choices.map(({ index, message }) => [index, message?.content])).toEqual([
      [0, 'One.'],
      [1, 'Two.'],
      [2, 'Three.'],
    ])
    expect(answer.choices.every((choice) => choice.finish_reason === 'stop')).toBe(true)
    expect(answer.usage?.prompt_tokens).toBe(one.usage?.prompt_tokens)
    expect(answer.usage?.completion_tokens).toBeGreaterThan((one.usage?.completion_tokens ?? 0) * 2)
    expect((await askedLocally()).slice(1).map(({ options }) => options.seed)).toEqual([7, 8, 9])
  })

  it('streams them one behind the other in one answer', async () => {
    const chunks = await chunksOf({ n: 3, stream_options: { include_usage: true } })
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1)
    const texts = ['', '', '']
    for (const { index, delta } of chunks.flatMap(({ choices }) => choices)) texts[index] += delta?.content ?? ''
    expect(texts).toEqual(['One.', 'Two.', 'Three.'])
    const ends = chunks.flatMap(({ choices }) => choices.filter((choice) => choice.finish_reason !== null))
    expect(ends.map(({ index, finish_reason }) => [index, finish_reason])).toEqual([
      [0, 'stop'],
      [1, 'stop'],
      [2, 'stop'],
    ])
    expect(chunks.filter(({ usage }) => usage)).toEqual([chunks.at(-1)])
    expect(chunks.at(-1)?.choices).toEqual([])
  })

  it('gives every call an id of its own', async () => {
    const call = { mode: 'ok' as const, toolCalls: [{ id: 'call_1', name: 'f', input: {} }], times: 1 }
    await stage.ollama.play(call, call)
    const parameters = { type: 'object', properties: {} }
    const { answer } = await whole({ n: 2, tools: [{ type: 'function', function: { name: 'f', parameters } }] })
    const ids = answer.choices.flatMap(({ message }) => message?.tool_calls?.map(({ id }) => id) ?? [])
    expect(new Set(ids).size).toBe(2)
  })

  it('is asked for each again where it has to keep to a schema', async () => {
    await stage.ollama.play(...['{"a":1}', 'no', '{"a":2}'].map((text) => ({ mode: 'ok' as const, text, times: 1 })))
    const schema = { type: 'object', properties: { a: { type: 'number' } }, required: ['a'] }
    const { answer } = await whole({
      n: 2,
      response_format: { type: 'json_schema', json_schema: { name: 'x', schema } },
    })
    expect(answer.choices.map(({ message }) => message?.content)).toEqual(['{"a":1}', '{"a":2}'])
  })

  it('that fails at a later one tells a stream so, and the end is no silent one', async () => {
    await stage.ollama.play({ mode: 'ok', text: 'One.', times: 1 }, { mode: 'load-failed' })
    const text = await (await ask({ n: 2, stream: true })).text()
    expect(text).toContain('One.')
    expect(JSON.parse(text.trim().split('\n\n').at(-1)!.slice('data: '.length))).toHaveProperty('error')
    expect(text).not.toContain('[DONE]')
  })

  it('is not kept busy by more than eight: the client has the answer of its provider, and is told why nobody else gave one', async () => {
    const response = await ask({ n: 9 })
    expect(response.status).toBe(503)
    expect(response.headers.get('x-trooper-tried')).toContain('n: must be a whole number from 1 to 8')
    expect(await askedLocally()).toHaveLength(0)
  })
})

it('the provider itself is asked for all of them at once, however many', async () => {
  await stage.provider.play({ mode: 'ok' })
  expect((await ask({ n: 20 })).status).toBe(200)
  expect(JSON.parse((await stage.provider.requests()).at(-1)?.bodyText ?? '')).toMatchObject({ n: 20 })
})
