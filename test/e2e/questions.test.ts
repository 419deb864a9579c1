/** What clients ask beside the conversation, with the provider at hand and away. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { planted } from '../secrets.ts'
import { localModel, startStage, type Stage } from './trooper.ts'

const anthropic = {
  'content-type': 'application/json',
  'x-api-key': planted.clientKey,
  'anthropic-version': '2023-06-01',
}
const openai = { 'content-type': 'application/json', authorization: `Bearer ${planted.clientKey}` }

describe('a Messages client', () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await startStage('/v1/messages')
  })
  afterAll(() => stage.stop())
  beforeEach(() => stage.provider.reset())

  const count = (text: string, key: string = planted.clientKey) =>
    fetch(`${stage.trooper.url}/v1/messages/count_tokens?beta=true`, {
      method: 'POST',
      headers: { ...anthropic, 'x-api-key': key },
      body: JSON.stringify({ model: 'claude-sonnet-4-5', messages: [{ role: 'user', content: text }] }),
    })
  const models = (id = '') => fetch(`${stage.trooper.url}/v1/models${id}`, { headers: anthropic })

  it('has its tokens counted by the provider, byte for byte', async () => {
    const answer = await count('hello')
    expect(answer.headers.get('x-trooper-provider')).toBeNull()
    expect(await answer.json()).toEqual({ input_tokens: expect.any(Number) })
    const [seen] = await stage.provider.requests('/count_tokens')
    expect(seen?.url).toContain('?beta=true')
  })

  it('has them counted here while the quota is spent, more for more', async () => {
    await stage.provider.play({ mode: 'anthropic-credit' })
    const [short, long] = [await count('hello'), await count('hello '.repeat(1000))]
    expect(short.status).toBe(200)
    const tokens = [await short.json(), await long.json()] as { input_tokens: number }[]
    expect(tokens[0]!.input_tokens).toBeGreaterThan(1)
    expect(tokens[1]!.input_tokens).toBeGreaterThan(1000)
  })

  it('sees the models of the provider, and while it is spent its last list with the local ones', async () => {
    const key = { ...anthropic, 'x-api-key': `${planted.clientKey}-2` }
    const list = async () =>
      (await fetch(`${stage.trooper.url}/v1/models`, { headers: key })).json() as Promise<{ data: { id: string }[] }>
    const all = await list()
    expect(all.data.map(({ id }) => id)).not.toContain(localModel)
    await stage.provider.play({ mode: 'anthropic-credit' })
    const spent = await list()
    expect(spent.data.map(({ id }) => id)).toEqual([...all.data.map(({ id }) => id), localModel])
    const own = await fetch(`${stage.trooper.url}/v1/models/${encodeURIComponent(localModel)}`, { headers: key })
    expect(await own.json()).toMatchObject({ type: 'model', id: localModel })
  })

  it('is told in its own words that there is no such model', async () => {
    await stage.provider.play({ mode: 'anthropic-credit' })
    const answer = await models('/nobody')
    expect(answer.status).toBe(404)
    expect(await answer.json()).toMatchObject({ type: 'error', error: { type: 'not_found_error' } })
    expect((await models('/100%')).status).toBe(404)
  })

  it('keeps its key error to itself: a bad key is not masked by a guess', async () => {
    await stage.provider.configure({ credential: 'another' })
    expect((await count('hello', `${planted.clientKey}-3`)).status).toBe(401)
  })
})

describe('a Responses client', () => {
  it('has its tokens counted here while the quota is spent, and fetches and deletes an answer that was made here', async () => {
    const stage = await startStage('/v1/responses')
    await stage.provider.play({ mode: 'openai-quota' })
    const at = (path: string, method = 'GET', body?: object) =>
      fetch(stage.trooper.url + path, { method, headers: openai, ...(body && { body: JSON.stringify(body) }) })
    const counted = await at('/v1/responses/input_tokens', 'POST', { model: 'gpt-4.1', input: 'hello' })
    expect(await counted.json()).toEqual({ object: 'response.input_tokens', input_tokens: expect.any(Number) })
    const parameters = { type: 'object', properties: { n: { type: 'integer', maximum: Number.MAX_SAFE_INTEGER } } }
    const question = { model: 'gpt-4.1', input: 'hello', tools: [{ type: 'function', name: 'f', parameters }] }
    const made = (await (await at('/v1/responses', 'POST', question)).json()) as { id: string }
    expect(made).toMatchObject({ tools: question.tools })
    expect(await (await at(`/v1/responses/${made.id}`)).json()).toEqual(made)
    expect(await (await at(`/v1/responses/${made.id}/input_items`)).json()).toMatchObject({ data: [{ role: 'user' }] })
    expect(await (await at(`/v1/responses/${made.id}`, 'DELETE')).json()).toMatchObject({ deleted: true })
    const gone = await at(`/v1/responses/${made.id}`)
    expect(gone.status).toBe(404)
    expect(await gone.json()).toMatchObject({ error: { message: expect.stringContaining('not found') } })
    await stage.stop()
  })
})
