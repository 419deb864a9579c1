/** An agent that waits for the local model: what it is told meanwhile, and that it takes nobody's place once it has left. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Client } from '@modelcontextprotocol/client'
import { ask, textOf } from '../e2e/trooper.ts'
import { planted } from '../secrets.ts'
import { connect, Progress, startMcpStage, use, ways, type McpStage } from './agent.ts'

let stage: McpStage
let client: Client

/** Running and waiting at the engine, as soon as they are so. */
const untilQueueIs = async (running: number, waiting: number): Promise<void> => {
  for (;;) {
    const { fields } = await use(client, 'status')
    const [engine] = fields['engines'] as { running: number; waiting: number }[]
    if (engine?.running === running && engine.waiting === waiting) return
  }
}

const chats = () => stage.ollama.requests('/api/chat')
/** Only what the engine has got is let go on. */
const untilAskedAt = (path: string) =>
  stage.ollama.journalWhen(({ requests }) => requests.some(({ url }) => url === path))

describe.each(ways)('over $transport, $era', (way) => {
  beforeAll(async () => {
    stage = await startMcpStage()
    await stage.provider.play({ mode: 'anthropic-credit' })
    client = await connect(way, stage)
  })
  afterAll(async () => {
    await client.close()
    await stage.stop()
  })
  beforeEach(() => stage.ollama.reset())

  // The first: the model is not in memory yet.
  it('hears of its place in the queue, of the loading, and of the writing', async () => {
    await stage.ollama.play(
      { mode: 'slow-load', path: '/api/generate', times: 1 },
      { mode: 'ok', text: 'for the app', path: '/api/chat', holdAfter: 1, times: 1 },
      { mode: 'ok', text: 'for the agent, word by word', path: '/api/chat', holdAfter: 2 },
    )
    const app = ask(stage.trooper.url, 'anthropic', true)
    await untilQueueIs(1, 0)
    const progress = new Progress()
    const asked = use(client, 'ask_local_model', { prompt: 'Hi' }, { onprogress: progress.onprogress })
    await progress.saying(/^Waiting for the local model: at place 1 of its queue$/)
    await untilAskedAt('/api/generate')
    await stage.ollama.release()
    await untilAskedAt('/api/chat')
    await stage.ollama.release()
    expect(textOf(await (await app).text())).toBe('for the app')
    await progress.saying(/^The local model writes: \d+ words$/)
    await stage.ollama.release()
    expect((await asked).fields).toMatchObject({ text: 'for the agent, word by word' })
  })

  it('gives its place back when its call is cancelled while it waits', async () => {
    await stage.ollama.play({ mode: 'ok', text: planted.localAnswer, path: '/api/chat', holdAfter: 0 })
    const app = ask(stage.trooper.url, 'anthropic', true)
    await untilAskedAt('/api/chat')
    const leave = new AbortController()
    const progress = new Progress()
    const options = { onprogress: progress.onprogress, signal: leave.signal }
    const asked = use(client, 'ask_local_model', { prompt: 'Hi' }, options)
    await progress.saying(/at place 1/)
    await untilQueueIs(1, 1)
    leave.abort()
    await expect(asked).rejects.toThrow()
    await untilQueueIs(1, 0)
    await stage.ollama.release()
    expect(textOf(await (await app).text())).toBe(planted.localAnswer)
    await untilQueueIs(0, 0)
    expect(await chats()).toHaveLength(1)
  })

  it('ends the writing when its call is cancelled in the middle of it, and the next one is answered', async () => {
    await stage.ollama.play(
      { mode: 'ok', text: 'never heard to its end', path: '/api/chat', holdAfter: 2, times: 1 },
      { mode: 'ok', text: planted.localAnswer },
    )
    const leave = new AbortController()
    const progress = new Progress()
    const options = { onprogress: progress.onprogress, signal: leave.signal }
    const asked = use(client, 'ask_local_model', { prompt: 'Hi' }, options)
    await progress.saying(/^The local model writes/)
    leave.abort()
    await expect(asked).rejects.toThrow()
    await stage.ollama.journalWhen(({ requests }) => requests.some(({ outcome }) => outcome === 'client-gone'))
    expect((await use(client, 'ask_local_model', { prompt: 'Again' })).fields).toMatchObject({
      text: planted.localAnswer,
    })
  })

  it('has no more than four questions under way, so that apps come first', async () => {
    await stage.ollama.play(
      { mode: 'ok', text: planted.localAnswer, path: '/api/chat', holdAfter: 0, times: 1 },
      { mode: 'ok', text: planted.localAnswer },
    )
    const four = Array.from({ length: 4 }, () => use(client, 'ask_local_model', { prompt: 'Hi' }))
    await untilQueueIs(1, 3)
    expect(await use(client, 'ask_local_model', { prompt: 'And me?' })).toMatchObject({
      isError: true,
      text: 'The local model has 4 questions of agents already; ask again when one is answered.',
    })
    await untilAskedAt('/api/chat')
    await stage.ollama.release()
    await Promise.all(four)
  })
})
