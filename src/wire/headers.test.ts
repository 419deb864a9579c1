import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HeadNames } from './head-names.ts'
import {
  credentialHeader,
  headerMap,
  headerOf,
  headerText,
  headerTexts,
  hopByHop,
  requestHeaders,
  unreadRequestHeaders,
  withoutDropped,
} from './headers.ts'

const identity = ['accept-encoding', 'identity']
const names = new HeadNames(hopByHop)

describe('requestHeaders', () => {
  it('keeps order, spelling and repeats of everything it does not know', () => {
    const raw = ['anthropic-beta', 'a', 'X-Weird', '1', 'Anthropic-Beta', 'b', 'x-stainless-lang', 'js', 'Cookie', '']
    expect(requestHeaders(raw, undefined)).toEqual([...raw, ...identity])
  })

  it.each([
    'Connection',
    'Keep-Alive',
    'Proxy-Authenticate',
    'Proxy-Authorization',
    'Proxy-Connection',
    'TE',
    'Trailer',
    'Transfer-Encoding',
    'Upgrade',
    'Host',
    'Expect',
    'Content-Length',
    'Accept-Encoding',
  ])('drops %s, which is meant for one connection only', (name) => {
    expect(requestHeaders([name, 'x', 'X-Kept', '1'], undefined)).toEqual(['X-Kept', '1', ...identity])
  })

  it('drops what the Connection header names, in any case', () => {
    const raw = ['X-Hop', '1', 'x-kept', '2']
    expect(requestHeaders(['Connection', 'keep-alive, x-HOP', ...raw], undefined)).toEqual(['x-kept', '2', ...identity])
  })

  it("forwards the client's own credentials where the target has none", () => {
    const raw = ['Authorization', 'Bearer client', 'X-Api-Key', 'client']
    expect(requestHeaders(raw, undefined)).toEqual([...raw, ...identity])
  })

  it.each<[string, string[]]>([
    ['x-api-key', ['x-api-key', 'own']],
    ['Authorization', ['Authorization', 'Bearer own']],
    ['api-key', ['api-key', 'own']],
  ])("puts the target's own credential into %s, and nothing of the client's stays", (header, expected) => {
    const raw = ['AUTHORIZATION', 'Bearer client', 'X-Api-Key', 'client', 'Api-Key', 'kept-unless-own', 'x-a', '1']
    const headers = requestHeaders(raw, { header, value: 'own' })
    expect(headers.join(' ')).not.toContain('client')
    expect(headers.slice(-2)).toEqual(expected)
    expect(headers.filter((name) => name.toLowerCase() === header.toLowerCase())).toHaveLength(1)
  })
})

describe('unreadRequestHeaders', () => {
  it('leaves it to the client how its answer may be compressed, and is the same otherwise', () => {
    const raw = ['Host', 'a', 'X-Api-Key', 'client', 'Accept-Encoding', 'gzip, zstd', 'X-Kept', '1', 'TE', 'trailers']
    const own = { header: 'x-api-key', value: 'own' }
    expect(unreadRequestHeaders(raw, undefined)).toEqual(raw.slice(2, 8))
    expect(unreadRequestHeaders(raw, own)).toEqual([...raw.slice(4, 8), 'x-api-key', 'own'])
    expect(unreadRequestHeaders(['X-Kept', '1'], undefined)).toEqual(['X-Kept', '1'])
  })
})

describe('withoutDropped', () => {
  it('keeps everything but what is meant for one connection, the length included', () => {
    const raw = [
      'Content-Length',
      '5',
      'Connection',
      'close',
      'Transfer-Encoding',
      'chunked',
      'Set-Cookie',
      'a',
      'Set-Cookie',
      'b',
    ]
    expect(withoutDropped(raw, names)).toEqual(['Content-Length', '5', 'Set-Cookie', 'a', 'Set-Cookie', 'b'])
  })

  it('tells what means something, in any case, also where it stood elsewhere before', () => {
    const known = new HeadNames(hopByHop, [['sort', ['content-type', 'x-type']]])
    for (const at of [0, 1, 2]) {
      const taken: string[] = []
      const raw = [
        ...Array<string>(2 * at).fill('x'),
        'X-TYPE',
        '1',
        'te',
        '2',
        'content-Type',
        '3',
        'content_type',
        '4',
      ]
      withoutDropped(raw, known, { take: (means, value) => taken.push(`${means} ${value}`) })
      expect(taken).toEqual(['sort 1', 'sort 3'])
    }
  })

  it('drops what any Connection header names', () => {
    expect(withoutDropped(['Connection', 'x-hop', 'X-Hop', '1', 'Connection', 'close', 'X-Kept', '2'], names)).toEqual([
      'X-Kept',
      '2',
    ])
  })

  it.each([
    ['a Connection header names', (names: string[]) => ['Connection', names.join(', ')]],
    ['Connection headers name', (names: string[]) => names.flatMap((name) => ['Connection', name])],
  ])('drops what %s without a look at all names for each field, of which a head has room for many', (_, connection) => {
    const fields = (letter: string): string[] => Array.from({ length: 100_000 }, (__, at) => `${letter}-${at}`)
    const kept = fields('k').flatMap((name) => [name, '1'])
    const dropped = fields('d').flatMap((name) => [name, '2'])
    expect(withoutDropped([...dropped, ...connection(fields('d')), ...kept], names)).toEqual(kept)
  })
})

