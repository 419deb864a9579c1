import { once } from 'node:events'
import { createServer, get, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { createParser } from 'eventsource-parser'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../../test/fakes/clock.ts'
import { emptyDay } from '../observe/days/day.ts'
import type { Entry } from '../observe/journal/entry.ts'
import { createEnded } from '../observe/journal/ended.ts'
import { createJournal, type Journal } from '../observe/journal/journal.ts'
import { createEvents, type Events } from './events.ts'
import type { StatusView } from './views.ts'

let clock: FakeClock
let journal: Journal
let events: Events
let server: Server
let url: string
let responses: ServerResponse[]
let version: string
let looks: number

const statusNow = (): StatusView => {
  looks += 1
  const today = emptyDay('2026-11-24')
  const nowMs = clock.now()
  const nothing = { startedAtMs: 0, answering: [], targets: [], engines: [] }
  return { version, nowMs, override: { mode: 'auto' }, network: 'up', today, ...nothing }
}

beforeEach(async () => {
  clock = new FakeClock(0)
  journal = createJournal(
    1000,
    'test',
    createEnded(() => undefined, clock),
  )
  responses = []
  version = 'one'
  looks = 0
  events = createEvents(journal, statusNow, clock)
  server = createServer((_request, response) => {
    responses.push(response)
    if (!events.open(response)) response.writeHead(503).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
})
afterEach(async () => {
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
})

interface Told {
  event: string
  data: { version?: string; id?: string; model?: string; end?: { is: string }; content?: unknown }
}

/** Reads along; `next` resolves with the next event. */
class Follower {
  readonly told: Told[] = []
  text = ''
  response: IncomingMessage | undefined
  #onData = (): void => {}

  async open(): Promise<this> {
    const request = get(url)
    const [response] = await once(request, 'response')
    this.response = response
    const parser = createParser({
      onEvent: ({ event, data }) => this.told.push({ event: event ?? '', data: JSON.parse(data) }),
    })
    response.setEncoding('utf8').on('data', (text: string) => {
      this.text += text
      parser.feed(text)
      this.#onData()
    })
    return this
  }

  async until(isThere: (follower: this) => boolean): Promise<void> {
    while (!isThere(this)) await new Promise<void>((resolve) => (this.#onData = resolve))
  }

  /** The names of the events so far, an exchange with its state. */
  get names(): string[] {
    return this.told.map(({ event, data }) => (data.end ? `${event} ${data.end.is}` : event))
  }

  async leave(): Promise<void> {
    const left = once(responses.at(-1)!, 'close')
    this.response?.destroy()
    await left
  }
}

const follow = (): Promise<Follower> => new Follower().open()

function begin(model = 'opus'): Entry {
  return journal.open({ atMs: 0, dialect: 'anthropic', about: 'conversation', isStream: true, model })
}

function end(entry: Entry): void {
  entry.end = { is: 'answered', target: 'primary' }
  journal.close({ entry, complete: () => {} })
}

describe('a reader', () => {
  it('is told the status first, then every exchange as it changes', async () => {
    const reader = await follow()
    await reader.until(({ told }) => told.length === 1)
    expect(reader.text).toMatch(/^retry: 1000\n\nevent: status\ndata: \{"version":"one"/)
    const entry = begin()
    await reader.until(({ told }) => told.length === 2)
    end(entry)
    await reader.until(({ told }) => told.length === 3)
    expect(reader.names).toEqual(['status', 'exchange open', 'exchange answered'])
    expect(reader.told[2]?.data.id).toBe(entry.id)
  })

  it('is told once what happened in one turn, and never what was said', async () => {
    const reader = await follow()
    const entry = begin()
    entry.content = { request: 'secret', answer: 'secret' }
    for (let at = 0; at < 50; at += 1) journal.note(entry)
    end(entry)
    const other = begin()
    await reader.until(({ told }) => told.some(({ data }) => data.id === other.id))
    expect(reader.names).toEqual(['status', 'exchange answered', 'exchange open'])
    expect(reader.text).not.toContain('secret')
  })

  it('is told a status that differs, but not four times a second', async () => {
    const reader = await follow()
    await reader.until(({ told }) => told.length === 1)
    for (const next of ['two', 'three', 'four']) {
      version = next
      begin()
      await nextTurn()
    }
    await reader.until(({ told }) => told.length === 5)
    expect(reader.names.filter((name) => name === 'status')).toHaveLength(2)
    clock.advance(249)
    expect(looks).toBe(3)
    clock.advance(1)
    await reader.until(({ told }) => told.length === 6)
    expect(reader.told.filter(({ event }) => event === 'status').map(({ data }) => data.version)).toEqual([
      'one',
      'two',
      'four',
    ])
  })

  it('is told what changes by itself, as a rest that is over, and shown that the line stands', async () => {
    const reader = await follow()
    clock.advance(999)
    version = 'later'
    clock.advance(1)
    await reader.until(({ told }) => told.length === 2)
    expect(reader.told[1]).toMatchObject({ event: 'status', data: { version: 'later' } })
    clock.advance(14_000)
    await reader.until(({ text }) => text.includes('\n: '))
    expect(reader.names).toEqual(['status', 'status'])
  })

  it('is told at once what somebody changed', async () => {
    events.nudge()
    expect(looks).toBe(0)
    const reader = await follow()
    version = 'changed'
    events.nudge()
    await reader.until(({ told }) => told.length === 2)
    expect(reader.told[1]?.data.version).toBe('changed')
  })

  it('is told as soon as ever where somebody has set the clock back', async () => {
    const reader = await follow()
    await reader.until(({ told }) => told.length === 1)
    version = 'two'
    events.nudge()
    clock.set(-3_600_000)
    version = 'three'
    events.nudge()
    clock.advance(250)
    await reader.until(({ told }) => told.length === 3)
    expect(reader.told.map(({ data }) => data.version)).toEqual(['one', 'two', 'three'])
  })

  it('costs nothing when it has left', async () => {
    const reader = await follow()
    await reader.leave()
    expect(clock.pending).toBe(0)
    looks = 0
    begin()
    await nextTurn()
    expect(looks).toBe(0)
  })

  it('that is slow is told less, and then how everything is by now', async () => {
    const reader = await follow()
    reader.response?.pause()
    const [response] = responses
    const long = 'x'.repeat(100_000)
    const open: Entry[] = []
    // Until the kernel takes no more.
    while (!response?.writableNeedDrain) {
      open.push(begin(long))
      await nextTurn()
    }
    const waitingBytes = response.writableLength
    for (let at = 0; at < 1000; at += 1) {
      open.push(begin(`late ${at}`))
      await nextTurn()
    }
    version = 'fresh'
    for (const entry of open) end(entry)
    await nextTurn()
    clock.advance(1000)
    expect(response.writableLength).toBeLessThanOrEqual(waitingBytes)
    reader.response?.resume()
    const last = open.at(-1)?.id
    await reader.until(({ told }) => told.some(({ data }) => data.id === last && data.end?.is === 'answered'))
    const afterwards = reader.told.slice(reader.told.findIndex(({ data }) => data.version === 'fresh'))
    expect(afterwards).toHaveLength(201)
    expect(afterwards.slice(1).every(({ data }) => data.end?.is === 'answered')).toBe(true)
  })
})

describe('readers', () => {
  it('are let go when Trooper stops, and then no more come', async () => {
    const reader = await follow()
    events.close()
    await once(reader.response!, 'end')
    expect((await fetch(url)).status).toBe(503)
  })

  it('are not more than a person has', async () => {
    for (let at = 0; at < 64; at += 1) expect((await follow()).response?.statusCode).toBe(200)
    expect((await fetch(url)).status).toBe(503)
    await new Promise((resolve) => {
      responses[0]?.once('close', resolve)
      responses[0]?.destroy()
    })
    expect((await follow()).response?.statusCode).toBe(200)
  })

  it('are told of a drill', async () => {
    const reader = await follow()
    events.drill({ state: 'running', startedAtMs: 0, scenarios: [] })
    await reader.until(({ told }) => told.length === 2)
    expect(reader.names).toEqual(['status', 'drill'])
  })
})
