import { setImmediate } from 'node:timers/promises'
import type { Pool } from 'undici'
import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../../test/fakes/clock.ts'
import { createEnded } from '../journal/ended.ts'
import { createJournal } from '../journal/journal.ts'
import { beginTrace } from './trace.ts'
import { createTraces } from './traces.ts'

type Answer = { status: number; headers?: Record<string, string>; body?: string } | 'unreachable' | 'silent'

/** A collector that answers as it is told, the last answer again and again. */
function start(...answers: Answer[]) {
  const clock = new FakeClock(Date.parse('2026-11-28T12:00:00Z'))
  const asked: { path: string; spans: number; headers: Record<string, string> }[] = []
  const lines: string[] = []
  const request = async (message: {
    path: string
    body: string
    headers: Record<string, string>
    signal: AbortSignal
  }) => {
    const spans = JSON.parse(message.body).resourceSpans[0].scopeSpans[0].spans.length
    asked.push({ path: message.path, spans, headers: message.headers })
    const answer = answers.length > 1 ? answers.shift() : answers[0]
    if (answer === undefined || answer === 'unreachable') throw new Error('ECONNREFUSED')
    if (answer === 'silent')
      return new Promise((_, reject) => message.signal.addEventListener('abort', () => reject(new Error('aborted'))))
    const { status: statusCode, headers = {}, body = '{}' } = answer
    return { statusCode, headers, body: { text: async () => body } }
  }
  const pools = { at: () => ({ request }) as unknown as Pool, destroy: async () => {} }
  const ended = createEnded(() => undefined, clock)
  const journal = createJournal(10, 'test', ended)
  const note = (text: string): void => void lines.push(text)
  const settings = {
    endpoint: new URL('http://user:secret@collector:4318/v1/traces'),
    headers: { 'x-a': 'b' },
    resource: {},
  }
  const log = { info: note, warn: note, error: note }
  const traces = createTraces({ settings, ended, find: () => undefined, pools, clock, log, version: '1' })
  const happens = (times = 1, headers: string[] = []): void => {
    for (let at = 0; at < times; at += 1) {
      const trace = beginTrace(headers)
      const facts = { atMs: clock.now(), dialect: 'anthropic', about: 'conversation', isStream: true } as const
      const entry = journal.open({ ...facts, ...(trace && { trace }) })
      entry.end = { is: 'failed', reason: 'network' }
      journal.close({ entry, complete: () => {} })
    }
  }
  /** So much time passes, with what it sets in motion. */
  const pass = async (ms: number): Promise<void> => {
    for (let gone = 0; gone < ms; gone += 500) {
      clock.advance(500)
      await setImmediate()
    }
  }
  return { clock, asked, lines, traces, happens, pass }
}

const taken = { status: 200 }

describe('traces', () => {
  it('are sent together, within seconds', async () => {
    const { traces, asked, happens, pass, lines } = start(taken)
    happens(3)
    expect(asked).toEqual([])
    await pass(2000)
    expect(asked).toEqual([
      { path: '/v1/traces', spans: 3, headers: { 'x-a': 'b', 'content-type': 'application/json' } },
    ])
    expect(traces.counts).toEqual({ exported: 3, dropped: 0 })
    expect(lines).toEqual([])
  })

  it('are none where the client wants none', async () => {
    const { asked, happens, pass } = start(taken)
    happens(1, ['traceparent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00'])
    await pass(5000)
    expect(asked).toEqual([])
  })

  it('are sent again when the collector says so, as soon as it says', async () => {
    const { traces, asked, happens, pass } = start({ status: 503, headers: { 'retry-after': '3' } }, taken)
    happens()
    await pass(2000)
    expect(asked).toHaveLength(1)
    await pass(2500)
    expect(asked).toHaveLength(2)
    expect(traces.counts).toEqual({ exported: 1, dropped: 0 })
  })

  it.each<[string, Answer, number]>([
    ['cannot be reached', 'unreachable', 3],
    ['is overloaded', { status: 429 }, 3],
    ['does not understand them', { status: 400 }, 1],
    ['is none', { status: 404 }, 1],
  ])('of a collector that %s are lost in the end, which is said once', async (_name, answer, times) => {
    const { traces, asked, happens, pass, lines } = start(answer)
    happens(2)
    await pass(10_000)
    expect(asked).toHaveLength(times)
    expect(traces.counts).toEqual({ exported: 0, dropped: 2 })
    happens()
    await pass(10_000)
    expect(lines).toEqual([expect.stringContaining('http://collector:4318/v1/traces')])
    expect(lines.join()).not.toContain('secret')
  })

  it('of a collector that never answers are given up in time', async () => {
    const { traces, asked, happens, pass } = start('silent')
    happens()
    await pass(40_000)
    expect(asked).toHaveLength(3)
    expect(traces.counts.dropped).toBe(1)
  })

  it('that a collector would not have are counted', async () => {
    const { traces, happens, pass } = start({ status: 200, body: '{"partialSuccess":{"rejectedSpans":"2"}}' })
    happens(5)
    await pass(2000)
    expect(traces.counts).toEqual({ exported: 3, dropped: 2 })
  })

  it('are bounded, however many there are and however long a collector takes', async () => {
    const { traces, asked, happens, pass } = start('silent', taken)
    happens()
    await pass(2000)
    happens(5000)
    await pass(60_000)
    expect(traces.counts.exported + traces.counts.dropped).toBe(5001)
    expect(traces.counts.dropped).toBe(5000 - 2048)
    expect(Math.max(...asked.map(({ spans }) => spans))).toBe(256)
  })

  it('that are left at the stop are sent, and a dead collector is not waited for', async () => {
    const good = start(taken)
    good.happens()
    await good.traces.settle()
    expect(good.traces.counts.exported).toBe(1)
    expect(good.clock.pending).toBe(0)
    const dead = start('silent')
    dead.happens()
    const stopped = dead.traces.settle()
    await dead.pass(3000)
    await stopped
  })
})
