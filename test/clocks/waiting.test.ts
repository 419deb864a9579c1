/** Clients whose local model loads, reads a long prompt, or answers somebody else first. */
import { describe, expect, it } from 'vitest'
import { strictClients } from '../conformance/strict-clients.ts'
import { dialectNames, textOf, type TestedDialect } from '../e2e/trooper.ts'
import { chat, messages, ollama } from './frames.ts'
import { cloud, local, Stage, type FakeCall } from './stage.ts'

const claude = cloud('claude', 'anthropic')
const openai = cloud('openai', 'openai-responses')

/** What each dialect calls a sign of life; Codex hears of nothing else than the response itself. */
const signs: Record<TestedDialect, RegExp> = {
  anthropic: /event: ping\n/g,
  'openai-chat': /^: waiting\n/gm,
  'openai-responses': /event: response\.in_progress\n/g,
}

const countSigns = (dialect: TestedDialect, stage: Stage): number => stage.reply.text.match(signs[dialect])?.length ?? 0

function answer(call: FakeCall, text = 'Here I am.'): void {
  call.open().say(ollama.text(text), ollama.end).end()
}

describe.each(dialectNames)('a %s stream whose local model is silent', (dialect) => {
  it('shows a sign of life every fifteen seconds, and then the answer as if nothing had been', async () => {
    const stage = new Stage([local()]).ask(dialect)
    const call = (await stage.call('local')).connect()
    await stage.pass(14)
    expect(stage.reply.heads).toBe(0)
    await stage.pass(1)
    expect([stage.reply.status, countSigns(dialect, stage)]).toEqual([200, 1])
    await stage.pass(30)
    expect(countSigns(dialect, stage)).toBe(3)
    answer(call)
    await stage.ended
    expect(stage.reply).toMatchObject({ heads: 1, isOver: true })
    expect(strictClients[dialect](stage.reply.text)).toMatchObject({ texts: ['Here I am.'] })
    expect(stage.pending()).toBe(0)
  })

  it('goes on to show them where somebody sets the clock back meanwhile', async () => {
    const stage = new Stage([local()]).ask(dialect)
    const call = (await stage.call('local')).connect()
    await stage.pass(16)
    expect(countSigns(dialect, stage)).toBe(1)
    stage.clock.set(stage.clock.now() - 3_600_000)
    await stage.pass(31)
    expect(countSigns(dialect, stage)).toBeGreaterThanOrEqual(2)
    answer(call)
    await stage.ended
    expect(strictClients[dialect](stage.reply.text)).toMatchObject({ texts: ['Here I am.'] })
  })

  it('shows them in the middle of the answer too: a call comes whole, after minutes', async () => {
    const stage = new Stage([local()]).ask(dialect)
    const call = (await stage.call('local')).open().say(ollama.text('Let me '))
    await stage.pass(31)
    expect(countSigns(dialect, stage)).toBe(dialect === 'openai-responses' ? 3 : 2)
    call.say(ollama.text('see.'), ollama.end).end()
    await stage.ended
    expect(strictClients[dialect](stage.reply.text)).toMatchObject({ texts: ['Let me see.'] })
  })

  it('shows none while words come', async () => {
    const stage = new Stage([local()]).ask(dialect)
    const call = (await stage.call('local')).open()
    for (let second = 0; second < 60; second += 10) {
      call.say(ollama.text('word '))
      await stage.pass(10)
    }
    expect(countSigns(dialect, stage)).toBe(dialect === 'openai-responses' ? 1 : 0)
    call.say(ollama.end).end()
    await stage.ended
  })

  it('shows none while the engine does not answer, and the clocks decide', async () => {
    const stage = new Stage([local()], { localMs: 100_000 })
    stage.engine.isAway = true
    stage.ask(dialect)
    ;(await stage.call('local')).connect()
    await stage.pass(99)
    expect(stage.reply.heads).toBe(0)
    await stage.pass(2)
    await stage.ended
    expect(stage.reply).toMatchObject({ status: 502, heads: 1, isOver: true })
  })

  it('lets the next target answer in the same stream', async () => {
    const stage = new Stage([local('first'), local('second')]).ask(dialect)
    const call = (await stage.call('first')).connect()
    await stage.pass(16)
    call
      .head({ 'content-type': 'application/json' }, 500)
      .say('{"error":"model runner has unexpectedly stopped"}')
      .end()
    answer(await stage.call('second'))
    await stage.ended
    expect(stage.reply).toMatchObject({ heads: 1, isOver: true })
    const heard = strictClients[dialect](stage.reply.text)
    expect(heard).toMatchObject({ texts: ['Here I am.'] })
    if (dialect !== 'openai-responses') expect(stage.reply.text).toContain(': X-Trooper-Provider: second\n')
  })

  it('is told in-band when nobody can', async () => {
    const stage = new Stage([local()]).ask(dialect)
    const call = (await stage.call('local')).connect()
    await stage.pass(16)
    call
      .head({ 'content-type': 'application/json' }, 500)
      .say('{"error":"model runner has unexpectedly stopped"}')
      .end()
    await stage.ended
    expect(stage.reply).toMatchObject({ heads: 1, isOver: true })
    expect(strictClients[dialect](stage.reply.text)).toMatchObject({ ending: 'failed' })
  })

  it('shows nothing to a client that left', async () => {
    const stage = new Stage([local()]).ask(dialect)
    ;(await stage.call('local')).connect()
    await stage.pass(10)
    stage.reply.leave()
    await stage.ended
    await stage.pass(60)
    expect(stage.reply.heads).toBe(0)
    expect(stage.pending()).toBe(0)
  })
})

