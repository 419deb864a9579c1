/** What becomes of an exchange when a target is slow, with a clock that goes only where the test sends it. */
import { describe, expect, it } from 'vitest'
import { textOf } from '../e2e/trooper.ts'
import { chat, messages, ollama, responses } from './frames.ts'
import { cloud, local, Stage } from './stage.ts'

const claude = cloud('claude', 'anthropic')
const openai = cloud('openai', 'openai-chat')
const codex = cloud('codex', 'openai-responses')
const thinking = { thinking: { type: 'adaptive', display: 'omitted' } }

/** The local model answers, whole. */
async function answerLocally(stage: Stage, text: string): Promise<void> {
  const call = await stage.call('local')
  call.open().say(ollama.text(text), ollama.end)
  await stage.ended
}

describe('a target that makes no connection', () => {
  it('has 5 s for it', async () => {
    const stage = new Stage([claude, local()]).ask('anthropic')
    const call = await stage.call('claude')
    await stage.pass(4)
    expect(stage.callsOf('local')).toHaveLength(0)
    await stage.pass(1)
    await answerLocally(stage, 'Here.')
    expect(textOf(stage.reply.text)).toBe('Here.')
    expect(stage.lines.join()).toContain('Primary (timed out: connect)')
    // undici gets to it later, and drops it.
    expect(call.connect().isAborted).toBe(true)
    expect(stage.callsOf('claude')).toHaveLength(1)
  })
})

describe('a target that sends no head', () => {
  it('has 30 s for that of a stream', async () => {
    const stage = new Stage([claude, local()]).ask('anthropic')
    const call = (await stage.call('claude')).connect()
    await stage.pass(30)
    expect(call.isAborted).toBe(false)
    await stage.pass(1)
    expect(call.isAborted).toBe(true)
    await answerLocally(stage, 'Here.')
    expect(stage.lines.join()).toContain('Primary (timed out: head)')
    expect(stage.reply.headers).toEqual(expect.arrayContaining(['X-Trooper-Reason', 'timeout']))
  })

  it('has 600 s for an answer that is not streamed', async () => {
    const stage = new Stage([claude, local()]).ask('anthropic', false)
    const call = (await stage.call('claude')).connect()
    await stage.pass(599)
    expect(call.isAborted).toBe(false)
    const answer = '{"type":"message"}'
    call
      .head({ 'content-type': 'application/json', 'content-length': String(answer.length) })
      .say(answer)
      .end()
    await stage.ended
    expect(stage.reply.text).toBe(answer)
  })

  it('has 300 s when the request asks for reasoning', async () => {
    const stage = new Stage([claude, local()]).ask('anthropic', true, thinking)
    const call = (await stage.call('claude')).connect()
    await stage.pass(300)
    expect(call.isAborted).toBe(false)
    await stage.pass(2)
    expect(call.isAborted).toBe(true)
  })

  it.each(['gpt-5.4', 'o3-mini', 'deepseek-reasoner'])(
    'has 300 s when the model is known to reason: %s',
    async (model) => {
      const stage = new Stage([openai, local()]).ask('openai-chat', true, { model })
      const call = (await stage.call('openai')).connect()
      await stage.pass(300)
      expect(call.isAborted).toBe(false)
    },
  )

  it('has the time that a large body needs on its way', async () => {
    const images = 'x'.repeat(10_000_000)
    const stage = new Stage([openai, local()]).ask('openai-chat', true, { user: images })
    const call = (await stage.call('openai')).connect()
    await stage.pass(100)
    expect(call.isAborted).toBe(false)
    await stage.pass(15)
    expect(call.isAborted).toBe(true)
  })

  it('may be local: then it has 600 s, as its model may have to be loaded', async () => {
    const stage = new Stage([local()]).ask('anthropic')
    const call = (await stage.call('local')).connect()
    await stage.pass(599)
    expect(call.isAborted).toBe(false)
    call.head({ 'content-type': 'application/x-ndjson' })
    await stage.pass(599)
    call.say(ollama.text('Loaded.'), ollama.end)
    await stage.ended
    expect(textOf(stage.reply.text)).toBe('Loaded.')
  })
})

