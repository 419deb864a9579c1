/** Deltas that say nothing: neither the clock of the first content nor that of a stall takes them for a word. */
import { describe, expect, it } from 'vitest'
import { chat, messages, responses } from './frames.ts'
import { cloud, local, Stage } from './stage.ts'

const claude = cloud('claude', 'anthropic')
const openai = cloud('openai', 'openai-chat')
const codex = cloud('codex', 'openai-responses')

/** Frames that look like more than pings, and say no more: heard of while a provider's own provider is waited for. */
const empties = [
  ['Messages, an empty text', claude, [messages.start, messages.textStart()], messages.text(''), messages.text('One')],
  ['Messages, an empty piece of a call', claude, [messages.start], messages.json(''), messages.toolStart],
  ['Chat, an empty delta', openai, [chat.start], chat.empty, chat.text('One')],
  ['Chat, an empty text', openai, [chat.start], chat.text(''), chat.text('One')],
  ['Chat, a role again', openai, [chat.start], chat.start, chat.text('One')],
  [
    'Chat, an empty piece of a call',
    openai,
    [chat.start],
    chat.call({ function: { arguments: '' } }),
    chat.call({ id: 'call_1', type: 'function', function: { name: 'f', arguments: '{"a":' } }),
  ],
  [
    'Responses, an empty text',
    codex,
    [responses.start, responses.messageStart],
    responses.text(''),
    responses.text('One'),
  ],
] as const
const speakers = { claude: 'anthropic', openai: 'openai-chat', codex: 'openai-responses' } as const
/** Whose client speaks another dialect. */
const strangers = { claude: 'openai-responses', openai: 'anthropic', codex: 'openai-chat' } as const

describe.each([
  ['relayed', (name: string) => speakers[name as keyof typeof speakers]],
  ['translated', (name: string) => strangers[name as keyof typeof strangers]],
] as const)('a delta that says nothing, %s', (_way, dialectOf) => {
  it.each(empties)('is no first content: %s', async (_what, target, start, empty) => {
    const stage = new Stage([target, local()]).ask(dialectOf(target.name))
    const call = (await stage.call(target.name)).open().say(...start)
    for (let second = 0; second < 60; second += 5) {
      expect(call.isAborted).toBe(false)
      call.say(empty)
      await stage.pass(5)
    }
    expect(call.isAborted).toBe(true)
    expect(stage.lines.join()).toContain('(timed out: first content)')
  })

  it.each(empties)('ends no silence: %s', async (_what, target, start, empty, word) => {
    const stage = new Stage([target, local()]).ask(dialectOf(target.name))
    const call = (await stage.call(target.name)).open().say(...start, word)
    for (let second = 0; second < 45; second += 5) {
      expect(call.isAborted).toBe(false)
      await stage.pass(5)
      call.say(empty)
    }
    expect(call.isAborted).toBe(true)
    expect(stage.lines.join()).toContain('(timed out: stall)')
  })
})
