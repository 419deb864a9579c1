/** Conversations that the provider keeps under a name of their own (`/v1/conversations`), as a local model has to know them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { scratchFolder } from '../fakes/output.ts'
import { planted } from '../secrets.ts'
import { startStage, startTrooper, type Stage } from './trooper.ts'

let stage: Stage
let env: Record<string, string>
beforeEach(async () => {
  env = { TROOPER_DATA_DIR: scratchFolder('data'), WAIT_MAX: '0' }
  stage = await startStage('/v1/responses', env)
})
afterEach(() => stage.stop())

interface Heard {
  id: string
  data: { id: string }[]
  error?: object
  conversation?: object
  output: { id: string }[]
}

const call = async (method: string, path: string, body?: object, key: string = planted.clientKey) => {
  const response = await fetch(stage.trooper.url + path, {
    method,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  const answer = (await response.json()) as Heard
  return { status: response.status, headers: response.headers, answer }
}

const words = (text: string, role = 'user') => ({ role, content: text })
const create = async (items?: object[], key?: string): Promise<string> => {
  const { status, answer } = await call('POST', '/v1/conversations', items ? { items } : {}, key)
  expect(status).toBe(200)
  return answer.id
}
const say = (conversation: unknown, input: unknown = 'And now?', key?: string) =>
  call('POST', '/v1/responses', { model: 'gpt-4.1', conversation, input }, key)

/** Away for one request, which is no reason to leave it alone afterwards. */
const sayLocally = async (conversation: unknown, input?: unknown): Promise<Heard> => {
  await stage.provider.play({ mode: 'openai-overloaded', path: '/responses', times: 1 })
  const { status, headers, answer } = await say(conversation, input)
  expect(status, JSON.stringify(answer)).toBe(200)
  expect(headers.get('x-trooper-fallback')).not.toBeNull()
  return answer
}

const heardLocally = async (): Promise<string[]> => {
  const requests = await stage.ollama.requests('/api/chat')
  const { messages }: { messages: { role: string; content: string }[] } = JSON.parse(requests.at(-1)?.bodyText ?? '{}')
  return messages.map(({ role, content }) => `${role}: ${content}`)
}
const restart = async (): Promise<void> => {
  await stage.trooper.process.stop()
  stage.trooper = await startTrooper({
    PRIMARY_URL: `${stage.provider.url}/v1/responses`,
    FALLBACK_URL: `${stage.ollama.url}/api/chat`,
    ...env,
  })
}

describe('a conversation that was made through Trooper', () => {
  it('is known to be empty', async () => {
    const id = await create()
    const answer = await sayLocally({ id })
    expect(await heardLocally()).toEqual(['user: And now?'])
    expect(answer.conversation).toEqual({ id })
  })

  it('is known where its provider compresses whatever it may', async () => {
    await stage.provider.configure({ compress: true })
    await sayLocally(await create([words('Hello.')]))
    expect(await heardLocally()).toEqual(['user: Hello.\n\nAnd now?'])
  })

  it('holds the items that it was made with, those that were added, and what was said between', async () => {
    const id = await create([words('Be brief.', 'developer'), words('Hello.')])
    await stage.provider.play({ mode: 'ok', text: 'One.', path: '/responses', times: 1 })
    await say(id, 'First?')
    await call('POST', `/v1/conversations/${id}/items`, { items: [words('By the way.')] })
    await sayLocally(id)
    const all = [
      'system: Be brief.',
      'user: Hello.',
      'user: First?',
      'assistant: One.',
      'user: By the way.',
      'user: And now?',
    ]
    expect((await heardLocally()).join('|').replaceAll('\n\n', '|user: ')).toBe(all.join('|'))
    await restart()
    await sayLocally(id, 'Still?')
    expect((await heardLocally()).at(0)).toBe('system: Be brief.')
    expect((await heardLocally()).join()).toContain('By the way.')
  })

  it('lacks what was deleted in it: an item that was added, and an answer', async () => {
    const id = await create()
    const added = await call('POST', `/v1/conversations/${id}/items`, { items: [words('A.'), words('B.')] })
    await stage.provider.play({ mode: 'ok', text: 'Gone.', path: '/responses', times: 1 })
    const { answer } = await say(id, 'C?')
    for (const item of [added.answer.data[0]?.id, answer.output[0]?.id])
      expect((await call('DELETE', `/v1/conversations/${id}/items/${item}`)).status).toBe(200)
    await sayLocally(id)
    expect((await heardLocally()).join()).toMatch(/^user: B\.\D*C\?\D*And now\?$/)
  })

  it('gives its provider the local turns once, also when items were added after them', async () => {
    const id = await create()
    await stage.ollama.play({ mode: 'ok', text: 'Local.' })
    await sayLocally(id, 'One?')
    await call('POST', `/v1/conversations/${id}/items`, { items: [words('Added.')] })
    await say(id, 'Two?')
    const requests = await stage.provider.requests('/v1/responses')
    expect(JSON.parse(requests.at(-1)?.bodyText ?? '').input).toMatchObject([
      { role: 'user' },
      { role: 'assistant', content: [{ text: 'Local.' }] },
      { role: 'user', content: [{ text: 'Two?' }] },
    ])
    expect(requests.at(-1)?.bodyText).not.toContain('Added.')
  })

  it('is whole also for an app that goes on from one of its responses', async () => {
    const id = await create([words('Hello.')])
    await stage.provider.play({ mode: 'ok', text: 'One.', path: '/responses', times: 1 })
    const cloud = await say(id, 'First?')
    const local = await sayLocally(id, 'Second?')
    await stage.provider.play({ mode: 'openai-overloaded', path: '/responses', times: 1 })
    await call('POST', '/v1/responses', { model: 'gpt-4.1', previous_response_id: local.id, input: 'Third?' })
    expect((await heardLocally()).join()).toMatch(/Hello.*First.*One.*Second.*Third/s)
    const { status } = await call('POST', '/v1/responses', {
      model: 'gpt-4.1',
      previous_response_id: local.id,
      input: 'Fourth?',
    })
    expect(status).toBe(200)
    const asked = JSON.parse((await stage.provider.requests('/v1/responses')).at(-1)?.bodyText ?? '')
    expect(asked.previous_response_id).toBe(cloud.answer.id)
    expect(asked.input).toMatchObject([{ content: [{ text: 'Second?' }] }, { role: 'assistant' }, {}])
  })

  it('takes items that a local model wrote, without their ids', async () => {
    const id = await create()
    const { output } = await sayLocally(id, 'One?')
    const other = await create(output)
    const added = await call('POST', `/v1/conversations/${other}/items`, { items: output })
    expect(added.status).toBe(200)
    const { requests } = await stage.provider.journal()
    expect(requests.map(({ rejected }) => rejected ?? '')).toEqual(requests.map(() => ''))
  })
})

