import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clientDialects } from '../../dialects/registry.ts'
import { LastWord } from './last-word.ts'
import { PassedBytes } from './passed-bytes.ts'

const { judgeFrame } = clientDialects['openai-chat']
const delta = (fields: object): string => `data: ${JSON.stringify({ choices: [{ index: 0, delta: fields }] })}\n\n`

const words = [
  [delta({ content: 'Hi' }), 'content'],
  [delta({ reasoning_content: 'Hm' }), 'reasoning'],
  [delta({ tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '' } }] }), 'content'],
] as const
const signs = [
  ': waiting\n\n',
  delta({}),
  delta({ content: '' }),
  delta({ role: 'assistant', content: '', reasoning: null }),
  delta({ tool_calls: [{ index: 0, type: 'function', function: { arguments: '' } }] }),
  delta({ content: [{ type: 'text', text: '' }] }),
]

class Stream {
  readonly passed = new PassedBytes()
  readonly last = new LastWord(judgeFrame, this.passed)

  says(frames: string, atMs: number): void {
    this.last.note(atMs)
    this.passed.push(Buffer.from(frames))
  }
}

describe('the last word of a stream', () => {
  it('is the last that said something, however many signs of life came since', () => {
    const chunk = fc.array(fc.constantFrom(...signs, ...words.map(([frame]) => frame)), { minLength: 1, maxLength: 3 })
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 300 }), fc.integer({ min: 1, max: 100 }), (chunks, askEvery) => {
        const stream = new Stream()
        const { last } = stream
        let expected: { atMs: number; role: string } = { atMs: Number.NEGATIVE_INFINITY, role: 'preamble' }
        chunks.forEach((frames, atMs) => {
          stream.says(frames.join(''), atMs)
          const said = frames.flatMap((frame) => words.find(([word]) => word === frame)?.[1] ?? []).at(-1)
          if (said !== undefined) expected = { atMs, role: said }
          if (atMs % askEvery === 0) expect({ atMs: last.atMs, role: last.role }).toEqual(expected)
        })
        expect({ atMs: last.atMs, role: last.role }).toEqual(expected)
      }),
    )
  })

  it('may be something that nobody can read', () => {
    const stream = new Stream()
    stream.says(delta({ reasoning: 'Hm' }), 1)
    stream.last.noteUnreadable(2)
    expect(stream.last).toMatchObject({ atMs: 2, role: 'content' })
  })
})
