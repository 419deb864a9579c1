/** What the journal says of an exchange: who was asked, when, why not, and what it used. */
import { describe, expect, it } from 'vitest'
import { firstContentMs, reasonOf, seamsOf } from '../../src/observe/journal/entry.ts'
import { messages, ollama } from './frames.ts'
import { cloud, local, Stage } from './stage.ts'

const claude = cloud('claude', 'anthropic')

function startStage(...chain: ConstructorParameters<typeof Stage>[0]): Stage {
  return new Stage(chain)
}

describe('the journal', () => {
  it('has a relayed stream with its times, its model and its tokens', async () => {
    const stage = startStage(claude).ask('anthropic')
    const call = await stage.call('claude')
    await stage.pass(1)
    call.connect()
    await stage.pass(2)
    call.head({ 'content-type': 'text/event-stream' }).say(messages.start)
    await stage.pass(3)
    call.say(messages.textStart(), messages.text('Hello.'), messages.stop())
    const [open] = stage.journal()
    expect(open).toMatchObject({ end: { is: 'open' }, attempts: [{ end: { is: 'open' }, contentMs: 6000 }] })
    await stage.pass(4)
    call.say(messages.end).end()
    await stage.ended
    const [entry] = stage.journal()
    expect(entry).toMatchObject({
      dialect: 'anthropic',
      about: 'conversation',
      isStream: true,
      end: { is: 'answered', target: 'claude' },
      totalMs: 10_000,
    })
    expect(entry?.attempts).toEqual([
      {
        target: 'claude',
        kind: 'cloud',
        dialect: 'anthropic',
        model: 'claude-sonnet-4-5',
        how: 'relay',
        startMs: 0,
        connectMs: 1000,
        headMs: 3000,
        contentMs: 6000,
        endMs: 10_000,
        end: { is: 'answered' },
        usage: { inputTokens: 5, outputTokens: 5 },
      },
    ])
  })

  it('has an answer that is not streamed', async () => {
    const stage = startStage(claude).ask('anthropic', false)
    const answer = { type: 'message', model: 'claude-x', content: [], usage: { input_tokens: 3, output_tokens: 4 } }
    const call = (await stage.call('claude')).connect().head({ 'content-type': 'application/json' })
    call.say(JSON.stringify(answer)).end()
    await stage.ended
    const [entry] = stage.journal()
    expect(entry?.isStream).toBe(false)
    expect(entry?.attempts).toMatchObject([{ model: 'claude-x', usage: { inputTokens: 3, outputTokens: 4 } }])
  })

  it('has the chain hop by hop, with the reason why the first did not answer', async () => {
    const stage = startStage(claude, local()).ask('anthropic')
    ;(await stage.call('claude')).connect().head({ 'content-type': 'application/json' }, 529).end()
    ;(await stage.call('local')).open().say(ollama.text('Hi.'), ollama.end)
    await stage.ended
    const [entry] = stage.journal()
    if (!entry) throw new Error('Nothing is in the journal.')
    expect(entry.end).toEqual({ is: 'answered', target: 'local' })
    expect(reasonOf(entry)).toBe('overloaded')
    expect(entry.attempts).toMatchObject([
      { target: 'claude', how: 'relay', end: { is: 'failed', reason: 'overloaded', status: 529, words: 'overloaded' } },
      { target: 'local', how: 'translate', model: 'qwen2.5:3b', end: { is: 'answered' } },
    ])
    expect(entry.attempts[0]).not.toHaveProperty('contentMs')
    expect(firstContentMs(entry)).toBe(entry.attempts[1]?.contentMs)
  })

  it('marks the seam of an answer that two targets wrote', async () => {
    const stage = startStage(claude, local()).ask('anthropic')
    const call = (await stage.call('claude')).open()
    call.say(messages.start, messages.textStart(), messages.text('One, '))
    call.break()
    ;(await stage.call('local')).open().say(ollama.text('two.'), ollama.end)
    await stage.ended
    const [entry] = stage.journal()
    if (!entry) throw new Error('Nothing is in the journal.')
    expect(seamsOf(entry)).toBe(1)
    expect(entry.attempts).toMatchObject([
      { target: 'claude', end: { is: 'broken', reason: 'network' }, usage: { inputTokens: 5 } },
      { target: 'local', how: 'seam', end: { is: 'answered' } },
    ])
  })

  it('says who was not asked, and until when', async () => {
    const stage = startStage(claude, local())
    const spend = async (): Promise<void> => {
      ;(await stage.call('local', stage.callsOf('local').length)).open().say(ollama.text('Hi.'), ollama.end)
      await stage.ended
    }
    stage.ask('anthropic')
    ;(await stage.call('claude'))
      .connect()
      .head({ 'content-type': 'application/json', 'retry-after': '3600' }, 429)
      .end()
    await spend()
    stage.ask('anthropic')
    await spend()
    const [entry] = stage.journal()
    expect(entry?.attempts).toMatchObject([
      { target: 'claude', end: { is: 'skipped', reason: 'rate-limited', untilMs: stage.clock.now() + 3_600_000 } },
      { target: 'local', end: { is: 'answered' } },
    ])
    expect(stage.callsOf('claude')).toHaveLength(1)
  })

  it('says that a client left', async () => {
    const stage = startStage(claude).ask('anthropic')
    ;(await stage.call('claude')).open()
    stage.reply.leave()
    await stage.ended
    expect(stage.journal()).toMatchObject([{ end: { is: 'gone' }, attempts: [{ end: { reason: 'client-gone' } }] }])
  })

  it('keeps no word of what was asked and answered, unless the person wants that', async () => {
    const journals = []
    for (const captures of [false, true]) {
      const stage = new Stage([claude, local()], {}, { captures }).ask('anthropic', true, { system: 'Be kind.' })
      const call = (await stage.call('claude')).open()
      call.say(messages.start, messages.textStart(), messages.text('Hello.'), messages.stop(), messages.end).end()
      await stage.ended
      journals.push(JSON.stringify(stage.journal()))
    }
    const [without = '', kept = ''] = journals
    expect(without).not.toMatch(/Be kind|Hello/)
    expect(kept).toMatch(/Be kind[^]*Hello/)
  })

  it('says that an error was passed on', async () => {
    const stage = startStage(claude, local()).ask('anthropic')
    ;(await stage.call('claude')).connect().head({ 'content-type': 'application/json' }, 401).end()
    await stage.ended
    expect(stage.journal()).toMatchObject([{ end: { is: 'failed', reason: 'bad-key' } }])
  })
})
