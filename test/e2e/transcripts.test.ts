/** Responses conversations whose history the provider keeps, with the quota gone and back in the middle of them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { scratchFolder } from '../fakes/output.ts'
import { planted } from '../secrets.ts'
import { startStage, startTrooper, type Stage } from './trooper.ts'

interface Answer {
  id: string
  output: { id: string; type: string; call_id?: string }[]
  error?: { code: string; param: string; message: string }
}

const spent = { mode: 'openai-quota' } as const

describe('a Responses answer that broke off and was ended by the local model', () => {
  const said = 'The quick brown fox jumps.'
  let stage: Stage
  let env: Record<string, string>
  let first: { id: string; output: { id: string }[] }
  beforeEach(async () => {
    env = { TROOPER_DATA_DIR: scratchFolder('data'), WAIT_MAX: '0' }
    stage = await startStage('/v1/responses', env)
    await stage.provider.play(
      { mode: 'end-midstream', chunks: 2, text: said, times: 1 },
      { mode: 'ok', text: 'Third.' },
    )
    await stage.ollama.play({ mode: 'ok', text: said })
    first = await send({ input: 'One?', stream: true })
  })
  afterEach(() => stage.stop())

  const send = async (body: object): Promise<{ id: string; output: { id: string }[] }> => {
    const response = await fetch(`${stage.trooper.url}/v1/responses`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${planted.clientKey}` },
      body: JSON.stringify({ model: 'gpt-4.1', ...body }),
    })
    expect(response.status).toBe(200)
    const text = await response.text()
    const whole = /\ndata: (\{"type":"response.completed".*)\n\n$/.exec(text)?.[1]
    return whole === undefined ? JSON.parse(text) : JSON.parse(whole).response
  }
  const heardByProvider = async () => {
    const requests = await stage.provider.requests('/v1/responses')
    expect(requests.at(-1)?.rejected).toBeUndefined()
    return JSON.parse(requests.at(-1)?.bodyText ?? '{}')
  }
  const conversation = [
    { role: 'user', content: [{ text: 'One?' }] },
    { role: 'assistant', content: [{ text: said }] },
    { role: 'user', content: [{ type: 'input_text', text: 'Two?' }] },
  ]

  it('is told whole to the provider, which never kept it, when the next turn leans on it', async () => {
    expect(first.id).toMatch(/^resp_Fake/)
    await send({ input: 'Two?', previous_response_id: first.id })
    const asked = await heardByProvider()
    expect(asked.input).toMatchObject(conversation)
    expect(asked.previous_response_id).toBeUndefined()
    expect(JSON.stringify(asked.input)).not.toContain('Fake')
    expect(await stage.provider.requests('/v1/responses')).toHaveLength(2)
  })

  it('comes back from an app that keeps its history itself without the thought that was cut before its seal', async () => {
    const thinking = 'A thought of more words than were heard of it.'
    await stage.provider.play(
      { mode: 'end-midstream', chunks: 2, thinking, text: said, times: 1 },
      { mode: 'ok', text: 'Third.' },
    )
    const asked = { store: false, include: ['reasoning.encrypted_content'], reasoning: { summary: 'auto' } }
    const { output } = await send({ ...asked, model: 'gpt-5', input: 'One?', stream: true })
    expect(output).toMatchObject([{ type: 'reasoning', id: expect.not.stringContaining('trooper') }, {}])
    await send({ ...asked, model: 'gpt-5', input: [{ role: 'user', content: 'One?' }, ...output, conversation[2]] })
    expect((await heardByProvider()).input).toMatchObject([{ role: 'user' }, { role: 'assistant' }, { role: 'user' }])
  })

  it('is known to the local model too, when the provider is still away', async () => {
    await stage.provider.play({ mode: 'openai-overloaded', times: 1 })
    await send({ input: 'Two?', previous_response_id: first.id })
    const requests = await stage.ollama.requests('/api/chat')
    expect(JSON.parse(requests.at(-1)?.bodyText ?? '{}').messages).toEqual([
      { role: 'user', content: 'One?' },
      { role: 'assistant', content: said },
      { role: 'user', content: 'Two?' },
    ])
  })

  it('is told whole also after a restart', async () => {
    await stage.trooper.process.stop()
    stage.trooper = await startTrooper({
      PRIMARY_URL: `${stage.provider.url}/v1/responses`,
      FALLBACK_URL: `${stage.ollama.url}/api/chat`,
      ...env,
    })
    await send({ input: 'Two?', previous_response_id: first.id })
    expect((await heardByProvider()).input).toMatchObject(conversation)
  })

  it('is told whole where the client only refers to it', async () => {
    const words = (text: string) => ({ role: 'user', content: [{ type: 'input_text', text }] })
    const [item] = first.output
    await send({ input: [words('One?'), { type: 'item_reference', id: item?.id }, words('Two?')] })
    expect((await heardByProvider()).input).toMatchObject(conversation)
    await send({ input: [words('One?'), item, words('Two?')] })
    const asked = await heardByProvider()
    expect(asked.input).toMatchObject(conversation)
    expect(JSON.stringify(asked.input)).not.toContain('Fake')
  })
})

describe.each([false, true])('a Responses conversation that its provider keeps (stream=%s)', (stream) => {
  let stage: Stage
  let env: Record<string, string>
  beforeEach(async () => {
    env = { TROOPER_DATA_DIR: scratchFolder('data'), WAIT_MAX: '0' }
    stage = await startStage('/v1/responses', env)
  })
  afterEach(() => stage.stop())

  /** Each failure is another customer's, or the next request would not reach the provider. */
  const send = async (body: object, url = stage.trooper.url, key: string = planted.clientKey) => {
    const response = await fetch(`${url}/v1/responses`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify({ model: 'gpt-4.1', stream, ...body }),
    })
    return {
      status: response.status,
      answer: read(await response.text()),
      fallback: response.headers.get('x-trooper-fallback'),
    }
  }

  const read = (text: string): Answer => {
    if (text.startsWith('{')) return JSON.parse(text) as Answer
    const data = text.split('\n').filter((line) => line.startsWith('data: {'))
    const last = JSON.parse(data.at(-1)!.slice('data: '.length)) as { response: Answer }
    return last.response
  }

  const play = (...texts: string[]) =>
    stage.provider.play(...texts.map((text) => ({ mode: 'ok' as const, text, times: 1 })))
  /** Away for one request, which is no reason to leave it alone afterwards. */
  const playAway = () => stage.provider.play({ mode: 'openai-overloaded', times: 1 })

  const heardLocally = async (): Promise<unknown[]> => {
    const requests = await stage.ollama.requests('/api/chat')
    return (JSON.parse(requests.at(-1)?.bodyText ?? '{}') as { messages: unknown[] }).messages
  }
  const heardByProvider = async () => {
    const requests = await stage.provider.requests('/v1/responses')
    return JSON.parse(requests.at(-1)?.bodyText ?? '{}') as {
      input: unknown
      previous_response_id?: string
      conversation?: string
    }
  }
  const nothingRefused = async (): Promise<void> => {
    const { requests } = await stage.provider.journal()
    expect(requests.map(({ rejected }) => rejected ?? '')).toEqual(requests.map(() => ''))
  }

  it('goes on locally with every word that was said, and comes back to the last answer of the provider', async () => {
    await play('First.')
    const first = await send({ input: 'One?', instructions: 'Be brief.' })
    await playAway()
    await stage.ollama.play({ mode: 'ok', text: 'Second.' })
    const second = await send({ input: 'Two?', previous_response_id: first.answer.id })
    expect(second.fallback).not.toBeNull()
    expect(second.answer.id).toMatch(/^resp_trooper/)
    expect(await heardLocally()).toEqual([
      { role: 'user', content: 'One?' },
      { role: 'assistant', content: 'First.' },
      { role: 'user', content: 'Two?' },
    ])
    await play('Third.')
    const third = await send({ input: 'Three?', previous_response_id: second.answer.id })
    expect(third).toMatchObject({ status: 200, fallback: null })
    const asked = await heardByProvider()
    expect(asked.previous_response_id).toBe(first.answer.id)
    expect(asked.input).toMatchObject([
      { role: 'user', content: [{ text: 'Two?' }] },
      { role: 'assistant', content: [{ text: 'Second.' }] },
      { role: 'user', content: [{ text: 'Three?' }] },
    ])
    expect(JSON.stringify(asked)).not.toContain('trooper')
    await nothingRefused()
    await playAway()
    await send({ input: 'Four?', previous_response_id: third.answer.id })
    expect(await heardLocally()).toHaveLength(7)
  })

  it('does so after a restart too, and when its first turn was local', async () => {
    await playAway()
    await stage.ollama.play({ mode: 'ok', text: 'First.', thinking: 'Hm.' })
    const first = await send({ input: 'One?', reasoning: { effort: 'low' } })
    await stage.trooper.process.stop()
    stage.trooper = await startTrooper({
      PRIMARY_URL: `${stage.provider.url}/v1/responses`,
      FALLBACK_URL: `${stage.ollama.url}/api/chat`,
      ...env,
    })
    await play('Second.')
    const second = await send({ input: 'Two?', previous_response_id: first.answer.id })
    expect(second).toMatchObject({ status: 200, fallback: null })
    const asked = await heardByProvider()
    expect(asked.previous_response_id).toBeUndefined()
    expect(asked.input).toMatchObject([
      { role: 'user' },
      { role: 'assistant', content: [{ text: 'First.' }] },
      { role: 'user' },
    ])
  })

  it('knows the items that a client only refers to, the local ones and those of the provider', async () => {
    await play('First.')
    const first = await send({ input: 'One?' })
    const reference = (answer: Answer) => ({ type: 'item_reference', id: answer.output[0]!.id })
    const words = (text: string) => ({ role: 'user', content: [{ type: 'input_text', text }] })
    await playAway()
    await stage.ollama.play({ mode: 'ok', text: 'Second.' })
    const second = await send({ input: [words('One?'), reference(first.answer), words('Two?')] })
    expect(await heardLocally()).toMatchObject([{}, { role: 'assistant', content: 'First.' }, {}])
    await play('Third.')
    const third = await send({
      input: [words('One?'), reference(first.answer), words('Two?'), reference(second.answer), words('Three?')],
    })
    expect(third.status).toBe(200)
    expect((await heardByProvider()).input).toMatchObject([
      {},
      reference(first.answer),
      {},
      { type: 'message', role: 'assistant', content: [{ text: 'Second.' }] },
      {},
    ])
    await nothingRefused()
  })

  it('gives a conversation the turns that its provider missed, once', async () => {
    const made = await fetch(`${stage.trooper.url}/v1/conversations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${planted.clientKey}` },
      body: '{}',
    })
    const { id: conversation } = (await made.json()) as { id: string }
    await play('First.')
    await send({ input: 'One?', conversation })
    await playAway()
    await stage.ollama.play({ mode: 'ok', text: 'Second.' })
    await send({ input: 'Two?', conversation: { id: conversation } })
    expect(await heardLocally()).toHaveLength(3)
    await play('Third.', 'Fourth.')
    await send({ input: 'Three?', conversation })
    expect((await heardByProvider()).input).toMatchObject([
      { role: 'user', content: [{ text: 'Two?' }] },
      { role: 'assistant', content: [{ text: 'Second.' }] },
      { role: 'user', content: [{ text: 'Three?' }] },
    ])
    await send({ input: 'Four?', conversation })
    expect((await heardByProvider()).input).toBe('Four?')
    await nothingRefused()
  })

  it('is not robbed of a local item that is kept no more: the provider says that it is unknown', async () => {
    await playAway()
    await send({ input: planted.prompt })
    const item = { type: 'item_reference', id: 'msg_troopergone0000' }
    const { answer } = await send({ input: [item, { role: 'user', content: planted.question }] })
    expect(answer.error?.message).toContain(item.id)
  })

  it("says what the provider would say of an id that nobody knows, and of one that is somebody else's", async () => {
    await play('First.')
    const first = await send({ input: 'One?' })
    for (const [id, key] of [
      ['resp_unknown', planted.clientKey],
      [first.answer.id, `${planted.clientKey}-of-another`],
    ] as const) {
      await stage.provider.play(spent)
      const { status, answer } = await send({ input: 'Two?', previous_response_id: id }, stage.trooper.url, key)
      expect(status).toBe(400)
      expect(answer.error).toMatchObject({ code: 'previous_response_not_found', param: 'previous_response_id' })
    }
  })

  it('keeps nothing of what the client keeps itself, nor when it is switched off', async () => {
    await play('First.')
    const unstored = await send({ input: 'One?', store: false })
    await stage.provider.play(spent)
    expect((await send({ input: 'Two?', previous_response_id: unstored.answer.id })).status).toBe(400)
    const silent = await startTrooper({
      PRIMARY_URL: `${stage.provider.url}/v1/responses`,
      FALLBACK_URL: `${stage.ollama.url}/api/chat`,
      TRANSCRIPTS: 'off',
    })
    await play('First.')
    const first = await send({ input: 'One?' }, silent.url)
    await stage.provider.play(spent)
    const second = await send({ input: 'Two?', previous_response_id: first.answer.id }, silent.url)
    expect(second).toMatchObject({ status: 429, fallback: null })
    await silent.process.stop()
  })
})
