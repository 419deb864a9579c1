/** Requests that are more, or deeper, than anybody can read, and such as say nothing: with a provider that breaks every connection. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { objectOf, parseJson } from '../../src/ir/json.ts'
import { dialects, startStage, startTrooper, type RunningTrooper, type Stage } from './trooper.ts'

let stage: Stage
let trooper: RunningTrooper
beforeAll(async () => {
  stage = await startStage('/v1/messages')
  await stage.provider.play({ mode: 'reset' })
  trooper = await startTrooper({
    PRIMARY_URL: `${stage.provider.url}/v1/messages`,
    FALLBACK_URL: `${stage.ollama.url}/api/chat`,
  })
})
afterAll(async () => {
  await Promise.all([trooper.process.stop(), stage.stop()])
})

describe('a client', () => {
  it('that nests its request thousands of levels deep gets a clear 400 where it has to be read, and harms nobody', async () => {
    const deep = `${'{"a":'.repeat(30_000)}1${'}'.repeat(30_000)}`
    const body = `{"model":"m","max_tokens":1,"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"n","input":${deep}}]}]}`
    const response = await fetch(`${trooper.url}/v1/messages`, {
      method: 'POST',
      headers: dialects.anthropic.headers,
      body,
    })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error' } })
  })

  it.each([
    [
      'the arguments of a call',
      `"messages":[{"role":"assistant","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":ARGUMENTS}}]}]`,
    ],
    [
      'a tool',
      `"messages":[{"role":"user","content":"hi"}],"tools":[{"type":"function","function":{"name":"f","parameters":{"properties":{"a":{"enum":[DEEP]}}}}}]`,
    ],
    [
      'the schema of its answer',
      `"messages":[{"role":"user","content":"hi"}],"response_format":{"type":"json_schema","json_schema":{"name":"a","schema":DEEP}}`,
    ],
  ])('that nests %s as deeply is told so in its own words too', async (_what, fields) => {
    const deep = `${'{"a":'.repeat(30_000)}1${'}'.repeat(30_000)}`
    const response = await fetch(`${trooper.url}/v1/chat/completions`, {
      method: 'POST',
      headers: dialects['openai-chat'].headers,
      body: `{"model":"m",${fields.replace('DEEP', deep).replace('ARGUMENTS', JSON.stringify(deep))}}`,
    })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error', param: null } })
  })

  it.each([
    ['anthropic', /^prompt is too long: .*300000 values/],
    ['openai-chat', /300000 values/],
    ['openai-responses', /300000 values/],
  ] as const)(
    'that says hundreds of thousands of things at once (%s) is told that it is too much, before anybody reads it',
    async (dialect, words) => {
      const { endpoint, headers } = dialects[dialect]
      const list = `[${'{"role":"user","content":"a"},'.repeat(150_000)}{"role":"user","content":"a"}]`
      const body = `{"model":"m","max_tokens":9,"${dialect === 'openai-responses' ? 'input' : 'messages'}":${list}}`
      const before = (await stage.ollama.requests('/api/chat')).length
      const response = await fetch(trooper.url + endpoint, { method: 'POST', headers, body })
      expect(response.status).toBe(400)
      const { error } = objectOf(parseJson(await response.text()))
      expect(objectOf(error)).toMatchObject({ type: 'invalid_request_error', message: expect.stringMatching(words) })
      expect(await stage.ollama.requests('/api/chat')).toHaveLength(before)
    },
  )

  it.each([
    [
      'lists within lists, in the arguments of a call',
      `"messages":[{"role":"user","content":"a"},{"role":"assistant","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{\\"a\\":DEEP}"}}]}]`,
    ],
    ['lists within lists', `"messages":DEEP`],
  ])('that sends millions of %s is told so as well', async (_what, fields) => {
    const deep = `${'['.repeat(3_000_000)}${']'.repeat(3_000_000)}`
    const response = await fetch(`${trooper.url}/v1/chat/completions`, {
      method: 'POST',
      headers: dialects['openai-chat'].headers,
      body: `{"model":"m",${fields.replace('DEEP', deep)}}`,
    })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { code: 'context_length_exceeded' } })
  })

  it.each([
    ['anthropic', { messages: [] }],
    ['anthropic', { messages: [{ role: 'user', content: [] }], stream: true }],
    ['openai-chat', { messages: [] }],
    ['openai-responses', { input: [] }],
  ] as const)(
    'that says nothing (%s, %j) is told so, and no local model is asked to say more',
    async (dialect, fields) => {
      const { endpoint, headers } = dialects[dialect]
      const body = JSON.stringify({ model: 'm', max_tokens: 9, ...fields })
      const before = (await stage.ollama.requests('/api/chat')).length
      const response = await fetch(trooper.url + endpoint, { method: 'POST', headers, body })
      expect(response.status).toBe(400)
      expect(await response.text()).toMatch(dialect === 'openai-responses' ? /input: / : /at least one message/)
      expect(await stage.ollama.requests('/api/chat')).toHaveLength(before)
    },
  )
})
