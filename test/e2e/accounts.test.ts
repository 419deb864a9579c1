/** Two accounts of one provider in a chain: neither can read what the other sealed, and both have to take the conversation (providers.md 4.1, 4.5). */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FakeOllama, type FakeProvider, startOllama, startProvider } from '../fakes/start.ts'
import { planted } from '../secrets.ts'
import { emptyFolder, localModel, spawnTrooper } from './trooper.ts'

let first: FakeProvider
let second: FakeProvider
let ollama: FakeOllama
let stop: () => Promise<void>
let url: string

async function start(endpoint: string): Promise<void> {
  ;[first, second, ollama] = await Promise.all([startProvider(), startProvider(), startOllama()])
  const folder = emptyFolder()
  const yaml = [
    'targets:',
    `  first: { url: '${first.url}${endpoint}', kind: cloud, key: ${planted.primaryKey} }`,
    `  second: { url: '${second.url}${endpoint}', kind: cloud, key: ${planted.primaryKey}2 }`,
    `  local: { url: '${ollama.url}/api/chat', kind: local, model: '${localModel}' }`,
    'chains: { default: [first, second, local] }',
  ].join('\n')
  writeFileSync(join(folder, 'trooper.yaml'), yaml)
  const trooper = spawnTrooper({ TROOPER_PORT: '0', WAIT_MAX: '0' }, [], folder)
  const port = await trooper.line((line) => /starting on http:\S+:(\d+)/.exec(line)?.[1])
  url = `http://127.0.0.1:${port}${endpoint}`
  stop = async () => {
    await Promise.all([trooper.stop(), first.stop(), second.stop(), ollama.stop()])
  }
}

async function post(
  body: object,
  path = '',
): Promise<{
  from: string | null
  omitted: string | null
  answer: { id: string; content: object[]; output: object[] }
}> {
  const headers = {
    'content-type': 'application/json',
    'anthropic-version': '2023-06-01',
    'x-api-key': planted.clientKey,
  }
  const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) })
  const answer = Object(await response.json())
  expect(response.status, JSON.stringify(answer)).toBe(200)
  const { headers: told } = response
  return { from: told.get('x-trooper-provider'), omitted: told.get('x-trooper-omitted'), answer }
}

const away = { mode: 'openai-overloaded', times: 1 } as const
const thinking = (text: string) => ({ mode: 'ok', thinking: `Hm, ${text}`, text }) as const

afterEach(() => stop())

describe('a conversation that moves from one account to the other and back', () => {
  const moves = async (ask: (question: string) => Promise<string | null>): Promise<void> => {
    await first.play({ ...thinking('One.'), times: 1 }, away, thinking('Three.'))
    await second.play(thinking('Two.'))
    // A request that is refused uses up its turn too.
    for (const question of ['1?', '2?', '3?']) expect(await ask(question)).not.toBe('local')
  }

  describe('in Messages', () => {
    beforeEach(() => start('/v1/messages'))
    it.each(['claude-sonnet-4-5', 'claude-opus-5-5'])('of %s', async (model) => {
      const messages: object[] = []
      await moves(async (question) => {
        messages.push({ role: 'user', content: question })
        const { from, answer } = await post({ model, max_tokens: 100, messages })
        messages.push({ role: 'assistant', content: answer.content })
        return from
      })
      const last = (await first.requests()).at(-1)
      expect(last?.bodyText).toContain('Two.')
      expect(last?.bodyText).not.toContain('Hm, Two.')
    })
  })

  describe('in Responses', () => {
    beforeEach(() => start('/v1/responses'))
    it.each(['previous_response_id', 'conversation'])('held by the provider, by its %s', async (by) => {
      const origin = url.slice(0, -'/v1/responses'.length)
      const headers = { 'content-type': 'application/json', 'x-api-key': planted.clientKey }
      const made = await fetch(`${origin}/v1/conversations`, { method: 'POST', headers, body: '{}' })
      const { id }: { id: string } = Object(await made.json())
      let lean: object = by === 'conversation' ? { conversation: id } : {}
      await moves(async (question) => {
        const { from, answer } = await post({ model: 'gpt-5.4', input: question, ...lean })
        if (by !== 'conversation') lean = { previous_response_id: answer.id }
        return from
      })
      const said = (await second.requests('/v1/responses')).at(-1)?.bodyText ?? ''
      expect(said).toMatch(/1\?.*One\..*2\?/s)
      expect(said).not.toMatch(/Hm, One|conv_|resp_/)
      const last = (await first.requests('/v1/responses')).at(-1)?.bodyText ?? ''
      expect(last).toMatch(/2\?.*Two\..*3\?/s)
      expect(last).not.toContain('One.')
    })

    it('made short by either, which the other is told of in words', async () => {
      await first.play({ mode: 'ok', text: 'Short.', times: 1 }, away, away, { mode: 'ok', text: 'One.' })
      await second.play({ mode: 'ok', text: 'Two.' })
      const say = (content: string): object => ({ role: 'user', content })
      const ask = async (input: object[], path?: string) => post({ model: 'gpt-5.4', input }, path)
      const lastInput = async (provider: FakeProvider): Promise<object[]> =>
        JSON.parse((await provider.requests('/v1/responses')).at(-1)?.bodyText ?? '').input
      const sealed = { type: 'compaction', encrypted_content: expect.any(String) }
      const note = { content: [{ text: expect.stringContaining('only another account can read') }] }

      const { output: ofFirst } = (await ask([say('1?')], '/compact')).answer
      expect(await ask([...ofFirst, say('2?')])).toMatchObject({ from: 'second', omitted: '1 sealed summary' })
      expect(await lastInput(second)).toMatchObject([{ role: 'user' }, note, say('2?')])

      const { output: ofSecond } = (await ask([say('3?')], '/compact')).answer
      expect(await ask([...ofFirst, ...ofSecond, say('4?')])).toMatchObject({ omitted: '2 sealed summary' })
      expect(await ask([...ofFirst, say('5?')])).toMatchObject({ from: null, omitted: null })
      expect((await lastInput(first)).at(1)).toMatchObject(sealed)
    })

    it('held by the app', async () => {
      const input: object[] = []
      await moves(async (question) => {
        input.push({ role: 'user', content: question })
        const { from, answer } = await post({ model: 'gpt-5.4', store: false, input })
        input.push(...answer.output)
        return from
      })
    })
  })
})

describe('a thread that the first account keeps', () => {
  beforeEach(() => start('/v1/messages'))
  it('is asked for as a whole before the other one is asked', async () => {
    await first.play({ mode: 'ok', text: 'One.', times: 1 }, { mode: 'anthropic-overloaded' })
    const ask = (messages: object[], thread: object): Promise<Response> =>
      fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'anthropic-version': '2023-06-01',
          'anthropic-beta': 'message-threads-2026-08-12',
          'x-api-key': planted.clientKey,
        },
        body: JSON.stringify({ model: 'claude-sonnet-4-5', max_tokens: 100, messages, thread }),
      })
    const created = Object(await (await ask([{ role: 'user', content: '1?' }], { type: 'create' })).json())
    const lost = await ask([{ role: 'user', content: '2?' }], { type: 'continue', previous_message_id: created.id })
    expect(lost.status).toBe(404)
    expect(await lost.json()).toMatchObject({
      error: { type: 'not_found_error', details: { error_code: 'thread_not_found' } },
    })
    expect(await second.requests()).toEqual([])
  })
})
