import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createNdjsonDecoder } from './ndjson.ts'

function decode(...chunks: (string | Uint8Array)[]): string[] {
  const lines: string[] = []
  const decoder = createNdjsonDecoder(({ event, data }) => {
    expect(event).toBeUndefined()
    lines.push(data.trim())
  })
  for (const chunk of chunks) decoder.feed(Buffer.from(chunk))
  decoder.end()
  return lines
}

describe('createNdjsonDecoder', () => {
  it.each<[string, string[], string[]]>([
    ['a line', ['{"a":1}\n'], ['{"a":1}']],
    ['lines in one chunk', ['{}\n[]\n'], ['{}', '[]']],
    ['a line over many chunks', ['{"a"', ':', '1', '}', '\n'], ['{"a":1}']],
    ['the last line without its end', ['{}\n{"b":2}'], ['{}', '{"b":2}']],
    ['blank lines', ['\n{}\n\n  \n{}\n'], ['{}', '{}']],
    ['CRLF', ['{}\r\n[]\r', '\n'], ['{}', '[]']],
    ['nothing', [], []],
  ])('reads %s', (_what, chunks, lines) => {
    expect(decode(...chunks)).toEqual(lines)
  })

  it('gives each line as soon as it is whole', () => {
    const lines: string[] = []
    const decoder = createNdjsonDecoder(({ data }) => lines.push(data))
    decoder.feed(Buffer.from('{"a":1}\n{"b"'))
    expect(lines).toEqual(['{"a":1}'])
  })

  it('gives the same lines for any chunking, also inside a character', () => {
    const values = fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 }), { maxLength: 6 })
    fc.assert(
      fc.property(values, fc.array(fc.nat(120)), (texts, places) => {
        const bytes = Buffer.from(texts.map((text) => `${JSON.stringify({ text })}\n`).join(''))
        const inside = places.filter((place) => place <= bytes.length).sort((a, b) => a - b)
        const chunks = [0, ...inside].map((from, at) => bytes.subarray(from, inside[at] ?? bytes.length))
        expect(decode(...chunks).map((line) => JSON.parse(line) as unknown)).toEqual(texts.map((text) => ({ text })))
      }),
    )
  })
})
