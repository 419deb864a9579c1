import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clientDialects } from '../../dialects/registry.ts'
import { RelayedStream } from './relayed-stream.ts'

const content = (text: string): string =>
  `data: {"id":"c","choices":[{"index":0,"delta":{"content":${JSON.stringify(text)}},"finish_reason":null}]}\n\n`
const error = 'data: {"error":{"message":"Overloaded","type":"server_error"}}\n\n'

function create(isKept = true): RelayedStream {
  return new RelayedStream(clientDialects['openai-chat'], isKept)
}

/** What the client has in the end, the bytes coming in pieces of this size. */
function passed(stream: RelayedStream, text: string, size: number): string {
  const bytes = Buffer.from(text)
  let out = ''
  for (let at = 0; at < bytes.length; at += size) out += stream.push(bytes.subarray(at, at + size), 0)?.toString() ?? ''
  return out + (stream.rest()?.toString() ?? '')
}

describe('a stream that is relayed', () => {
  it('comes through byte for byte, in whatever pieces', () => {
    const line = fc.constantFrom('data: {"a":1}', ': comment', 'event: x', 'data: {"ü":"🌍"}', '')
    const ending = fc.constantFrom('\n', '\r\n', '\r')
    const text = fc
      .tuple(fc.array(line), ending)
      .map(([lines, end]) => lines.map((whole) => `${whole}${end}${end}`).join(''))
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 40 }), fc.boolean(), (bytes, size, isKept) => {
        expect(passed(create(isKept), bytes, size).trimEnd()).toBe(bytes.trimEnd())
      }),
    )
  })

  it('lets no part of a frame through before its end', () => {
    const stream = create()
    expect(stream.push(Buffer.from(`${content('one')}data: {"cho`), 0)?.toString()).toBe(content('one'))
    expect(stream.push(Buffer.from('ices":[]}\n'), 0)).toBeUndefined()
    expect(stream.push(Buffer.from('\n'), 0)?.toString()).toBe('data: {"choices":[]}\n\n')
  })

  it('lets a frame through in pieces that is too large to be held', () => {
    const stream = create()
    const large = `data: {"x":"${'y'.repeat(2_000_000)}"}\n\n`
    expect(passed(stream, large, 65_536)).toBe(large)
    expect(stream.seen()).toBeUndefined()
  })

  it('stops before an error in the stream, whatever comes with it', () => {
    for (const size of [1, 7, 1000]) {
      const stream = create()
      expect(passed(stream, content('one') + error + content('two'), size)).toBe(content('one'))
      expect(stream.fault).toMatchObject({ type: 'said', frame: { data: expect.stringContaining('Overloaded') } })
      expect(stream.seen()).toHaveLength(1)
    }
  })

  it('takes no word of a model for an error', () => {
    const stream = create()
    const said = content('{"error":{"message":"no"}}') + content('data: {"error":1}\n\n')
    expect(passed(stream, said, 5)).toBe(said)
    expect(stream.fault).toBeUndefined()
  })

  it('stops before the error also where nobody shall take the stream up', () => {
    expect(passed(create(false), content('one') + error, 9)).toBe(content('one'))
  })

  const torn = content('lost').replace(/"choices.*/, '"choi')
  const call = (name: string, json: string): string =>
    `data: {"id":"c","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{${name}"arguments":${JSON.stringify(json)}}}]}}]}\n\n`
  const named = call('"name":"weather",', '')
  const finish = 'data: {"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
  const done = 'data: [DONE]\n\n'

  it('leaves out a word that cannot be read, and what never was a frame of it', () => {
    for (const size of [1, 11, 5000]) {
      const stream = create()
      const noise = 'data: <html>\n\ndata:\n\n'
      expect(passed(stream, content('a') + torn + content('b') + noise + finish + done, size)).toBe(
        content('a') + content('b') + finish + done,
      )
      expect(stream.fault).toBeUndefined()
    }
  })

  it.each([
    ['a second one', content('a') + torn + content('b'), torn + content('c')],
    ['one within a call', named + call('', '{"a'), torn + call('', '"}')],
    ['one that a call went on behind', content('a'), torn + call('', '"}')],
    ['one that ended the answer', content('a'), finish.replace('}]}', '')],
  ])('stops where what cannot be read is missed: %s', (_what, sound, rest) => {
    const stream = create()
    expect(passed(stream, sound + rest, 4096)).toBe(sound.replace(torn, ''))
    expect(stream.fault).toMatchObject({ type: 'found', failure: { kind: 'malformed-answer' } })
  })

  it('takes [DONE] for an end only behind a finish', () => {
    const stream = create()
    expect(passed(stream, content('a') + done, 4096)).toBe(content('a'))
    expect(stream.fault).toMatchObject({ type: 'found' })
    expect(passed(create(), content('a') + finish + done, 3)).toBe(content('a') + finish + done)
  })

  it('leaves out what goes wrong behind the finish', () => {
    const stream = create()
    expect(passed(stream, content('a') + finish + error + done, 50)).toBe(content('a') + finish + done)
    expect(stream.fault).toBeUndefined()
  })

  it('gives a last frame the blank line that it lacks, and no client the beginning of one', () => {
    expect(passed(create(), content('a') + finish.trimEnd(), 50)).toBe(content('a') + finish)
    expect(passed(create(), content('a') + finish.slice(0, -1), 50)).toBe(content('a') + finish)
    expect(passed(create(), content('a') + finish.slice(0, -9), 50)).toBe(content('a'))
  })

  it.each([
    ['that nobody shall take up', false, 2000],
    ['longer than anybody can take up', true, 100_000],
  ])('is known to be whole, and when it last said something: one %s', (_what, isKept, words) => {
    const stream = create(isKept)
    const word = content('word')
    for (let at = 0; at < words; at += 1) stream.push(Buffer.from(word), at)
    for (let at = 0; at < 100; at += 1) stream.push(Buffer.from(': ping\n\n'), words + at)
    expect(stream.lastWordAtMs).toBe(words - 1)
    expect(stream.tail.isWhole()).toBe(false)
    stream.push(Buffer.from(finish + done), words + 100)
    expect(stream.tail.isWhole()).toBe(true)
    expect(stream.seen()).toBeUndefined()
  })

  it('mends broken characters', () => {
    const bytes = Buffer.from(content('fünf').replace('ü', '\u00fc'), 'latin1')
    expect(create().push(bytes, 0)?.toString()).toBe(content('f\uFFFDnf'))
  })
})

