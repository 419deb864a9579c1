/** Local models that are loaded before anybody needs them. */
import { describe, expect, it } from 'vitest'
import { messages, ollama } from './frames.ts'
import { cloud, inMemory, local, Stage } from './stage.ts'

const claude = cloud('claude', 'anthropic')
const openai = cloud('openai', 'openai-chat')

/** Nothing is in memory, and the provider says how much of its five hours is used. */
function coldStage(chain: ConstructorParameters<typeof Stage>[0] = [claude, local()]): Stage {
  const stage = new Stage(chain, {}, { warm: 'auto' })
  stage.engine.loaded = []
  return stage
}

function usageOf(stage: Stage, used: number): Record<string, string> {
  return {
    'content-type': 'text/event-stream',
    'anthropic-ratelimit-unified-status': 'allowed',
    'anthropic-ratelimit-unified-5h-utilization': String(used),
    'anthropic-ratelimit-unified-5h-reset': String(stage.clock.now() / 1000 + 3600),
  }
}

const words = [messages.start, messages.textStart(), messages.text('Hi.'), messages.stop(), messages.end]

async function answerOf(stage: Stage, used: number, at = 0): Promise<void> {
  const call = await stage.call('claude', at)
  call
    .connect()
    .head(usageOf(stage, used))
    .say(...words)
    .end()
}

function finishLoad(stage: Stage): void {
  stage.engine.loaded = [inMemory]
  stage.loading.pop()?.()
}

describe('while a provider answers', () => {
  it('the local model is loaded when nine tenths of a quota are used, and the conversation read ahead', async () => {
    const stage = coldStage().ask('anthropic')
    await answerOf(stage, 0.92)
    await stage.ended
    await stage.pass(1)
    expect(stage.loading).toHaveLength(1)
    finishLoad(stage)
    await stage.pass(1)
    expect(stage.readAhead).toHaveLength(1)
    expect(JSON.parse(stage.readAhead[0]?.body ?? '')).toMatchObject({
      model: 'qwen2.5:3b',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'hi' },
      ],
      options: { num_predict: 1 },
      shift: false,
    })
    stage.readAhead[0]?.end()
    await stage.pass(1)
    expect(stage.lines.join('\n')).toContain('is loaded, as it may soon be needed')
  })

  it('it is not loaded before', async () => {
    const stage = coldStage().ask('anthropic')
    await answerOf(stage, 0.89)
    await stage.ended
    await stage.pass(5)
    expect(stage.loading).toEqual([])
  })

  it('it is loaded once for a quota, not for every answer', async () => {
    const stage = coldStage().ask('anthropic')
    await answerOf(stage, 0.92)
    await stage.pass(1)
    finishLoad(stage)
    await stage.pass(1)
    stage.readAhead[0]?.end()
    await stage.pass(120)
    const next = stage.askBeside('anthropic')
    await answerOf(stage, 0.95, 1)
    await next.ended
    await stage.pass(1)
    expect([stage.loading.length, stage.readAhead.length]).toEqual([0, 1])
  })

  it('a request for the local model comes before what is read ahead', async () => {
    const stage = coldStage().ask('anthropic')
    await answerOf(stage, 0.92)
    await stage.pass(1)
    finishLoad(stage)
    await stage.pass(1)
    const next = stage.askBeside('anthropic')
    const refusal = (await stage.call('claude', 1)).connect()
    refusal
      .head({ 'content-type': 'application/json' }, 402)
      .say('{"type":"error","error":{"type":"billing_error"}}')
      .end()
    const call = await stage.call('local')
    expect(stage.readAhead[0]?.isAborted).toBe(true)
    call.open().say(ollama.text('Here.'), ollama.end).end()
    await next.ended
  })

  it('waits with the load that is under way, when it is needed before that has ended', async () => {
    const stage = coldStage().ask('anthropic')
    await answerOf(stage, 0.92)
    await stage.pass(1)
    const next = stage.askBeside('anthropic')
    const refusal = (await stage.call('claude', 1)).connect()
    refusal
      .head({ 'content-type': 'application/json' }, 402)
      .say('{"type":"error","error":{"type":"billing_error"}}')
      .end()
    await stage.pass(3)
    expect(stage.loading).toHaveLength(1)
    finishLoad(stage)
    ;(await stage.call('local')).open().say(ollama.text('Here.'), ollama.end).end()
    await next.ended
    expect(stage.readAhead).toEqual([])
  })

  it('no model that somebody else has loaded is pushed out', async () => {
    const stage = coldStage()
    stage.engine.loaded = [{ name: 'gemma3:4b', context_length: 4096 }]
    stage.ask('anthropic')
    await answerOf(stage, 0.97)
    await stage.pass(5)
    expect(stage.loading).toEqual([])
  })

  it('nobody is disturbed who is being answered', async () => {
    const stage = coldStage([claude, local()]).ask('anthropic')
    stage.engine.loaded = [inMemory]
    const refusal = (await stage.call('claude')).connect()
    refusal
      .head({ 'content-type': 'application/json' }, 529)
      .say('{"type":"error","error":{"type":"overloaded_error"}}')
      .end()
    const call = (await stage.call('local')).open()
    const next = stage.askBeside('anthropic')
    await answerOf(stage, 0.97, 1)
    await next.ended
    await stage.pass(1)
    expect(stage.readAhead).toEqual([])
    call.say(ollama.text('Here.'), ollama.end).end()
    await stage.ended
  })
})

describe('a provider that begins to refuse', () => {
  it('has the local model loaded, also while another provider answers', async () => {
    const stage = coldStage([claude, openai, local()]).ask('anthropic')
    const refusal = (await stage.call('claude')).connect()
    refusal
      .head({ 'content-type': 'application/json' }, 402)
      .say('{"type":"error","error":{"type":"billing_error"}}')
      .end()
    await stage.call('openai')
    await stage.pass(1)
    expect(stage.loading).toHaveLength(1)
  })

  it('has it loaded when it limits the rate', async () => {
    const stage = coldStage().ask('anthropic')
    const refusal = (await stage.call('claude')).connect()
    const limited = { 'content-type': 'application/json', 'retry-after': '2' }
    refusal.head(limited, 429).say('{"type":"error","error":{"type":"rate_limit_error"}}').end()
    await stage.pass(2)
    expect(stage.loading).toHaveLength(1)
  })
})

describe('WARM=always', () => {
  it('loads at once, tries again while the engine is away, and renews before the engine forgets', async () => {
    const stage = new Stage([claude, local()], {}, { warm: 'always' })
    stage.engine.loaded = []
    stage.engine.isAway = true
    stage.warmUp.start()
    await stage.pass(30)
    stage.engine.isAway = false
    await stage.pass(31)
    expect(stage.loading).toHaveLength(1)
    finishLoad(stage)
    await stage.pass(1)
    // It is renewed at once, as it would be had it been there.
    stage.loading.pop()?.()
    await stage.pass(599)
    expect(stage.loading).toEqual([])
    await stage.pass(5)
    expect(stage.loading).toHaveLength(1)
    stage.warmUp.stop()
  })
})

describe('WARM=never', () => {
  it('leaves it to the first request', async () => {
    const stage = new Stage([claude, local()], {}, { warm: 'never' })
    stage.engine.loaded = []
    stage.ask('anthropic')
    await answerOf(stage, 0.99)
    await stage.pass(5)
    expect(stage.loading).toEqual([])
  })
})
