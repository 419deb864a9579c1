/** A stream whose head went to the client because the target took its time, and of which no word came: whoever answers next answers in it. */
import { describe, expect, it } from 'vitest'
import { strictClients } from '../conformance/strict-clients.ts'
import { textOf } from '../e2e/trooper.ts'
import { createAnswer } from '../fakes/answer.ts'
import { chat, messages, ollama, responses } from './frames.ts'
import { wholeOf } from './race-speaker.ts'
import { cloud, local, Stage, type FakeCall } from './stage.ts'

const comment = ': OPENROUTER PROCESSING\n\n'
const faults = [
  ['falls silent', async (_call: FakeCall, stage: Stage) => stage.pass(50)],
  ['breaks', async (call: FakeCall) => call.break()],
  ['ends', async (call: FakeCall) => call.end()],
] as const

describe.each([
  ['anthropic', cloud('claude', 'anthropic')],
  ['openai-chat', cloud('openai', 'openai-chat')],
  ['openai-responses', cloud('codex', 'openai-responses')],
] as const)('a stream of %s that says nothing but comments', (dialect, target) => {
  const begin = async (stage: Stage): Promise<FakeCall> => {
    const call = (await stage.ask(dialect).call(target.name)).open().say(comment)
    await stage.pass(10)
    expect(stage.reply.text).toContain(comment)
    return call
  }

  it.each(faults)('and then %s is answered by the local model, and says by whom', async (_what, fault) => {
    for (const seam of [true, false]) {
      const stage = new Stage([target, local()], {}, { seam })
      const call = await begin(stage)
      await fault(call, stage)
      ;(await stage.call('local')).open().say(ollama.text('Here.'), ollama.end)
      await stage.ended
      const { text, heads, isOver } = stage.reply
      expect({ heads, isOver }).toEqual({ heads: 1, isOver: true })
      expect(text).toContain(': X-Trooper-Fallback: qwen2.5:3b\n')
      expect(strictClients[dialect](text).texts).toEqual(['Here.'])
    }
  })

  it('is told of an error in its own words when nobody else can answer', async () => {
    const stage = new Stage([target, local()])
    const call = await begin(stage)
    call.break()
    ;(await stage.call('local')).connect().head({}, 404).say('{"error":"model not found"}').end()
    await stage.ended
    expect(stage.reply).toMatchObject({ heads: 1, isOver: true, status: 200 })
    expect(stage.reply.text).toContain('"error"')
  })

  it('is the target’s own when it speaks after all', async () => {
    const stage = new Stage([target, local()])
    const call = await begin(stage)
    const words: Record<typeof dialect, string[]> = {
      anthropic: [messages.start, messages.textStart(), messages.text('At last.'), messages.stop() + messages.end],
      'openai-chat': [chat.start, chat.text('At last.'), chat.end],
      'openai-responses': [responses.start, responses.messageStart, responses.text('At last.'), responses.end],
    }
    call.say(...words[dialect])
    call.end()
    await stage.ended
    expect(textOf(stage.reply.text)).toBe('At last.')
    expect(stage.callsOf('local')).toEqual([])
  })
})

describe.each([
  ['anthropic', cloud('claude', 'anthropic')],
  ['openai-chat', cloud('openai', 'openai-chat')],
  ['openai-responses', cloud('codex', 'openai-responses')],
] as const)('a stream of %s that turns out to be a whole answer after its client has the head', (dialect, target) => {
  const begin = async (): Promise<{ stage: Stage; call: FakeCall }> => {
    const stage = new Stage([target, local()]).ask(dialect)
    const call = (await stage.call(target.name)).open()
    await stage.pass(10)
    expect(stage.reply.heads).toBe(1)
    return { stage, call }
  }

  it.each([[[9]], [[0, 1, 30]]])('is told as the stream that was asked for, cut at %j', async (cuts) => {
    const { stage, call } = await begin()
    const answer = JSON.stringify(wholeOf(dialect, createAnswer({ text: 'At last.' }, 'a-model', '', 1)))
    for (const [at, cut] of cuts.entries()) call.say(at === 0 ? '\n' : '', answer.slice(cuts[at - 1] ?? 0, cut))
    call.say(answer.slice(cuts.at(-1))).end()
    await stage.ended
    expect(strictClients[dialect](stage.reply.text.trimStart()).texts).toEqual(['At last.'])
    expect(stage.reply).toMatchObject({ heads: 1, isOver: true })
    expect(stage.callsOf('local')).toHaveLength(0)
    expect(stage.journal()[0]).toMatchObject({ end: { is: 'answered', target: target.name } })
  })

  it.each(['{"error":{"message":"Overloaded"}}', '{"id":"x_1","con', '{"ok":true}'])(
    'leaves it to the next target where it is none: %s',
    async (said) => {
      const { stage, call } = await begin()
      call.say(said).end()
      ;(await stage.call('local')).open().say(ollama.text('Here.'), ollama.end)
      await stage.ended
      expect(strictClients[dialect](stage.reply.text).texts).toEqual(['Here.'])
      expect(stage.reply).toMatchObject({ heads: 1, isOver: true })
    },
  )

  it('is given up where it does not end', async () => {
    const { stage, call } = await begin()
    call.say('{"id":"x_1","con')
    await stage.pass(45)
    expect(call.isAborted).toBe(true)
    ;(await stage.call('local')).open().say(ollama.text('Here.'), ollama.end)
    await stage.ended
    expect(strictClients[dialect](stage.reply.text).texts).toEqual(['Here.'])
  })
})
