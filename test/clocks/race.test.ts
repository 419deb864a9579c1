/** ON_SLOW=race: the next target is asked beside one that is late, and the first that speaks is kept. */
import { describe, expect, it } from 'vitest'
import { strictClients } from '../conformance/strict-clients.ts'
import { textOf } from '../e2e/trooper.ts'
import { chat, messages, ollama, responses } from './frames.ts'
import { cloud, local, Stage, type FakeCall } from './stage.ts'

const claude = cloud('claude', 'anthropic')
const openai = cloud('openai', 'openai-chat')
const racing = { onSlow: 'race' } as const

/** The first target has opened its stream, says nothing, and is late. */
async function lateStage(chain: Parameters<typeof startStage>[0], stream = true): Promise<Stage> {
  const stage = startStage(chain, stream)
  ;(await stage.call(chain[0].name)).open().say(chain[0] === claude ? messages.start : chat.start)
  await stage.pass(60)
  return stage
}

function startStage(chain: ConstructorParameters<typeof Stage>[0], stream = true): Stage {
  return new Stage(chain, racing).ask('anthropic', stream)
}

const words = (...texts: string[]): string[] => [
  messages.textStart(),
  ...texts.map((text) => messages.text(text)),
  messages.stop() + messages.end,
]

describe('beside a stream that is late', () => {
  it('the next target is asked, and has the client when it speaks first', async () => {
    const stage = await lateStage([claude, local()])
    const late = await stage.call('claude')
    const next = (await stage.call('local')).open()
    expect(late.isAborted).toBe(false)
    expect(stage.reply.heads).toBe(0)
    next.say(ollama.text('Here.'))
    await stage.pass(1)
    expect(late.isAborted).toBe(true)
    // What it says all the same comes too late.
    late.say(...words('Never.'))
    next.say(ollama.end)
    await stage.ended
    expect(textOf(stage.reply.text)).toBe('Here.')
    expect(stage.reply).toMatchObject({ heads: 1, isOver: true })
    expect(stage.reply.headers).toEqual(
      expect.arrayContaining(['X-Trooper-Fallback', 'qwen2.5:3b', 'X-Trooper-Reason', 'timeout']),
    )
    expect(stage.lines.join('\n')).toMatch(/timed out: first content[^]*Primary was not the first to speak/)
  })

  it('the next target is given up when the late one speaks first', async () => {
    const stage = await lateStage([claude, local()])
    const late = await stage.call('claude')
    const next = (await stage.call('local')).open()
    late.say(...words('At last.'))
    late.end()
    await stage.ended
    expect(next.isAborted).toBe(true)
    expect(stage.reply.text).toBe(messages.start + words('At last.').join(''))
    expect(stage.reply).toMatchObject({ heads: 1, isOver: true })
    expect(stage.lines.join('\n')).toContain('local was not the first to speak')
  })

  it('nobody is asked before it is late, and the client hears nothing of its announcement', async () => {
    const stage = startStage([claude, local()])
    ;(await stage.call('claude')).open().say(messages.start)
    await stage.pass(59)
    expect(stage.callsOf('local')).toHaveLength(0)
    expect(stage.reply.heads).toBe(0)
  })

  it('nobody is asked where MCP servers are named, whose tools would run for each; it is given up for the next one', async () => {
    const mcp_servers = [{ type: 'url', name: 'docs', url: 'https://docs.example/mcp' }]
    const tools = [{ type: 'mcp_toolset', mcp_server_name: 'docs' }]
    const stage = new Stage([claude, local()], racing).ask('anthropic', true, { mcp_servers, tools })
    ;(await stage.call('claude')).open().say(messages.start)
    // A tool may keep it silent.
    await stage.pass(300)
    const late = await stage.call('claude')
    const next = (await stage.call('local')).open()
    expect(late.isAborted).toBe(true)
    next.say(ollama.text('Here.'), ollama.end)
    await stage.ended
    expect(textOf(stage.reply.text)).toBe('Here.')
  })

  it('the one that lost goes on with an answer that breaks off', async () => {
    const stage = await lateStage([claude, local()])
    const late = await stage.call('claude')
    ;(await stage.call('local')).open()
    late.say(messages.textStart(), messages.text('The quick brown'))
    await stage.pass(45)
    expect(late.isAborted).toBe(true)
    ;(await stage.call('local', 1)).open().say(ollama.text(' fox jumps.'), ollama.end)
    await stage.ended
    expect(textOf(stage.reply.text)).toBe('The quick brown fox jumps.')
    expect(stage.callsOf('claude')).toHaveLength(1)
  })

  it('it may still answer when the next one fails, but not for ever', async () => {
    for (const speaks of [true, false]) {
      const stage = await lateStage([claude, local()])
      const late = await stage.call('claude')
      ;(await stage.call('local')).connect().head({}, 500).say('{"error":"out of memory"}').end()
      await stage.pass(299)
      expect(late.isAborted).toBe(false)
      if (speaks) late.say(...words('At last.')).end()
      else await stage.pass(1)
      await stage.ended
      expect(late.isAborted).toBe(!speaks)
      if (speaks) expect(textOf(stage.reply.text)).toBe('At last.')
      else {
        expect(stage.reply).toMatchObject({ heads: 1, isOver: true })
        expect(stage.reply.text).toMatch(/event: error\ndata: .*timeout_error/)
      }
      expect(stage.calls).toHaveLength(2)
    }
  })

  it('its signs of life reach the client once the next one has failed, and then its answer does', async () => {
    const stage = await lateStage([claude, local()])
    const late = await stage.call('claude')
    expect(stage.reply.heads).toBe(0)
    ;(await stage.call('local')).connect().head({}, 500).say('{"error":"out of memory"}').end()
    for (let told = 0; told < 5; told += 1) {
      await stage.pass(30)
      late.say(chat.comment)
    }
    expect(stage.reply.text).toBe(messages.start + chat.comment.repeat(5))
    late.say(...words('At last.')).end()
    await stage.ended
    expect(strictClients.anthropic(stage.reply.text)).toMatchObject({ texts: ['At last.'] })
    expect(stage.reply).toMatchObject({ heads: 1, isOver: true })
  })

  it('the client of one that was shown alone is told in its stream when it stays silent', async () => {
    const stage = startStage([openai, claude])
    ;(await stage.call('openai')).open().say(chat.start)
    await stage.pass(60)
    const next = (await stage.call('claude')).open().say(chat.comment)
    ;(await stage.call('openai')).break()
    await stage.pass(10)
    expect(stage.reply.text).toBe(chat.comment)
    await stage.pass(50)
    await stage.ended
    expect(next.isAborted).toBe(true)
    expect(stage.reply.text).toMatch(/event: error\ndata: .*\n\n$/)
    expect(stage.reply).toMatchObject({ heads: 1, isOver: true, status: 200 })
  })

  it('a third is asked when the second is late too', async () => {
    const stage = await lateStage([claude, openai, local()])
    ;(await stage.call('openai')).open().say(chat.start)
    await stage.pass(60)
    const third = (await stage.call('local')).open()
    third.say(ollama.text('Third.'), ollama.end)
    await stage.ended
    expect(textOf(stage.reply.text)).toBe('Third.')
    expect((await stage.call('claude')).isAborted).toBe(true)
    expect((await stage.call('openai')).isAborted).toBe(true)
    expect(stage.calls).toHaveLength(3)
  })

  it('a refusal of the next one is no word', async () => {
    const stage = await lateStage([claude, openai, local()])
    ;(await stage.call('openai')).connect().head({}, 429).say('{"error":{"message":"Slow down"}}').end()
    await stage.pass(1)
    expect((await stage.call('claude')).isAborted).toBe(false)
    ;(await stage.call('local')).open().say(ollama.text('Here.'), ollama.end)
    await stage.ended
    expect(textOf(stage.reply.text)).toBe('Here.')
  })

  it('the next one that loses while its rate limit clears has failed, and is not asked again', async () => {
    const stage = await lateStage([claude, openai, local()])
    const refusal = '{"error":{"code":"rate_limit_exceeded","message":"Rate limit reached"}}'
    ;(await stage.call('openai')).connect().head({ 'retry-after': '2' }, 429).say(refusal).end()
    await stage.pass(1)
    ;(await stage.call('claude')).say(...words('At last.')).end()
    await stage.ended
    expect(textOf(stage.reply.text)).toBe('At last.')
    expect(stage.journal()[0]?.attempts).toMatchObject([
      { target: 'claude', end: { is: 'answered' } },
      { target: 'openai', end: { is: 'failed', reason: 'rate-limited' } },
    ])
    expect(stage.calls).toHaveLength(2)
    expect(stage.pending()).toBe(0)
  })

  it('the next one that loses as its refusal is understood has lost, and is not asked again', async () => {
    const second = cloud('second', 'anthropic')
    const stage = await lateStage([claude, second, local()])
    const next = await stage.call('second')
    const late = await stage.call('claude')
    const error = { type: 'invalid_request_error', message: 'Invalid `signature` in `thinking` block' }
    next
      .connect()
      .head({}, 400)
      .say(JSON.stringify({ type: 'error', error }))
      .end()
    late.say(...words('At last.')).end()
    await stage.ended
    expect(stage.journal()[0]?.attempts).toMatchObject([
      { target: 'claude', end: { is: 'answered' } },
      { target: 'second', end: { is: 'lost' } },
    ])
    expect(stage.calls).toHaveLength(2)
  })

  it('an answer that is gathered for its client is decided by its first word', async () => {
    const stage = await lateStage([openai, local()], false)
    const late = await stage.call('openai')
    const next = (await stage.call('local')).open()
    next.say(ollama.text('Here'))
    await stage.pass(1)
    expect(late.isAborted).toBe(true)
    next.say(ollama.text(' I am.'), ollama.end)
    await stage.ended
    expect(textOf(stage.reply.text)).toBe('Here I am.')
    expect(stage.reply.heads).toBe(1)
  })

  it('everything ends when the client leaves', async () => {
    const stage = await lateStage([claude, local()])
    const next = (await stage.call('local')).open()
    stage.reply.leave()
    await stage.ended
    expect((await stage.call('claude')).isAborted).toBe(true)
    expect(next.isAborted).toBe(true)
    expect(stage.pending()).toBe(0)
  })

  it('the time of the exchange ends both', async () => {
    const stage = new Stage([claude, local()], { ...racing, exchangeMs: 90_000 }).ask('anthropic')
    ;(await stage.call('claude')).open().say(messages.start)
    await stage.pass(60)
    const next = (await stage.call('local')).open()
    await stage.pass(30)
    await stage.ended
    expect((await stage.call('claude')).isAborted).toBe(true)
    expect(next.isAborted).toBe(true)
    expect(stage.reply).toMatchObject({ heads: 1, isOver: true })
    expect(stage.reply.text).toMatch(/event: error\ndata: .*timeout_error/)
    expect(stage.pending()).toBe(0)
  })
})

