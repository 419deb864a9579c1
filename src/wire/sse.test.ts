import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSseDecoder, sseData, sseEvent, type Frame } from './sse.ts'

function decode(...chunks: (string | Uint8Array)[]): Frame[] {
  const frames: Frame[] = []
  const decoder = createSseDecoder((frame) => frames.push(frame))
  for (const chunk of chunks) decoder.feed(Buffer.from(chunk))
  decoder.end()
  return frames
}

function cut(bytes: Buffer, at: readonly number[]): Uint8Array[] {
  const places = [...at].sort((a, b) => a - b)
  return [0, ...places].map((from, index) => bytes.subarray(from, places[index] ?? bytes.length))
}

describe('createSseDecoder', () => {
  it.each<[string, string, Frame[]]>([
    ['data without a name', 'data: {"a":1}\n\n', [{ data: '{"a":1}' }]],
    ['data with a name', 'event: ping\ndata: {}\n\n', [{ event: 'ping', data: '{}' }]],
    ['the name after the data', 'data: {}\nevent: ping\n\n', [{ event: 'ping', data: '{}' }]],
    ['no space after the colon', 'data:x\n\n', [{ data: 'x' }]],
    ['only one space taken off', 'data:  x\n\n', [{ data: ' x' }]],
    ['several data lines', 'data: a\ndata: b\n\n', [{ data: 'a\nb' }]],
    ['comments and blank lines', ': keep-alive\n\n\n: more\ndata: x\n\n', [{ data: 'x' }]],
    ['ids, retries and unknown fields', 'id: 1\nretry: 5\nsparkle: y\ndata: x\n\n', [{ data: 'x' }]],
    ['a name without data, which is no event', 'event: ping\n\ndata: x\n\n', [{ data: 'x' }]],
    ['CRLF', 'event: ping\r\ndata: x\r\n\r\n', [{ event: 'ping', data: 'x' }]],
    ['a byte order mark', '\ufeffdata: x\n\n', [{ data: 'x' }]],
    ['several frames at once', 'data: a\n\ndata: b\n\n', [{ data: 'a' }, { data: 'b' }]],
  ])('reads %s', (_what, text, frames) => {
    expect(decode(text)).toEqual(frames)
  })

  it('gives nothing for a frame without its blank line', () => {
    expect(decode('data: a\n\ndata: b\n')).toEqual([{ data: 'a' }])
  })

  it('holds a character that is cut in two', () => {
    const bytes = Buffer.from('data: 🌍\n\n')
    expect(decode(bytes.subarray(0, 8), bytes.subarray(8))).toEqual([{ data: '🌍' }])
  })

  it('does not take a CR and its LF in the next chunk for two line ends', () => {
    expect(decode('data: a\r', '\ndata: b\r\n', '\r', '\n')).toEqual([{ data: 'a\nb' }])
  })

  it('gives the same frames for any chunking', () => {
    const line = fc.constantFrom('data: ü', 'data: 世🌍', 'event: x', ': note', '', '', 'data', 'id: 7')
    const body = fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n')), { maxLength: 12 })
    fc.assert(
      fc.property(body, fc.array(fc.nat(200)), (lines, places) => {
        const text = lines.map((pair) => pair.join('')).join('')
        const bytes = Buffer.from(text)
        const inside = places.filter((place) => place <= bytes.length)
        expect(decode(...cut(bytes, inside))).toEqual(decode(bytes))
      }),
    )
  })

  it('reads back what is written, whatever the text is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const data = JSON.stringify({ text })
        expect(decode(sseEvent('note', data), sseData(data))).toEqual([{ event: 'note', data }, { data }])
      }),
    )
  })

  it('gives up on a frame without end rather than gather it', () => {
    const frames: Frame[] = []
    const decoder = createSseDecoder((frame) => frames.push(frame))
    const megabyte = Buffer.alloc(1024 * 1024, 'x')
    decoder.feed(Buffer.from('data: '))
    expect(() => {
      for (let fed = 0; fed < 40; fed += 1) decoder.feed(megabyte)
    }).toThrow(/exceed/)
    expect(frames).toEqual([])
  })
})
