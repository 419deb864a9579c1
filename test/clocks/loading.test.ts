/** A local model that has to be loaded first, and the clients who wait for it. */
import { describe, expect, it } from 'vitest'
import { strictClients } from '../conformance/strict-clients.ts'
import { ollama } from './frames.ts'
import { cloud, inMemory, local, Stage, type FakeCall } from './stage.ts'

/** Nothing is in memory yet. */
function coldStage(...chain: ConstructorParameters<typeof Stage>[0] | []): Stage {
  const [first = local(), ...rest] = chain
  const stage = new Stage([first, ...rest], { localMs: 100_000 })
  stage.engine.loaded = []
  return stage
}

function finishLoad(stage: Stage): void {
  stage.engine.loaded = [inMemory]
  stage.loading.pop()?.()
}

function answer(call: FakeCall): void {
  call.open().say(ollama.text('Here I am.'), ollama.end).end()
}

describe('a model that is not in memory', () => {
  it('is loaded by Trooper, and asked when it is there', async () => {
    const stage = coldStage().ask('anthropic')
    await stage.pass(16)
    expect(stage.loading).toHaveLength(1)
    expect(stage.calls).toEqual([])
    expect(stage.reply.text).toContain('event: ping')
    finishLoad(stage)
    answer(await stage.call('local'))
    await stage.ended
    expect(strictClients.anthropic(stage.reply.text)).toMatchObject({ texts: ['Here I am.'] })
    expect(stage.lines.join('\n')).toMatch(/Loading local model: qwen2.5:3b \(window \d+ tokens\)[^]*after 15 s/)
  })

  it('goes on loading when the client that needed it leaves, for whoever comes next', async () => {
    const stage = coldStage().ask('anthropic')
    await stage.pass(1)
    stage.reply.leave()
    await stage.ended
    const next = stage.askBeside('openai-chat')
    await stage.pass(5)
    expect(stage.loading).toHaveLength(1)
    finishLoad(stage)
    answer(await stage.call('local'))
    await next.ended
    expect(stage.calls).toHaveLength(1)
    expect(next.reply).toMatchObject({ status: 200, isOver: true })
  })

  it('is given up after LOCAL_TIMEOUT for the next one', async () => {
    const stage = coldStage(local('slow'), local('quick')).ask('anthropic')
    await stage.pass(99)
    stage.engine.loaded = [inMemory]
    await stage.pass(3)
    answer(await stage.call('quick'))
    await stage.ended
    expect(stage.callsOf('slow')).toEqual([])
    expect(strictClients.anthropic(stage.reply.text)).toMatchObject({ texts: ['Here I am.'] })
  })

  it('does not outlast the time of the exchange', async () => {
    const stage = new Stage([local()], { exchangeMs: 10_000 })
    stage.engine.loaded = []
    stage.ask('anthropic')
    await stage.pass(11)
    await stage.ended
    expect(stage.reply).toMatchObject({ status: 504, isOver: true })
    expect(stage.calls).toEqual([])
  })

  it('is loaded anew when it has another window than the request needs', async () => {
    const stage = coldStage()
    stage.engine.loaded = [{ name: 'qwen2.5:3b', context_length: 512 }]
    stage.ask('anthropic')
    await stage.pass(1)
    expect(stage.loading).toHaveLength(1)
    finishLoad(stage)
    answer(await stage.call('local'))
    await stage.ended
  })
})

describe('a model that is in memory', () => {
  it('is asked at once, and not looked for again with every request', async () => {
    const stage = coldStage()
    stage.engine.loaded = [inMemory]
    stage.ask('anthropic')
    answer(await stage.call('local'))
    await stage.ended
    // It is gone, but Trooper believes in it for a while: what comes next is the request itself.
    stage.engine.loaded = []
    const next = stage.askBeside('anthropic')
    answer(await stage.call('local', 1))
    await next.ended
    expect(stage.loading).toEqual([])
  })

  it('is looked for again after a failure', async () => {
    const stage = coldStage()
    stage.engine.loaded = [inMemory]
    stage.ask('anthropic')
    const call = (await stage.call('local')).connect()
    call
      .head({ 'content-type': 'application/json' }, 500)
      .say('{"error":"model runner has unexpectedly stopped"}')
      .end()
    await stage.ended
    stage.engine.loaded = []
    await stage.pass(6)
    const next = stage.askBeside('anthropic')
    await stage.pass(1)
    expect(stage.loading).toHaveLength(1)
    finishLoad(stage)
    answer(await stage.call('local', 1))
    await next.ended
  })
})

describe('a llama-server that loads', () => {
  const llama = { ...cloud('llama', 'openai-chat'), kind: 'local', model: 'm' } as const
  const loading = '{"error":{"message":"Loading model","type":"unavailable_error","code":503}}'
  const said = `data: ${JSON.stringify({ choices: [{ index: 0, delta: { role: 'assistant', content: 'Hello.' }, finish_reason: 'stop' }] })}\n\ndata: [DONE]\n\n`

  it('is waited for, and the next target is not asked', async () => {
    const stage = new Stage([llama, local()])
    stage.engine.isLoading = true
    stage.ask('anthropic')
    await stage.pass(20)
    expect(stage.calls).toEqual([])
    expect(stage.reply.text).toContain('event: ping')
    stage.engine.isLoading = false
    await stage.pass(2)
    ;(await stage.call('llama')).open().say(said).end()
    await stage.ended
    expect(strictClients.anthropic(stage.reply.text)).toMatchObject({ texts: ['Hello.'] })
  })

  it('is asked again when it said so only to the request', async () => {
    const stage = new Stage([llama, local()]).ask('anthropic')
    const first = await stage.call('llama')
    stage.engine.isLoading = true
    first.connect().head({ 'content-type': 'application/json' }, 503).say(loading).end()
    await stage.pass(3)
    stage.engine.isLoading = false
    await stage.pass(2)
    ;(await stage.call('llama', 1)).open().say(said).end()
    await stage.ended
    expect(stage.callsOf('local')).toEqual([])
    expect(strictClients.anthropic(stage.reply.text)).toMatchObject({ texts: ['Hello.'] })
  })
})
