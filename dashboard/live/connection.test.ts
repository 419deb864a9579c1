import { describe, expect, it } from 'vitest'
import type { ApiEvent, ExchangesView } from '../../src/admin/views.ts'
import { FakeClock } from '../../test/fakes/clock.ts'
import type { Change } from '../model/apply.ts'
import { exchange } from '../model/sample.ts'
import { createApi } from './api.ts'
import { connect, type Connection } from './connection.ts'

const hourMs = 3_600_000

/** A Trooper of which every answer is given by hand. */
class Stage {
  readonly clock = new FakeClock()
  readonly changes: Change[] = []
  readonly asked: string[] = []
  lists: ExchangesView[] = [{ exchanges: [] }]
  readonly #streams: ((answer: Response | Error) => void)[] = []
  #signal: AbortSignal | null | undefined
  readonly connection: Connection

  constructor() {
    this.connection = connect(createApi(this.#fetch), this.clock, (change) => this.changes.push(change))
  }

  readonly #fetch: typeof fetch = (input, init) => {
    const path = (typeof input === 'string' ? input : '').replace('/trooper/api/', '')
    if (path !== 'events') return Promise.resolve(Response.json(this.#read(path)))
    this.asked.push(path)
    this.#signal = init?.signal
    return new Promise((resolve, reject) => {
      init?.signal?.addEventListener('abort', () => reject(new Error('aborted')))
      this.#streams.push((answer) => (answer instanceof Error ? reject(answer) : resolve(answer)))
    })
  }

  #read(path: string): object {
    this.asked.push(path)
    if (!path.startsWith('exchanges')) return path.startsWith('days') ? { days: [] } : { scenarios: [] }
    return this.lists.shift() ?? { exchanges: [] }
  }

  answer(answer: Response | Error): Promise<void> {
    this.#streams.shift()?.(answer)
    return settled()
  }

  /** A stream that stays open; what it says is written by hand. */
  async open(): Promise<{
    say: (text: string) => Promise<void>
    end: () => Promise<void>
    break: () => Promise<void>
  }> {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
    const writer = writable.getWriter()
    await this.answer(new Response(readable))
    this.#signal?.addEventListener('abort', () => void writer.abort(new Error('aborted')))
    const then = (done: Promise<void>) => done.catch(() => {}).then(settled)
    return {
      say: (text) => then(writer.write(new TextEncoder().encode(text))),
      end: () => then(writer.close()),
      break: () => then(writer.abort(new Error('broken'))),
    }
  }

  get links(): unknown[] {
    return this.changes.flatMap((change) => (change.type === 'link' ? [change.link] : []))
  }

  /** How long it is to the next try. */
  get pauseMs(): number {
    return this.clock.nextInMs
  }
}

/** Everything that needs no time has happened. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

function frame({ event, data }: { event: string; data: unknown }): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}

const statusOn = (day: string): string => frame({ event: 'status', data: { nowMs: 1, today: { day } } })
const status = statusOn('2026-04-21')

describe('the connection', () => {
  it('is live with the first event, and asks for what no event repeats', async () => {
    const stage = new Stage()
    const stream = await stage.open()
    expect(stage.links).toEqual([])
    await stream.say(status)
    expect(stage.links).toEqual([{ is: 'live' }])
    expect(stage.asked).toEqual(['events', 'days?limit=30', 'drill', 'exchanges?limit=200'])
  })

  it('asks for the days anew when one is over, and at no other time', async () => {
    const stage = new Stage()
    const stream = await stage.open()
    const asks = () => stage.asked.filter((path) => path.startsWith('days'))
    await stream.say(status + frame({ event: 'exchange', data: exchange(1, 10) }) + status)
    expect(asks()).toHaveLength(1)
    await stream.say(statusOn('2026-04-22') + statusOn('2026-04-22'))
    expect(asks()).toHaveLength(2)
  })

  it('hears events however they are cut, and passes over those of a newer Trooper', async () => {
    const stage = new Stage()
    const stream = await stage.open()
    const event: ApiEvent = { event: 'exchange', data: exchange(1, 10) }
    const text = `${status}: still here\n\n${frame({ event: 'forecast', data: 1 })}${frame(event)}`
    for (const character of text) await stream.say(character)
    const heard = stage.changes.flatMap((change) => (change.type === 'event' ? [change.event] : []))
    expect(heard).toEqual([{ event: 'status', data: { nowMs: 1, today: { day: '2026-04-21' } } }, event])
  })

  it('asks for the exchanges of an hour, however many lists they fill, and for no more', async () => {
    const stage = new Stage()
    const nowMs = stage.clock.now()
    stage.lists = [
      { exchanges: [exchange(9, nowMs - 1000)], before: 'run-9' },
      { exchanges: [exchange(8, nowMs - 2 * hourMs)], before: 'run-8' },
      { exchanges: [exchange(7, nowMs - 3 * hourMs)] },
    ]
    const stream = await stage.open()
    await stream.say(status)
    await settled()
    expect(stage.asked.filter((path) => path.startsWith('exchanges'))).toEqual([
      'exchanges?limit=200',
      'exchanges?limit=200&before=run-9',
    ])
  })

  it('tries again by itself, later each time, at most ten seconds later', async () => {
    const stage = new Stage()
    const pauses: number[] = []
    for (let tries = 0; tries < 7; tries += 1) {
      await stage.answer(new Error('refused'))
      pauses.push(stage.pauseMs)
      stage.clock.advance(stage.pauseMs)
    }
    expect(pauses).toEqual([500, 1000, 2000, 4000, 8000, 10_000, 10_000])
  })

  it('tries again soon after it was live, and catches up', async () => {
    const stage = new Stage()
    await stage.answer(new Error('refused'))
    stage.clock.advance(500)
    const stream = await stage.open()
    await stream.say(status)
    await stream.end()
    expect(stage.pauseMs).toBe(500)
    stage.clock.advance(500)
    await (await stage.open()).say(status)
    expect(stage.asked.filter((path) => path === 'exchanges?limit=200')).toHaveLength(2)
    expect(stage.links.at(-1)).toEqual({ is: 'live' })
  })

  it('says until when it waits, and what Trooper said', async () => {
    const stage = new Stage()
    const sinceMs = stage.clock.now()
    await stage.answer(Response.json({ error: { message: 'Too many read along already.' } }, { status: 503 }))
    expect(stage.links).toEqual([
      { is: 'lost', sinceMs, retryAtMs: sinceMs + 500, problem: 'Too many read along already.' },
    ])
  })

  it('is lost when it breaks', async () => {
    const stage = new Stage()
    const stream = await stage.open()
    await stream.say(status)
    await stream.break()
    expect(stage.links.at(-1)).toMatchObject({ is: 'lost' })
  })

  it('is lost when nothing comes for forty seconds, not even a sign', async () => {
    const stage = new Stage()
    const stream = await stage.open()
    await stream.say(status)
    stage.clock.advance(39_000)
    await stream.say(': still here\n\n')
    stage.clock.advance(39_000)
    await settled()
    expect(stage.links.at(-1)).toEqual({ is: 'live' })
    stage.clock.advance(1000)
    await settled()
    expect(stage.links.at(-1)).toMatchObject({ is: 'lost' })
  })

  it('waits no longer than that for a Trooper that takes the connection and says nothing', async () => {
    const stage = new Stage()
    stage.clock.advance(40_000)
    await settled()
    expect(stage.links.at(-1)).toMatchObject({ is: 'lost' })
    stage.clock.advance(stage.pauseMs)
    expect(stage.asked).toEqual(['events', 'events'])
  })

  it('waits for the token where Trooper wants one, and tries nothing until it is given', async () => {
    const stage = new Stage()
    await stage.answer(new Response('{}', { status: 401 }))
    expect(stage.links).toEqual([{ is: 'locked' }])
    expect(stage.clock.pending).toBe(0)
    stage.connection.retry()
    await (await stage.open()).say(status)
    expect(stage.links.at(-1)).toEqual({ is: 'live' })
  })

  it('tries at once when it is told to, and only once', async () => {
    const stage = new Stage()
    await stage.answer(new Error('refused'))
    stage.connection.retry()
    stage.connection.retry()
    expect(stage.asked).toEqual(['events', 'events'])
    // Nothing but how long this try may be silent.
    expect([stage.clock.pending, stage.pauseMs]).toEqual([1, 40_000])
  })

  it('is let go of while nobody sees the page, and taken up again as soon as somebody does', async () => {
    const stage = new Stage()
    const stream = await stage.open()
    await stream.say(status)
    stage.connection.sleep()
    stage.connection.sleep()
    await settled()
    expect(stage.clock.pending).toBe(0)
    expect(stage.links).toEqual([{ is: 'live' }, { is: 'asleep' }])
    stage.connection.retry()
    expect(stage.asked.filter((path) => path === 'events')).toHaveLength(1)
    stage.connection.wake()
    stage.connection.wake()
    expect(stage.asked.filter((path) => path === 'events')).toHaveLength(2)
    await (await stage.open()).say(status)
    expect(stage.links.at(-1)).toEqual({ is: 'live' })
  })

  it('is not tried either while nobody sees the page, nor lost by what comes late', async () => {
    const stage = new Stage()
    await stage.answer(new Error('refused'))
    stage.connection.sleep()
    expect(stage.clock.pending).toBe(0)
    stage.connection.wake()
    stage.connection.sleep()
    await stage.answer(new Response('{}', { status: 401 }))
    expect(stage.links.at(-1)).toEqual({ is: 'asleep' })
    expect(stage.clock.pending).toBe(0)
  })

  it('keeps the question for the token, which somebody may be away to fetch', async () => {
    const stage = new Stage()
    await stage.answer(new Response('{}', { status: 401 }))
    stage.connection.sleep()
    stage.connection.wake()
    expect([stage.links, stage.asked]).toEqual([[{ is: 'locked' }], ['events']])
  })
})
