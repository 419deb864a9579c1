import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createHeaderReader } from './raw-headers.ts'

function pieces(written: readonly string[]): Buffer[] {
  return written.map((text) => Buffer.from(text, 'latin1'))
}

const long = 'x'.repeat(100)
const usual = ['Date', 'Sun, 22 Nov 2026 12:00:00 GMT', 'x-name', 'caf\u00E9', 'X-Empty', '', 'connection', 'close']

describe('a reader of heads', () => {
  it.each<[string, string[]]>([
    ['names in whatever case', usual],
    ['no headers', []],
    ['a name that repeats', ['set-cookie', 'a', 'date', 'today', 'set-cookie', 'b', 'age', '1']],
    ['long values', ['content-security-policy', long, 'age', '1']],
    ['names that every object has', ['constructor', 'a', '__proto__', 'b', 'valueof', 'c']],
  ])('gives %s as they were written, byte for byte, also when they come again', (_what, written) => {
    const read = createHeaderReader()
    expect(read(pieces(written))).toEqual(written)
    expect(read(pieces(written))).toEqual(written)
  })

  it('gives every head as it was written, whatever was written before it', () => {
    const read = createHeaderReader()
    const text = fc.oneof(
      fc.constantFrom('a', 'A', 'ab', 'Ab', 'ac', long, `${long.slice(1)}y`, long.slice(0, 64)),
      fc.stringMatching(/^[\x20-\x7E\xA1-\xFF]{0,3}$/),
    )
    fc.assert(
      fc.property(fc.array(text, { maxLength: 6 }), (written) => {
        expect(read(pieces(written))).toEqual(written)
      }),
      { numRuns: 5000 },
    )
  })

  it('keeps a head that was read, when the next one is', () => {
    const read = createHeaderReader()
    const first = read(pieces(['date', 'today']))
    read(pieces(['date', 'tomorrow']))
    expect(first).toEqual(['date', 'today'])
  })

  it('does not give what the memory of an earlier head says by now', () => {
    const read = createHeaderReader()
    const memory = Buffer.from('date')
    read([memory])
    memory.write('fate')
    expect(read([Buffer.from('date')])).toEqual(['date'])
    expect(read([memory])).toEqual(['fate'])
  })
})
