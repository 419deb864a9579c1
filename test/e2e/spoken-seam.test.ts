/** Answers that break off around a call in text: the next model goes on with what the client has seen, and the call is made once. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { strictClients } from '../conformance/strict-clients.ts'
import { planted } from '../secrets.ts'
import { dialects, startStage, startTrooper, type RunningTrooper, type Stage } from './trooper.ts'

const tool = {
  name: 'get_weather',
  input_schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
}
const spoken = '<tool_call>\n{"name":"get_weather","arguments":{"city":"Bern"}}\n</tool_call>'
const call = { name: 'get_weather', input: '{"city":"Bern"}' }

describe('a call in text', () => {
  let stage: Stage
  let trooper: RunningTrooper
  beforeAll(async () => {
    stage = await startStage('/v1/messages')
  })
  afterAll(() => stage.stop())
  /** One that has met no fault yet, so that it asks the provider. */
  beforeEach(async () => {
    await Promise.all([stage.ollama.reset(), stage.provider.reset()])
    trooper = await startTrooper({
      PRIMARY_URL: `${stage.provider.url}/v1/messages`,
      FALLBACK_URL: `${stage.ollama.url}/api/chat`,
      FALLBACK_MODEL: 'qwen2.5:3b,qwen3:8b',
    })
  })
  afterEach(async () => void (await trooper.process.stop()))

  const heard = async () => {
    const { endpoint, headers, body } = dialects.anthropic
    const request = { ...body(planted.prompt, true), tools: [tool] }
    const response = await fetch(trooper.url + endpoint, { method: 'POST', headers, body: JSON.stringify(request) })
    const { texts, calls, ending } = strictClients.anthropic(await response.text())
    return { texts, calls: calls.map(({ name, input }) => ({ name, input })), ending }
  }

  it('goes on with the words of a provider that broke off', async () => {
    await stage.provider.play({ mode: 'end-midstream', text: 'I look at the weather now, wait.', chunks: 5 })
    await stage.ollama.play({ mode: 'ok', text: `I look at the weather now.\n${spoken}` })
    expect(await heard()).toEqual({ texts: ['I look at the weather now.\n'], calls: [call], ending: 'tool_use' })
  })

  it('that broke off in its middle was not seen, and is written anew by the next model', async () => {
    await stage.provider.play({ mode: 'anthropic-overloaded' })
    await stage.ollama.play(
      { mode: 'ends-silently', text: `I look at the weather now.\n${spoken}`, chunks: 8, times: 1 },
      { mode: 'ok', text: `I look at the weather now.\n${spoken}` },
    )
    expect(await heard()).toEqual({ texts: ['I look at the weather now.\n'], calls: [call], ending: 'tool_use' })
  })

  it('ends a call that a provider began and could not end', async () => {
    await stage.provider.play({
      mode: 'end-midstream',
      text: '',
      toolCalls: [{ name: 'get_weather', input: { city: 'Bern' } }],
      chunks: 1,
    })
    await stage.ollama.play({ mode: 'ok', text: '{"name":"get_weather","arguments":{"city":"Bern"}}' })
    expect(await heard()).toEqual({ texts: [], calls: [call], ending: 'tool_use' })
  })

  it('is no call where it only looks like one in the middle of an answer', async () => {
    await stage.provider.play({ mode: 'end-midstream', text: 'The JSON of the call would be this: so, and', chunks: 7 })
    await stage.ollama.play({ mode: 'ok', text: '{"name":"get_weather","arguments":{"city":"Bern"}}' })
    const { texts, calls } = await heard()
    expect(calls).toEqual([])
    expect(texts.join('')).toContain('"city":"Bern"')
  })
})
