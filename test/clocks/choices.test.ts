/** Several answers to one question, in a stream whose local model works on each of them for long. */
import { describe, expect, it } from 'vitest'
import { arrayOf, objectOf, parseJson, stringOf } from '../../src/ir/json.ts'
import { ollama } from './frames.ts'
import { local, Stage } from './stage.ts'

const waiting = /^: waiting$/gm

describe('a stream of several answers', () => {
  it('shows its client signs of life before each of them, and in the middle of one', async () => {
    const stage = new Stage([local()], { localMs: 100_000 }).ask('openai-chat', true, { n: 2 })
    const first = (await stage.call('local')).connect()
    await stage.pass(31)
    expect(stage.reply.text.match(waiting)).toHaveLength(2)
    first.open().say(ollama.text('One'))
    await stage.pass(31)
    expect(stage.reply.text.match(waiting)).toHaveLength(4)
    first.say(ollama.text(' answer.'), ollama.end).end()
    const second = (await stage.call('local', 1)).connect()
    await stage.pass(31)
    expect(stage.reply.text.match(waiting)).toHaveLength(6)
    second.open().say(ollama.text('Another.'), ollama.end).end()
    await stage.ended
    expect(stage.reply).toMatchObject({ heads: 1, isOver: true })
    const frames = stage.reply.text.split('\n\n').filter((frame) => !frame.startsWith(':') && frame !== '')
    const choices = frames.map((frame) => arrayOf(objectOf(parseJson(frame.slice(6)))['choices']).map(objectOf))
    const textOf = (index: number): string =>
      choices
        .flat()
        .filter((choice) => choice['index'] === index)
        .map((choice) => stringOf(objectOf(choice['delta'])['content']) ?? '')
        .join('')
    expect([textOf(0), textOf(1)]).toEqual(['One answer.', 'Another.'])
    expect(frames.at(-1)).toBe('data: [DONE]')
  })
})