describe('an answer that is not streamed', () => {
  it('waits without a sign: its wire has none', async () => {
    const stage = new Stage([local()]).ask('anthropic', false)
    const call = (await stage.call('local')).connect()
    await stage.pass(120)
    expect(stage.reply.heads).toBe(0)
    answer(call)
    await stage.ended
    expect(stage.reply).toMatchObject({ status: 200, heads: 1, isOver: true })
  })
})

describe('a client that waited for its provider already', () => {
  it('sees a sign of life soon after the local model is asked', async () => {
    const stage = new Stage([claude, local()]).ask('anthropic')
    ;(await stage.call('claude')).connect()
    await stage.pass(31)
    ;(await stage.call('local')).connect()
    await stage.pass(2)
    expect(stage.reply.text).toMatch(signs.anthropic)
  })
})

describe('an answer that broke off', () => {
  it('shows signs of life while the local model that goes on with it is silent', async () => {
    const stage = new Stage([claude, local()]).ask('anthropic')
    const first = (await stage.call('claude')).open()
    first.say(messages.start, messages.textStart(), messages.text('Good '))
    await stage.pass(46)
    const next = (await stage.call('local')).open()
    await stage.pass(31)
    expect(countSigns('anthropic', stage)).toBe(2)
    next.say(ollama.text('morning.'), ollama.end).end()
    await stage.ended
    expect(strictClients.anthropic(stage.reply.text)).toMatchObject({ texts: ['Good morning.'], ending: 'end_turn' })
  })
})

describe('a Responses client that knows its answer by an id of Trooper’s', () => {
  it('gets the answer of its provider under it, when the local model fails', async () => {
    const stage = new Stage([local(), openai]).ask('openai-responses')
    const call = (await stage.call('local')).connect()
    await stage.pass(16)
    call.head({ 'content-type': 'application/json' }, 500).say('{"error":"no"}').end()
    const provider = (await stage.call('openai')).open()
    const response = { id: 'resp_1', object: 'response', status: 'in_progress', model: 'gpt-4.1', output: [] }
    const item = { id: 'msg_1', type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Hello.' }] }
    const frame = (type: string, fields: object): string =>
      `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: 0, ...fields })}\n\n`
    provider
      .say(
        frame('response.created', { response }),
        frame('response.output_item.done', { output_index: 0, item }),
        frame('response.completed', { response: { ...response, status: 'completed', output: [item] } }),
      )
      .end()
    await stage.ended
    expect(strictClients['openai-responses'](stage.reply.text)).toMatchObject({ texts: ['Hello.'] })
    expect(textOf(stage.reply.text)).toBe('Hello.')
    expect(stage.reply.text).not.toContain('resp_1"')
  })
})

describe('an answer of which the client may not see what is being written', () => {
  const chatProvider = cloud('openai', 'openai-chat')
  const f = { name: 'f', input_schema: { type: 'object', properties: { a: { type: 'string' } } } }

  it('shows signs of life while another provider writes a cut call anew', async () => {
    const stage = new Stage([claude, chatProvider]).ask('anthropic', true, { tools: [f] })
    const first = (await stage.call('claude')).open()
    first.say(messages.start, messages.toolStart, messages.json('{"a":"on')).break()
    const next = (await stage.call('openai')).open().say(chat.start, chat.call({ id: 'c', function: { name: 'f' } }))
    for (const piece of ['{"a":"on', 'e, two, th', 'ree']) {
      next.say(chat.call({ function: { arguments: piece } }))
      await stage.pass(14)
    }
    expect(countSigns('anthropic', stage)).toBe(1)
    next.say(chat.call({ function: { arguments: '"}' } }), chat.end).end()
    await stage.ended
    expect(strictClients.anthropic(stage.reply.text)).toMatchObject({ ending: 'tool_use' })
  })

  it('shows them while a provider’s words become a call that its client gets whole', async () => {
    const tools = [{ type: 'custom', name: 'f' }]
    const stage = new Stage([claude]).ask('openai-responses', true, { tools })
    const call = (await stage.call('claude'))
      .open()
      .say(messages.start, messages.toolStart, messages.json('{"input":"'))
    for (let second = 0; second < 40; second += 1) {
      call.say(messages.json('word '))
      await stage.pass(1)
    }
    // The first one stands at the beginning of every answer.
    expect(countSigns('openai-responses', stage)).toBe(3)
    call.say(messages.json('"}'), messages.stop(), messages.end).end()
    await stage.ended
    const { calls } = strictClients['openai-responses'](stage.reply.text)
    expect(calls).toMatchObject([{ name: 'f', input: 'word '.repeat(40) }])
  })

  it('shows them while a local model says a call in its text', async () => {
    const stage = new Stage([local()], {}, { shown: { capabilities: ['completion', 'tools'], model_info: {} } })
    stage.ask('anthropic', true, { tools: [f] })
    const call = (await stage.call('local')).open().say(ollama.text('<tool_call>{"name":"f","arguments":{"a":"'))
    for (let second = 0; second < 40; second += 1) {
      call.say(ollama.text('word '))
      await stage.pass(1)
    }
    expect(countSigns('anthropic', stage)).toBe(2)
    call.say(ollama.text('"}}</tool_call>'), ollama.end).end()
    await stage.ended
    expect(strictClients.anthropic(stage.reply.text)).toMatchObject({ calls: [{ name: 'f' }], ending: 'tool_use' })
  })
})
