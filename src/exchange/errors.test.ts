import { describe, expect, it } from 'vitest'
import { boundRetryAfter, retryHeaders, withStory } from './errors.ts'
import type { HeldAnswer } from './reply/reply.ts'

function bounded(...headers: string[]): Map<string, string[]> {
  return given(headers, false)
}

function given(headers: string[], isSpent: boolean): Map<string, string[]> {
  const answer: HeldAnswer = { status: 429, statusMessage: 'Too Many Requests', headers, body: Buffer.from('{}') }
  const all = new Map<string, string[]>()
  const { headers: list } = boundRetryAfter(answer, isSpent)
  for (let at = 0; at < list.length; at += 2) {
    const name = (list[at] ?? '').toLowerCase()
    all.set(name, [...(all.get(name) ?? []), list[at + 1] ?? ''])
  }
  return all
}

describe('boundRetryAfter', () => {
  it.each<[string, string]>([
    ['retry-after', '0'],
    ['retry-after', '2'],
    ['Retry-After', '60'],
    ['retry-after', '1.5'],
    ['retry-after-ms', '60000'],
  ])('leaves a wait alone that a client can bear: %s %s', (name, value) => {
    const headers = bounded(name, value)
    expect(headers.get(name.toLowerCase())).toEqual([value])
    expect(headers.has('x-should-retry')).toBe(false)
    expect(headers.has('x-trooper-retry-after')).toBe(false)
  })

  it.each<[string, string, string?]>([
    ['retry-after', '61'],
    ['Retry-After', '3600'],
    ['retry-after', '86400.5'],
    ['retry-after', 'Wed, 21 Oct 2026 07:28:00 GMT'],
    ['retry-after', 'soon'],
    ['retry-after-ms', '60001', '61'],
  ])(
    'takes one away that would freeze its client, and keeps its true value, in seconds: %s %s',
    (name, value, seconds = value) => {
      const headers = bounded(name, value)
      expect(headers.has(name.toLowerCase())).toBe(false)
      expect(headers.get('x-trooper-retry-after')).toEqual([seconds])
      expect(headers.get('x-should-retry')).toEqual(['false'])
    },
  )

  it('contradicts a provider that says to try again', () => {
    for (const headers of [
      bounded('x-should-retry', 'true', 'retry-after', '3600'),
      bounded('retry-after', '3600', 'X-Should-Retry', 'true'),
    ])
      expect(headers.get('x-should-retry')).toEqual(['false'])
  })

  it('says once that waiting will not help, also where two headers said how long', () => {
    expect(bounded('retry-after', '3600', 'retry-after-ms', '3600000').get('x-should-retry')).toEqual(['false'])
  })

  it('says what was tried, and leaves everything else as it is', () => {
    const headers = ['Request-Id', 'req_1', 'X-Should-Retry', 'true', 'set-cookie', 'a', 'set-cookie', 'b']
    const answer: HeldAnswer = { status: 429, statusMessage: 'Slow', headers, body: Buffer.from('{"error":1}') }
    expect(boundRetryAfter(answer, false)).toBe(answer)
    expect(withStory(answer, 'primary: quota spent; local/m: unreachable')).toEqual({
      ...answer,
      headers: [...headers, 'X-Trooper-Tried', 'primary: quota spent; local/m: unreachable'],
    })
    expect(answer.headers).toHaveLength(8)
  })

  it('says that waiting will not help where a quota is spent and nobody knows until when', () => {
    expect(given([], true).get('x-should-retry')).toEqual(['false'])
    expect(given(['x-should-retry', 'true'], true).get('x-should-retry')).toEqual(['false'])
    expect(given(['retry-after', '20'], true).has('x-should-retry')).toBe(false)
  })
})

describe('retryHeaders', () => {
  const nowMs = 1_000_000
  const spent = { kind: 'quota-spent', what: 'quota', scope: 'account', message: 'Spent.' } as const
  const limited = { kind: 'rate-limited', scope: 'model', message: 'Slow.' } as const

  it.each([
    [{ ...limited, resetsAtMs: nowMs + 20_500 }, ['retry-after', '21']],
    [{ ...limited, resetsAtMs: nowMs - 1 }, ['retry-after', '0']],
    [{ ...limited, resetsAtMs: nowMs + 61_000 }, ['X-Trooper-Retry-After', '61', 'x-should-retry', 'false']],
    [{ ...spent, resetsAtMs: nowMs + 7_999_000 }, ['X-Trooper-Retry-After', '7999', 'x-should-retry', 'false']],
    [spent, ['x-should-retry', 'false']],
    [limited, []],
    [{ kind: 'overloaded', message: 'Busy.' } as const, []],
  ])('say of %j: %j', (failure, headers) => {
    expect(retryHeaders(failure, nowMs)).toEqual(headers)
  })
})