describe('a stream that says nothing', () => {
  it.each([
    ['anthropic', claude, messages.start, messages.ping],
    ['openai-chat', openai, chat.start, chat.comment],
    ['openai-responses', codex, responses.start, responses.keepAlive],
  ] as const)('has 60 s, and its pings do not count: %s', async (dialect, target, start, ping) => {
    const stage = new Stage([target, local()]).ask(dialect)
    const call = (await stage.call(target.name)).open().say(start)
    for (let second = 0; second < 60; second += 10) {
      await stage.pass(10)
      call.say(ping)
    }
    expect(call.isAborted).toBe(true)
    // Its head went to the client after 10 s: the local model answers in the same stream.
    await answerLocally(stage, 'Here.')
    expect(textOf(stage.reply.text)).toBe('Here.')
    expect(stage.reply).toMatchObject({ heads: 1, isOver: true })
    expect(stage.lines.join()).toContain('(timed out: first content)')
    expect(stage.callsOf(target.name)).toHaveLength(1)
  })

  it('has them also when an empty text block was announced late', async () => {
    const stage = new Stage([claude, local()]).ask('anthropic')
    const call = (await stage.call('claude')).open().say(messages.start)
    await stage.pass(59)
    call.say(messages.textStart())
    await stage.pass(1)
    expect(call.isAborted).toBe(true)
    await answerLocally(stage, 'Here.')
    expect(textOf(stage.reply.text)).toBe('Here.')
  })

  it('has them behind its head when it is translated', async () => {
    const stage = new Stage([openai, local()]).ask('anthropic')
    const call = (await stage.call('openai')).open().say(chat.start, chat.comment)
    await stage.pass(59)
    expect(call.isAborted).toBe(false)
    call.say(chat.comment)
    await stage.pass(1)
    expect(call.isAborted).toBe(true)
  })
})

describe('an answer that does not say what it is', () => {
  const answer = {
    choices: [{ index: 0, message: { role: 'assistant', content: 'Whole.' }, finish_reason: 'stop' }],
  }

  it('is told as the stream that was asked for, however late it turns out to be none', async () => {
    const stage = new Stage([openai, local()]).ask('openai-chat')
    const call = (await stage.call('openai')).connect().head({})
    await stage.pass(20)
    call.say('\n', JSON.stringify(answer)).end()
    await stage.ended
    expect(textOf(stage.reply.text)).toBe('Whole.')
    expect(stage.reply).toMatchObject({ heads: 1, isOver: true })
  })

  it('is opened to its client 10 s after it began as a stream', async () => {
    const stage = new Stage([openai, local()]).ask('openai-chat')
    const call = (await stage.call('openai')).connect().head({})
    await stage.pass(20)
    expect(stage.reply.heads).toBe(0)
    call.say(chat.comment)
    await stage.pass(10)
    expect(stage.reply.text).toContain(chat.comment)
  })
})

