/** More requests than a local engine answers at once. */
import { describe, expect, it } from 'vitest'
import { strictClients } from '../conformance/strict-clients.ts'
import { dialectNames } from '../e2e/trooper.ts'
import { ollama } from './frames.ts'
import { cloud, local, Stage, type FakeCall } from './stage.ts'

function answer(call: FakeCall, text = 'Here I am.'): void {
  call.open().say(ollama.text(text), ollama.end).end()
}

describe('requests for a busy local engine', () => {
  it('wait in turn, and are told where in the log', async () => {
    const stage = new Stage([local()]).ask('anthropic')
    const first = await stage.call('local')
    const second = stage.askBeside('anthropic')
    const third = stage.askBeside('openai-chat')
    await stage.pass(1)
    expect(stage.calls).toHaveLength(1)
    expect(stage.lines.join('\n')).toMatch(/at place 1[^]*at place 2/)
    expect(stage.queues()).toMatchObject([
      { engine: 'http://local', running: 1, waiting: [expect.any(String), expect.any(String)] },
    ])
    answer(first, 'One.')
    answer(await stage.call('local', 1), 'Two.')
    answer(await stage.call('local', 2), 'Three.')
    await Promise.all([stage.ended, second.ended, third.ended])
    expect(strictClients.anthropic(second.reply.text)).toMatchObject({ texts: ['Two.'] })
    expect(strictClients['openai-chat'](third.reply.text)).toMatchObject({ texts: ['Three.'] })
    expect(stage.queues()).toEqual([])
  })

  it('see signs of life, and no clock but that of the exchange runs', async () => {
    const stage = new Stage([local()], { localMs: 100_000, exchangeMs: 300_000 }).ask('anthropic')
    const first = (await stage.call('local')).open()
    const second = stage.askBeside('anthropic')
    for (let said = 0; said < 280; said += 40) {
      first.say(ollama.text('word '))
      await stage.pass(40)
    }
    expect(second.reply.text.match(/event: ping/g)).toHaveLength(18)
    expect(second.reply.isOver).toBe(false)
    first.say(ollama.end).end()
    answer(await stage.call('local', 1))
    await second.ended
    expect(strictClients.anthropic(second.reply.text)).toMatchObject({ texts: ['Here I am.'] })
  })

  it('are told when the time of their exchange is over', async () => {
    const stage = new Stage([local()], { exchangeMs: 30_000 }).ask('openai-chat', false)
    const first = (await stage.call('local')).open()
    await stage.pass(5)
    const second = stage.askBeside('openai-chat', false)
    await stage.pass(20)
    answer(first)
    const third = (await stage.call('local', 1)).connect()
    await stage.pass(11)
    await second.ended
    expect(second.reply).toMatchObject({ status: 504, isOver: true })
    expect(third.isAborted).toBe(true)
  })

  it('leave it at once with their client, whether they wait or are answered', async () => {
    const stage = new Stage([local()]).ask('anthropic')
    await stage.call('local')
    const second = stage.askBeside('anthropic')
    const third = stage.askBeside('anthropic')
    await stage.pass(1)
    second.reply.leave()
    await second.ended
    stage.reply.leave()
    answer(await stage.call('local', 1))
    await third.ended
    expect(stage.calls).toHaveLength(2)
    expect(third.reply).toMatchObject({ status: 200, isOver: true })
    expect(stage.queues()).toEqual([])
  })
})

describe('a full queue', () => {
  const wire = {
    anthropic: { status: 529, words: 'overloaded_error' },
    'openai-chat': { status: 503, words: 'server_is_overloaded' },
    'openai-responses': { status: 503, words: 'server_is_overloaded' },
  } as const

  it.each(dialectNames)('is told in the words of %s, with a time to ask again', async (dialect) => {
    const stage = new Stage([local()], {}, { longestQueue: 0 }).ask(dialect)
    await stage.call('local')
    const second = stage.askBeside(dialect)
    await second.ended
    expect(second.reply.status).toBe(wire[dialect].status)
    expect(second.reply.text).toContain(wire[dialect].words)
    expect(second.reply.headers.join(' ')).toMatch(/retry-after 5\b/)
  })

  it('is told rather than that the quota is spent, after which nobody would ask again', async () => {
    const stage = new Stage([cloud('claude', 'anthropic'), local()], {}, { longestQueue: 0 })
    const refuse = async (at: number): Promise<void> => {
      const call = (await stage.call('claude', at)).connect()
      call
        .head({ 'content-type': 'application/json' }, 402)
        .say('{"type":"error","error":{"type":"billing_error"}}')
        .end()
    }
    stage.ask('anthropic')
    await refuse(0)
    await stage.call('local')
    const second = stage.askBeside('anthropic')
    await second.ended
    expect(second.reply.status).toBe(529)
  })

  it('is passed by where another target can answer', async () => {
    const stage = new Stage([local('first'), local('second')], {}, { longestQueue: 0 }).ask('anthropic')
    await stage.call('first')
    const second = stage.askBeside('anthropic')
    answer(await stage.call('second'))
    await second.ended
    expect(strictClients.anthropic(second.reply.text)).toMatchObject({ texts: ['Here I am.'] })
  })
})
