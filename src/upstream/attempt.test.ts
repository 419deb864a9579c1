import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { setImmediate as aTurn } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../../test/fakes/clock.ts'
import type { AnswerHead } from './answer-head.ts'
import { startAttempt, type Attempt, type CallListener } from './attempt.ts'
import { createPools, type Pools } from './pools.ts'
import { UnzippingListener } from './unzip.ts'

const limits = { connectMs: 5000, headMs: 5000, firstContentMs: 5000, stallMs: 5000 }
const patience = {
  limits,
  thinking: limits,
  mayThink: () => false,
  deadlineMs: Number.POSITIVE_INFINITY,
  race: undefined,
}

/** Answers every request as a test says; `asked`: the connection of each that came. */
let respond: (socket: Socket) => void = () => {}
let asked: Socket[] = []
let provider: Server
let origin: string
let pools: Pools

beforeAll(async () => {
  provider = createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', () => {
      asked.push(socket)
      respond(socket)
    })
  }).listen(0, '127.0.0.1')
  await once(provider, 'listening')
  origin = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`
})
beforeEach(() => {
  asked = []
  pools = createPools(5000)
})
afterEach(() => pools.destroy())
afterAll(() => provider.close())

type Moment = 'head' | 'data' | 'end' | 'failure'

/** Notes what it hears, and does what a test wants of it first. */
class Heard implements CallListener {
  readonly moments: (Moment | 'fault')[] = []
  readonly faults: unknown[] = []
  readonly heads: AnswerHead[] = []
  readonly over: Promise<void>
  text = ''
  #settle: () => void = () => {}
  readonly #meet: Partial<Record<Moment, () => void>>

  constructor(meet: Partial<Record<Moment, () => void>> = {}) {
    this.#meet = meet
    this.over = new Promise((resolve) => (this.#settle = resolve))
  }

  head(head: AnswerHead): void {
    this.heads.push(head)
    this.#note('head')
  }

  data(chunk: Buffer): boolean {
    this.text += chunk.toString('latin1')
    this.#note('data')
    return true
  }

  end(): void {
    this.#settle()
    this.#note('end')
  }

  failure(): void {
    this.#settle()
    this.#note('failure')
  }

  fault(error: unknown): void {
    this.faults.push(error)
    this.moments.push('fault')
    this.#settle()
  }

  lastWordAtMs(): number {
    return 0
  }

  isThinking(): boolean {
    return false
  }

  #note(moment: Moment): void {
    this.moments.push(moment)
    this.#meet[moment]?.()
  }
}

function ask(listener: CallListener, method = 'GET'): Attempt {
  const call = { origin, method, path: '/', headers: [], body: null }
  return startAttempt(pools, new FakeClock(), patience, call, listener)
}

/** undici lets a connection rest for a turn before it is free again. */
async function hear(method?: string): Promise<Heard> {
  await aTurn()
  const heard = new Heard()
  ask(heard, method)
  await heard.over
  return heard
}

const answer = (text: string, ...fields: string[]): string =>
  `HTTP/1.1 200 OK\r\ncontent-length: ${text.length}\r\n${fields.map((field) => `${field}\r\n`).join('')}\r\n${text}`

describe('a listener that throws', () => {
  it.each<[Moment, string, Moment[]]>([
    ['head', answer('text'), ['head']],
    ['data', answer('text'), ['head', 'data']],
    ['end', answer('text'), ['head', 'data', 'end']],
    ['failure', 'no HTTP\r\n\r\n', ['failure']],
  ])('at the %s is told so, and hears nothing more; the next call is answered', async (moment, bytes, moments) => {
    respond = (socket) => socket.write(bytes)
    const fault = new Error('broken')
    const broken = (): void => {
      throw fault
    }
    const heard = new Heard({ [moment]: broken })
    ask(heard)
    await heard.over
    respond = (socket) => socket.write(answer('next'))
    expect((await hear()).text).toBe('next')
    expect(heard.moments).toEqual([...moments, 'fault'])
    expect(heard.faults).toEqual([fault])
    expect(asked).toHaveLength(2)
    expect(asked[0] === asked[1]).toBe(moment === 'end')
  })
})

it('a listener that throws at what was compressed hears nothing more, and the call ends with the next bytes', async () => {
  const parts = ['one', 'two'].map((text) => gzipSync(text))
  let sayMore = (): void => {}
  const closed = new Promise<void>((resolve) => {
    respond = (socket) => {
      socket.once('close', resolve)
      socket.write('HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 1000\r\n\r\n')
      socket.write(parts[0] ?? '')
      sayMore = () => socket.write(parts[1] ?? '')
    }
  })
  const fault = new Error('broken')
  const heard = new Heard({
    data: () => {
      throw fault
    },
  })
  ask(new UnzippingListener(heard))
  await heard.over
  sayMore()
  await closed
  expect(heard.moments).toEqual(['head', 'data', 'fault'])
  expect(heard.faults).toEqual([fault])
})

describe('a call that is given up', () => {
  it('before it is connected asks nobody', async () => {
    respond = (socket) => socket.write(answer('next'))
    const heard = new Heard()
    ask(heard).abort()
    expect((await hear()).text).toBe('next')
    expect(heard.moments).toEqual([])
    expect(asked).toHaveLength(1)
  })

  it.each<[Moment, string]>([
    ['head', ''],
    ['data', 'text'],
  ])('at its %s hears nothing more, and its connection is closed', async (moment, text) => {
    const closed = new Promise<void>((resolve) => {
      respond = (socket) => {
        socket.once('close', resolve)
        socket.write(answer('text', 'x-a: 1'))
      }
    })
    const heard: Heard = new Heard({ [moment]: () => attempt.abort() })
    const attempt = ask(heard)
    await closed
    expect(heard.moments.at(-1)).toBe(moment)
    expect(heard.text).toBe(text)
  })

  it('after its end leaves its connection to the next', async () => {
    respond = (socket) => socket.write(answer('text'))
    const heard = new Heard()
    const attempt = ask(heard)
    await heard.over
    attempt.abort()
    expect((await hear()).text).toBe('text')
    expect(asked).toHaveLength(2)
    expect(asked[0]).toBe(asked[1])
  })
})

describe('a call that is held', () => {
  const large = 'x'.repeat(1024 * 1024)

  it.each<Moment>(['head', 'data'])(
    'at its %s hears no more until it may go on, and then all of it',
    async (moment) => {
      respond = (socket) => socket.write(answer(large))
      let isHeld = (): void => {}
      const reached = new Promise<void>((resolve) => (isHeld = resolve))
      const heard: Heard = new Heard({
        [moment]: () => {
          if (heard.moments.length > 2) return
          attempt.pause()
          isHeld()
        },
      })
      const attempt = ask(heard)
      await reached
      const before = [...heard.moments]
      // Whoever asks meanwhile is answered.
      respond = (socket) => socket.write(answer('next'))
      expect((await hear()).text).toBe('next')
      expect(heard.moments).toEqual(before)
      attempt.resume()
      await heard.over
      expect(heard.text).toBe(large)
      expect(heard.moments.at(-1)).toBe('end')
    },
  )

  it('and has ended lets none go on that is held on its connection', async () => {
    respond = (socket) => socket.write(answer('text'))
    const first = new Heard()
    const ended = ask(first)
    await first.over
    ended.pause()
    await aTurn()
    let headCame = (): void => {}
    const came = new Promise<void>((resolve) => (headCame = resolve))
    const second = new Heard({ head: () => headCame() })
    const attempt = ask(second)
    attempt.pause()
    await came
    await aTurn()
    ended.resume()
    expect(asked).toHaveLength(2)
    expect(asked[0]).toBe(asked[1])
    expect(second.moments).toEqual(['head'])
    attempt.resume()
    await second.over
    expect(second.text).toBe('text')
  })

  it('before it has begun to be answered hears its head alone', async () => {
    respond = (socket) => socket.write(answer('text'))
    let headCame = (): void => {}
    const came = new Promise<void>((resolve) => (headCame = resolve))
    const heard = new Heard({ head: () => headCame() })
    const attempt = ask(heard)
    attempt.pause()
    await came
    expect((await hear()).text).toBe('text')
    expect(heard.moments).toEqual(['head'])
    attempt.resume()
    await heard.over
    expect(heard.text).toBe('text')
  })
})

describe('a head', () => {
  it("is heard as it was written, but for what is its connection's, behind those that only announce it", async () => {
    const fields = [
      'X-Mixed: \xe9',
      'set-cookie: a',
      'Set-Cookie: b',
      '5: five',
      '__proto__: p',
      'x-empty:',
      'X-Gone: 1',
    ]
    respond = (socket) => {
      const text = `HTTP/1.1 103 Early\r\nx-early: 1\r\n\r\n${answer('text', ...fields, 'Connection: x-gone')}`
      socket.write(text, 'latin1')
    }
    const [head] = (await hear()).heads
    const written = [
      'X-Mixed',
      '\xe9',
      'set-cookie',
      'a',
      'Set-Cookie',
      'b',
      '5',
      'five',
      '__proto__',
      'p',
      'x-empty',
      '',
    ]
    expect(head?.passed).toEqual(['content-length', '4', ...written])
    expect(head?.headers).toEqual(['content-length', '4', ...written, 'X-Gone', '1', 'Connection', 'x-gone'])
  })

  it('is all that is heard of an answer without a body', async () => {
    respond = (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n')
    expect((await hear('HEAD')).moments).toEqual(['head', 'end'])
    respond = (socket) => socket.write('HTTP/1.1 204 No Content\r\n\r\n')
    expect((await hear()).moments).toEqual(['head', 'end'])
    // What the answer would be that the client has already.
    respond = (socket) => socket.write('HTTP/1.1 304 Not Modified\r\ncontent-length: 4\r\n\r\n')
    expect((await hear()).moments).toEqual(['head', 'end'])
  })
})