describe('a model that thinks', () => {
  it('is not cut while it sends nothing but pings', async () => {
    const stage = new Stage([claude, local()]).ask('anthropic', true, thinking)
    const call = (await stage.call('claude')).open().say(messages.start + messages.thinkingStart + messages.ping)
    await stage.pass(299)
    expect(call.isAborted).toBe(false)
    for (let minute = 0; minute < 10; minute += 1) {
      call.say(messages.ping)
      await stage.pass(60)
    }
    call.say(messages.signature + messages.stop(), messages.textStart(1), messages.text('Forty-two.', 1))
    call.say(messages.stop(1) + messages.end)
    call.end()
    await stage.ended
    expect(textOf(stage.reply.text)).toBe('Forty-two.')
    expect(stage.callsOf('local')).toHaveLength(0)
  })

  it('is cut when not even a ping comes for 300 s', async () => {
    const stage = new Stage([claude, local()]).ask('anthropic', true, thinking)
    const call = (await stage.call('claude')).open().say(messages.start + messages.thinkingStart)
    await stage.pass(299)
    expect(call.isAborted).toBe(false)
    await stage.pass(1)
    expect(call.isAborted).toBe(true)
  })

  it('needs no pings to count once it has thought', async () => {
    const stage = new Stage([claude, local()]).ask('anthropic', true, thinking)
    const call = (await stage.call('claude')).open().say(messages.start + messages.thinkingStart)
    call.say(messages.signature + messages.stop())
    for (let minute = 0; minute < 5; minute += 1) {
      call.say(messages.ping)
      await stage.pass(60)
    }
    expect(call.isAborted).toBe(true)
  })

  it('shows that it does, whatever was asked of it', async () => {
    const stage = new Stage([openai, local()]).ask('openai-chat')
    const call = (await stage.call('openai')).open().say(chat.reasoning('Hm.'))
    await stage.pass(299)
    expect(call.isAborted).toBe(false)
    call.say(chat.text('Yes.'))
    await stage.pass(299)
    expect(call.isAborted).toBe(false)
  })

  it('is known as one when it is translated', async () => {
    const stage = new Stage([openai, local()]).ask('anthropic')
    const call = (await stage.call('openai')).open().say(chat.reasoning('Hm.'))
    for (let minute = 0; minute < 10; minute += 1) {
      await stage.pass(60)
      call.say(chat.comment)
    }
    expect(call.isAborted).toBe(false)
    call.say(chat.text('Yes.'), chat.end)
    call.end()
    await stage.ended
    expect(textOf(stage.reply.text)).toBe('Yes.')
  })

  it('may be told not to', async () => {
    const stage = new Stage([claude, local()]).ask('anthropic', true, { thinking: { type: 'disabled' } })
    const call = (await stage.call('claude')).connect()
    await stage.pass(31)
    expect(call.isAborted).toBe(true)
  })

  it('may also be one whose provider runs tools', async () => {
    const tools = [{ type: 'web_search_20250305', name: 'web_search' }]
    const stage = new Stage([claude, local()]).ask('anthropic', true, { tools })
    const call = (await stage.call('claude')).open().say(messages.start, messages.textStart(), messages.text('Wait:'))
    await stage.pass(299)
    expect(call.isAborted).toBe(false)
  })
})

describe('a stream that stalls', () => {
  it('is continued by the local model after 45 s, whatever pings come', async () => {
    const stage = new Stage([claude, local()]).ask('anthropic')
    const call = (await stage.call('claude')).open().say(messages.start, messages.textStart())
    call.say(messages.text('The quick brown'))
    await stage.pass(44)
    call.say(messages.ping)
    expect(call.isAborted).toBe(false)
    await stage.pass(1)
    expect(call.isAborted).toBe(true)
    await answerLocally(stage, ' fox jumps.')
    expect(textOf(stage.reply.text)).toBe('The quick brown fox jumps.')
    expect(stage.callsOf('claude')).toHaveLength(1)
  })

  it('has 45 s again with every piece', async () => {
    const stage = new Stage([claude, local()]).ask('anthropic')
    const call = (await stage.call('claude')).open().say(messages.start, messages.textStart())
    for (const word of ['one ', 'two ', 'three']) {
      call.say(messages.text(word))
      await stage.pass(44)
    }
    call.say(messages.stop() + messages.end)
    call.end()
    await stage.ended
    expect(textOf(stage.reply.text)).toBe('one two three')
  })

  it('is continued also when it is translated', async () => {
    const stage = new Stage([openai, local()]).ask('anthropic')
    const call = (await stage.call('openai')).open().say(chat.start, chat.text('The quick brown'))
    await stage.pass(45)
    expect(call.isAborted).toBe(true)
    await answerLocally(stage, ' fox jumps.')
    expect(textOf(stage.reply.text)).toBe('The quick brown fox jumps.')
  })
})