describe('credentialHeader', () => {
  it('says Bearer only in Authorization, however that is spelt', () => {
    expect(credentialHeader({ header: 'authorization', value: 'k' })).toEqual(['authorization', 'Bearer k'])
    expect(credentialHeader({ header: 'x-api-key', value: 'k' })).toEqual(['x-api-key', 'k'])
  })
})

describe('headerOf', () => {
  it('finds a value whatever the case of its name', () => {
    expect(headerOf(['A', '1', 'Retry-After', '2'], 'retry-after')).toBe('2')
    expect(headerOf(['A', '1'], 'retry-after')).toBeUndefined()
  })

  it('does not take a value for a name', () => {
    expect(headerOf(['x', 'retry-after', 'y', '1'], 'retry-after')).toBeUndefined()
  })
})

describe('headerText', () => {
  it.each([
    ['plain', 'plain'],
    ['two\r\nX-Injected: 1', 'two X-Injected: 1'],
    ['Köln 🌍', 'K ln'],
    ['\u0000\t', ''],
  ])('makes %j safe for a header', (text, safe) => {
    expect(headerText(text)).toBe(safe)
  })

  it('is bounded', () => {
    expect(headerText('x'.repeat(5000)).length).toBeLessThanOrEqual(1000)
  })
})

describe('heads that follow one another', () => {
  const name = fc.constantFrom('a', 'A', 'te', 'TE', 'td', 'host', 'Host', 'connection', 'upgrade', 'upgrads', 'x-hop')
  const value = fc.constantFrom('1', 'close', 'x-hop', 'a, te')
  const head = fc.array(fc.tuple(name, value), { maxLength: 5 }).map((pairs) => pairs.flat())

  /** What RFC 9110 7.6.1 wants, said as plainly as can be. */
  function plainly(raw: readonly string[]): string[] {
    const pairs = raw.flatMap((text, at) => (at % 2 === 0 ? [[text.toLowerCase(), text, raw[at + 1] ?? '']] : []))
    const named = pairs.flatMap(([lower, , said = '']) => (lower === 'connection' ? said.split(', ') : []))
    const out = ['connection', 'te', 'upgrade', ...named]
    return pairs.flatMap(([lower = '', ...pair]) => (out.includes(lower) ? [] : pair))
  }

  it('lose the same fields whatever stood at their places before', () => {
    fc.assert(
      fc.property(head, (raw) => {
        expect(withoutDropped(raw, names)).toEqual(plainly(raw))
      }),
      { numRuns: 3000 },
    )
  })

  it('may be longer than any before', () => {
    const raw = Array.from({ length: 500 }, (_, at) => (at % 4 === 0 ? 'te' : `x-${at}`))
    expect(withoutDropped(raw, names)).toHaveLength(250)
    expect(withoutDropped(raw, names)).toEqual(plainly(raw))
  })
})

describe('headerTexts', () => {
  it('gives names and values as they were written, byte for byte', () => {
    const written = ['Date', 'today', 'x-name', 'caf\u00E9', 'set-cookie', 'a', 'Set-Cookie', 'b', 'X-Empty', '']
    expect(headerTexts(written.map((text) => Buffer.from(text, 'latin1')))).toEqual(written)
  })
})

describe('headerMap', () => {
  it('has every value of a name, in any case, and no other name', () => {
    const map = headerMap(['Set-Cookie', 'a', 'Date', 'today', 'set-cookie', 'b', '__proto__', 'c', 'SET-COOKIE', 'd'])
    expect(Object.entries(map)).toEqual([
      ['set-cookie', ['a', 'b', 'd']],
      ['date', 'today'],
      ['__proto__', 'c'],
    ])
  })

  it('is made without a copy of all values at each, of which a head has room for tens of thousands', () => {
    const values = Array.from({ length: 30_000 }, (_, at) => String(at))
    const headers = values.flatMap((value) => ['a', value])
    expect(headerMap(headers)).toEqual({ a: values })
  })
})