describe('a conversation that Trooper does not know whole', () => {
  const unknown = (id: string) => ({
    status: 404,
    answer: {
      error: {
        message: `Conversation with id '${id}' not found.`,
        type: 'invalid_request_error',
        param: null,
        code: null,
      },
    },
  })
  /** Made at the provider past Trooper. */
  const createElsewhere = async (): Promise<string> => {
    const response = await fetch(`${stage.provider.url}/v1/conversations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${planted.clientKey}` },
      body: '{"items":[{"role":"user","content":"Hello."}]}',
    })
    const made = (await response.json()) as Heard
    return made.id
  }
  const expectUnknown = async (id: string, key?: string): Promise<void> => {
    await stage.provider.play({ mode: 'openai-quota', path: '/responses' })
    for (const stream of [false, true]) {
      const body = { model: 'gpt-4.1', conversation: id, input: 'And now?', stream }
      expect(await call('POST', '/v1/responses', body, key)).toMatchObject(unknown(id))
    }
    expect(await stage.ollama.requests('/api/chat')).toHaveLength(0)
  }

  it('as it was made elsewhere, is answered in the words of the provider while that is spent', async () => {
    await expectUnknown(await createElsewhere())
  })

  it('is not known by its later turns alone', async () => {
    const id = await createElsewhere()
    expect((await say(id, 'Later?')).status).toBe(200)
    await expectUnknown(id)
  })

  it("nor when it is another account's", async () => {
    await expectUnknown(await create(), `${planted.clientKey}-of-another`)
  })

  it('nor when it was deleted', async () => {
    const id = await create([words('Hello.')])
    expect((await call('DELETE', `/v1/conversations/${id}`)).answer).toMatchObject({ deleted: true })
    await expectUnknown(id)
  })

  it('nor when something in it was deleted whose place nobody can tell', async () => {
    const id = await create([words('A.'), words('B.')])
    const { answer } = await call('GET', `/v1/conversations/${id}/items`)
    await call('DELETE', `/v1/conversations/${id}/items/${answer.data[0]?.id}`)
    await expectUnknown(id)
  })

  it('is the provider’s to answer when transcripts are off', async () => {
    await stage.trooper.process.stop()
    env = { ...env, TRANSCRIPTS: 'off' }
    await restart()
    const id = await create()
    await stage.provider.play({ mode: 'openai-quota', path: '/responses' })
    expect((await say(id)).status).toBe(429)
  })
})

describe('while the provider is spent', () => {
  it("a change of a conversation has the provider's own answer, and nothing is noted that it did not do", async () => {
    const id = await create([words('Hello.')])
    await stage.provider.play({ mode: 'openai-quota' })
    for (const [method, path, body] of [
      ['POST', '/v1/conversations', {}],
      ['POST', `/v1/conversations/${id}/items`, { items: [words('Never.')] }],
      ['DELETE', `/v1/conversations/${id}`, undefined],
    ] as const) {
      const { status, answer } = await call(method, path, body)
      expect(status).toBe(429)
      expect(answer.error).toMatchObject({ code: 'insufficient_quota' })
    }
    const { status } = await say(id)
    expect(status).toBe(200)
    expect((await heardLocally()).join()).toMatch(/^user: Hello\.\s*(,user: )?And now\?$/)
  })

  it('a change that the provider cannot be told is no change', async () => {
    const id = await create([words('Hello.')])
    await stage.provider.play({ mode: 'reset' })
    expect((await call('DELETE', `/v1/conversations/${id}`)).status).toBe(502)
    expect((await say(id)).status).toBe(200)
    expect((await heardLocally()).join()).toContain('Hello.')
  })
})

it('a response that its owner deletes at the provider is kept here no longer', async () => {
  const first = await call('POST', '/v1/responses', { model: 'gpt-4.1', input: planted.prompt })
  expect((await call('DELETE', `/v1/responses/${first.answer.id}`)).status).toBe(200)
  await stage.provider.play({ mode: 'reset' })
  const body = { model: 'gpt-4.1', input: 'And?', previous_response_id: first.answer.id }
  expect((await call('POST', '/v1/responses', body)).answer.error).toMatchObject({
    code: 'previous_response_not_found',
  })
})

it('a local response is found whatever is asked of it beside its id', async () => {
  await stage.provider.play({ mode: 'openai-quota' })
  const { answer } = await call('POST', '/v1/responses', { model: 'gpt-4.1', input: 'One?' })
  expect((await call('GET', `/v1/responses/${answer.id}?include%5B%5D=x`)).status).toBe(200)
  const items = await call('GET', `/v1/responses/${answer.id}/input_items?limit=20&order=desc`)
  expect(items.answer.data).toHaveLength(1)
})