describe('an answer that is not streamed', () => {
  it('is given up when its body stalls, and the client has seen nothing of it', async () => {
    const stage = new Stage([claude, local()]).ask('anthropic', false)
    const call = (await stage.call('claude')).connect().head({ 'content-type': 'application/json' })
    await stage.pass(500)
    call.say('{"id":"msg_1",')
    await stage.pass(44)
    expect(call.isAborted).toBe(false)
    await stage.pass(1)
    expect(call.isAborted).toBe(true)
    await answerLocally(stage, 'Here.')
    expect(textOf(stage.reply.text)).toBe('Here.')
  })

  it('is not begun by the empty lines that a provider sends while one waits', async () => {
    const stage = new Stage([openai, local()]).ask('openai-chat', false)
    const call = (await stage.call('openai')).connect().head({ 'content-type': 'application/json' })
    for (let minute = 0; minute < 9; minute += 1) {
      call.say('\n')
      await stage.pass(60)
    }
    expect(call.isAborted).toBe(false)
    await stage.pass(60)
    expect(call.isAborted).toBe(true)
  })
})

describe('the time of a whole exchange', () => {
  it('ends it with a timeout in the words of the client', async () => {
    const stage = new Stage([claude, local()], { exchangeMs: 100_000, thinkingMs: 900_000 })
    stage.ask('anthropic', true, thinking)
    const call = (await stage.call('claude')).connect()
    await stage.pass(100)
    await stage.ended
    expect(call.isAborted).toBe(true)
    expect(stage.reply).toMatchObject({ status: 504, isOver: true })
    expect(JSON.parse(stage.reply.text)).toMatchObject({ type: 'error', error: { type: expect.any(String) } })
    expect(stage.callsOf('local')).toHaveLength(0)
    expect(stage.lines.join()).toContain('EXCHANGE_MAX')
  })

  it.each([
    ['a relayed stream', claude, [messages.start, messages.textStart(), messages.text('One')]],
    ['a translated one', openai, [chat.start, chat.text('One')]],
  ])('ends an answer that has begun within its own stream: %s', async (_what, target, frames) => {
    const stage = new Stage([target, local()], { exchangeMs: 40_000 }).ask('anthropic')
    const call = (await stage.call(target.name)).open().say(...frames)
    await stage.pass(40)
    await stage.ended
    expect(call.isAborted).toBe(true)
    expect(stage.reply).toMatchObject({ status: 200, isOver: true })
    expect(stage.reply.text).toMatch(/event: error\ndata: .*"type":"error".*\n\n$/)
    expect(stage.callsOf('local')).toHaveLength(0)
  })

  it('is shared by all who are asked', async () => {
    const stage = new Stage([claude, local()], { exchangeMs: 50_000 }).ask('anthropic')
    await stage.call('claude')
    await stage.pass(5)
    const call = (await stage.call('local')).connect()
    await stage.pass(45)
    await stage.ended
    expect(call.isAborted).toBe(true)
    // It has seen signs of life by then.
    expect(stage.reply).toMatchObject({ status: 200, heads: 1, isOver: true })
    expect(stage.reply.text).toMatch(/event: error\ndata: .*timeout_error/)
  })
})

describe('a target that was silent', () => {
  it('is never asked twice, whoever else fails', async () => {
    const stage = new Stage([claude, openai, local()]).ask('anthropic')
    ;(await stage.call('claude')).open().say(messages.start)
    await stage.pass(60)
    ;(await stage.call('openai')).connect()
    await stage.pass(31)
    const last = await stage.call('local')
    last.connect().head({ 'content-type': 'application/json' }, 500).say('{"error":"no"}').end()
    await stage.ended
    expect(stage.calls.map(({ origin }) => origin)).toEqual(['http://claude', 'http://openai', 'http://local'])
    expect(stage.reply).toMatchObject({ heads: 1, isOver: true })
    expect(stage.reply.text).toContain('event: error')
  })

  it('leaves no clock behind', async () => {
    const stage = new Stage([claude, local()]).ask('anthropic')
    ;(await stage.call('claude')).open().say(messages.start)
    await stage.pass(60)
    await answerLocally(stage, 'Here.')
    ;(await stage.call('local')).end()
    expect(stage.pending()).toBe(0)
  })
})