describe('a model whose stream is relayed', () => {
  const fixtures = [
    ['anthropic', 'omitted-thinking', 'ping'],
    ['anthropic', 'reasoning-and-text', 'ping'],
    ['openai-responses', 'reasoning-and-text', 'keepalive'],
    ['openai-chat', 'reasoning-and-text', ''],
  ] as const

  it.each(fixtures)('is known to think from its first thought to the last: %s, %s', (dialect, name, ping) => {
    const text = readFileSync(new URL(`../../../test/fixtures/${dialect}/${name}.txt`, import.meta.url), 'utf8')
    const stream = new RelayedStream(clientDialects[dialect], true)
    const sign = Buffer.from(ping === '' ? ': keep-alive\n\n' : `event: ${ping}\ndata: {"type":"${ping}"}\n\n`)
    const thought = text.split(/(?<=\n\n)/).map((frame, at) => {
      stream.push(Buffer.from(frame), 2 * at)
      // A sign of life changes nothing of it.
      stream.push(sign, 2 * at + 1)
      expect(stream.lastWordAtMs).toBeLessThanOrEqual(2 * at)
      return stream.isThinking() ? 'thinks' : 'speaks'
    })
    const first = thought.indexOf('thinks')
    const last = thought.lastIndexOf('thinks')
    expect(first).toBeGreaterThanOrEqual(0)
    expect(new Set(thought.slice(first, last + 1))).toEqual(new Set(['thinks']))
    expect(last).toBeLessThan(thought.length - 1)
    const words = text
      .split(/(?<=\n\n)/)
      .slice(last + 1)
      .join('')
    expect(words).not.toMatch(/thinking_delta|reasoning_content|response\.reasoning/)
  })
})