describe('with ON_SLOW=race', () => {
  it.each(['connect', 'head'] as const)('a target without a %s is given up for the next one', async (what) => {
    const stage = startStage([claude, local()])
    const call = await stage.call('claude')
    if (what === 'head') call.connect()
    await stage.pass(what === 'head' ? 31 : 5)
    expect(call.connect().isAborted).toBe(true)
    ;(await stage.call('local')).open().say(ollama.text('Here.'), ollama.end)
    await stage.ended
    expect(textOf(stage.reply.text)).toBe('Here.')
  })

  it('a stream that stalls after its first word is continued as ever', async () => {
    const stage = startStage([claude, local()])
    ;(await stage.call('claude')).open().say(messages.start, messages.textStart(), messages.text('The quick brown'))
    await stage.pass(45)
    ;(await stage.call('local')).open().say(ollama.text(' fox jumps.'), ollama.end)
    await stage.ended
    expect(textOf(stage.reply.text)).toBe('The quick brown fox jumps.')
  })

  it('the only target shows its client signs of life', async () => {
    const stage = startStage([claude])
    ;(await stage.call('claude')).open().say(messages.start)
    await stage.pass(10)
    expect(stage.reply.text).toBe(messages.start)
  })
})

describe('a client that waits in a race', () => {
  const limited = (call: FakeCall): void =>
    call
      .connect()
      .head({ 'retry-after': '9' }, 429)
      .say('{"type":"error","error":{"type":"rate_limit_error","message":"Slow down"}}')
      .end()

  it('sees signs of life while a rate limit clears, and then the answer in the same stream', async () => {
    const stage = new Stage([claude, local()], racing, { waitMaxMs: 10_000 }).ask('anthropic')
    limited(await stage.call('claude'))
    await stage.pass(9)
    expect(stage.reply.text).toBe(messages.ping.repeat(3))
    ;(await stage.call('claude', 1))
      .open()
      .say(messages.start, ...words('Here.'))
      .end()
    await stage.ended
    expect(strictClients.anthropic(stage.reply.text)).toMatchObject({ texts: ['Here.'] })
    expect(stage.reply).toMatchObject({ heads: 1, isOver: true })
    expect(stage.callsOf('local')).toHaveLength(0)
  })

  it('sees them between two halves of an answer too', async () => {
    const stage = new Stage([openai, claude], racing, { waitMaxMs: 10_000 }).ask('openai-chat')
    ;(await stage.call('openai')).open().say(chat.start, chat.text('The quick brown')).break()
    limited(await stage.call('claude'))
    await stage.pass(9)
    expect(stage.reply.text.match(/^: waiting$/gm)).toHaveLength(3)
    ;(await stage.call('claude', 1))
      .open()
      .say(messages.start, ...words(' fox jumps.'))
      .end()
    await stage.ended
    expect(strictClients['openai-chat'](stage.reply.text)).toMatchObject({ texts: ['The quick brown fox jumps.'] })
  })

  const provider = cloud('openai', 'openai-responses')

  it('of Responses hears that it is in progress, while nobody’s bytes may be passed on to it', async () => {
    const stage = new Stage([provider, local()], racing).ask('openai-responses')
    ;(await stage.call('openai')).connect().head({}, 402).say('{"error":{"code":"insufficient_quota"}}').end()
    const next = (await stage.call('local')).connect()
    await stage.pass(31)
    expect(stage.reply.text.match(/event: response\.in_progress/g)).toHaveLength(2)
    next.open().say(ollama.text('Here.'), ollama.end).end()
    await stage.ended
    expect(strictClients['openai-responses'](stage.reply.text)).toMatchObject({ texts: ['Here.'] })
  })

  it('of Responses sees comments beside a provider that is late, whose answer has an id of its own', async () => {
    const stage = new Stage([provider, local()], racing).ask('openai-responses')
    const late = (await stage.call('openai')).open().say(responses.start)
    await stage.pass(60)
    ;(await stage.call('local')).connect()
    await stage.pass(16)
    expect(stage.reply.text).toBe(': waiting\n\n')
    late.say(responses.messageStart, responses.text('At last.'), responses.end).end()
    await stage.ended
    expect(stage.reply.text).toContain(responses.start)
    expect(stage.reply).toMatchObject({ heads: 1, isOver: true })
  })

  it('of Responses gets the answer of a local model that works before comments alone would make it leave', async () => {
    const stage = new Stage([provider, local()], racing).ask('openai-responses')
    const late = (await stage.call('openai')).open().say(responses.start)
    await stage.pass(60)
    const next = (await stage.call('local')).connect()
    await stage.pass(178)
    expect(stage.reply.text).not.toContain('event:')
    expect(late.isAborted).toBe(false)
    await stage.pass(40)
    expect(stage.reply.text.match(/event: response\.in_progress/g)?.length).toBeGreaterThan(0)
    expect(late.isAborted).toBe(true)
    next.open().say(ollama.text('Here.'), ollama.end).end()
    await stage.ended
    expect(strictClients['openai-responses'](stage.reply.text)).toMatchObject({ texts: ['Here.'] })
    expect(stage.reply).toMatchObject({ heads: 1, isOver: true })
  })

  it('of Responses, and is still there after five minutes without a word, does not mind: the race goes on', async () => {
    const thinking = { reasoning: { effort: 'high' } }
    const stage = new Stage([provider, local()], racing).ask('openai-responses', true, thinking)
    const late = (await stage.call('openai')).open().say(responses.start)
    await stage.pass(300)
    ;(await stage.call('local')).connect()
    await stage.pass(20)
    late.say(responses.messageStart, responses.text('At last.'), responses.end).end()
    await stage.ended
    expect(stage.reply.text).toContain(responses.start)
    expect(stage.reply.text).toContain('At last.')
    expect(stage.reply).toMatchObject({ heads: 1, isOver: true })
  })
})
