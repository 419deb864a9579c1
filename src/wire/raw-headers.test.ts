import { describe, expect, it } from 'vitest'
import { headerTexts } from './raw-headers.ts'

const written = ['Date', 'Sun, 22 Nov 2026 12:00:00 GMT', 'x-name', 'caf\u00e9', 'X-Empty', '', 'connection', 'close']

/** As a parser that reads them out of one piece of memory gives them. */
function piecesOf(texts: readonly string[]): Buffer[] {
  const whole = readWhole(`HTTP/1.1 200 OK\r\n${texts.join('\r\n')}\r\n\r\nbody`)
  let at = 'HTTP/1.1 200 OK\r\n'.length
  return texts.map((text) => {
    const piece = whole.subarray(at, at + text.length)
    at += text.length + 2
    return piece
  })
}

/** A socket's memory is of one read alone. */
function readWhole(text: string): Buffer {
  const bytes = Buffer.allocUnsafeSlow(text.length)
  bytes.write(text, 'latin1')
  return bytes
}

describe('headerTexts', () => {
  it('gives names and values as they were written, byte for byte', () => {
    expect(headerTexts(piecesOf(written))).toEqual(written)
  })

  it('gives nothing of an answer without headers', () => {
    expect(headerTexts([])).toEqual([])
  })

  it.each(written.map((_, at) => at))('reads a head that came in two parts and was torn in piece %i', (torn) => {
    const pieces = piecesOf(written)
    const later = piecesOf(written)
    const whole = pieces.map((piece, at) => {
      if (at === torn) return Buffer.concat([piece.subarray(0, 1), piece.subarray(1)])
      return at < torn ? piece : (later[at] ?? piece)
    })
    expect(headerTexts(whole)).toEqual(written)
  })

  it('reads a head of which both ends were torn, and put together in memory that is shared', () => {
    const pieces = piecesOf(written)
    const isEnd = (at: number): boolean => at === 0 || at === pieces.length - 1
    const torn = pieces.map((piece, at) =>
      isEnd(at) ? Buffer.concat([piece.subarray(0, 1), piece.subarray(1)]) : piece,
    )
    expect(torn[0]?.buffer).toBe(torn.at(-1)?.buffer)
    expect(headerTexts(torn)).toEqual(written)
  })

  it.each(written.map((_, at) => at))('reads piece %i where it alone stands in other memory', (other) => {
    const strays = piecesOf(['x'.repeat(200), ...written])
    const whole = piecesOf(written).map((piece, at) => (at === other ? (strays[at + 1] ?? piece) : piece))
    expect(headerTexts(whole)).toEqual(written)
  })

  it('leaves alone what is a text already', () => {
    expect(headerTexts(['Date', 'today'])).toEqual(['Date', 'today'])
  })
})
