/** What an exchange teaches of its targets, and of the time it has, when the client has the beginning of an answer or waits for one. */
import { describe, expect, it } from 'vitest'
import { textOf } from '../e2e/trooper.ts'
import { messages, ollama } from './frames.ts'
import { cloud, local, Stage } from './stage.ts'

const claude = cloud('claude', 'anthropic')
const begun = [messages.start, messages.textStart(), messages.text('The quick brown')]

describe('a target that breaks off in the middle of every answer', () => {
  it.each([true, false])('is left alone after three of them (seams: %s)', async (seam) => {
    const stage = new Stage([claude, local()], {}, { seam })
    for (let at = 0; at < 3; at += 1) {
      stage.ask('anthropic')
      ;(await stage.call('claude', at))
        .open()
        .say(...begun)
        .break()
      if (seam) (await stage.call('local', at)).open().say(ollama.text(' fox jumps.'), ollama.end)
      await stage.ended
    }
    stage.ask('anthropic')
    ;(await stage.call('local', seam ? 3 : 0)).open().say(ollama.text('Here.'), ollama.end)
    await stage.ended
    expect(stage.callsOf('claude')).toHaveLength(3)
    expect(stage.lines.filter((line) => line.includes('keeps failing'))).toHaveLength(1)
  })
})

describe('a rate limit', () => {
  const limited = '{"type":"error","error":{"type":"rate_limit_error","message":"Slow down"}}'

  it('that would leave no time for an answer is not waited out, whatever WAIT_MAX says', async () => {
    const stage = new Stage([claude, local()], { exchangeMs: 2000 }).ask('anthropic')
    ;(await stage.call('claude')).connect().head({ 'retry-after': '2' }, 429).say(limited).end()
    ;(await stage.call('local')).open().say(ollama.text('Here.'), ollama.end)
    await stage.ended
    expect(textOf(stage.reply.text)).toBe('Here.')
  })
})

describe('a target that is known to go on with a beginning', () => {
  const refusal = JSON.stringify({
    type: 'error',
    error: {
      type: 'invalid_request_error',
      message: 'This model does not support assistant message prefill. The conversation must end with a user message.',
    },
  })

  it('and refuses to is asked in words, once', async () => {
    const second = { ...cloud('second', 'anthropic'), model: 'claude-haiku-4-5' }
    const stage = new Stage([claude, second, local()]).ask('anthropic')
    ;(await stage.call('claude'))
      .open()
      .say(...begun)
      .break()
    const prefilled = await stage.call('second')
    expect(JSON.parse(prefilled.body).messages.at(-1)).toMatchObject({ role: 'assistant' })
    prefilled.connect().head({ 'content-type': 'application/json' }, 400).say(refusal).end()
    const asked = await stage.call('second', 1)
    expect(JSON.parse(asked.body).messages.at(-1)).toMatchObject({ role: 'user' })
    asked.connect().head({ 'content-type': 'application/json' }, 400).say(refusal).end()
    ;(await stage.call('local')).open().say(ollama.text(' fox jumps.'), ollama.end)
    await stage.ended
    expect(textOf(stage.reply.text)).toBe('The quick brown fox jumps.')
    expect(stage.callsOf('second')).toHaveLength(2)
  })
})
