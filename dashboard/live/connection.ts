/** Keeps the page in touch with Trooper: hears its events, catches up with what it missed, comes back by itself. */
import { longestSilenceMs } from '../../src/admin/signs.ts'
import type { ApiEvent, DaysView, DrillView, ExchangesView } from '../../src/admin/views.ts'
import type { Clock } from '../../src/clock.ts'
import type { Change } from '../model/apply.ts'
import { hourMs } from '../model/minutes.ts'
import type { Link } from '../model/model.ts'
import { problemOf, type Answer, type Api } from './api.ts'
import { readEvents } from './event-stream.ts'

export interface Connection {
  /** Tries at once, if it waits for a try; also when the person gave the token. */
  retry: () => void
  /** Lets go of the line until `wake`. */
  sleep: () => void
  wake: () => void
}

const [firstPauseMs, longestPauseMs] = [500, 10_000]
/** Exchanges asked for at a time. */
const pageSize = 200

type Tell = (change: Change) => void

/** Begins at once. */
export function connect(api: Api, clock: Clock, tell: Tell): Connection {
  const line = new Line(api, clock, tell)
  return { retry: () => line.retry(), sleep: () => line.sleep(), wake: () => line.wake() }
}

class Line implements Connection {
  readonly #api: Api
  readonly #clock: Clock
  readonly #tell: Tell
  readonly #tellEvent: (event: ApiEvent) => void
  #is: 'open' | 'waiting' | 'locked' | 'asleep' = 'open'
  #stream: AbortController | undefined
  #tries = 0
  #cancelRetry = (): void => {}
  #cancelWatch = (): void => {}

  constructor(api: Api, clock: Clock, tell: Tell) {
    this.#api = api
    this.#clock = clock
    this.#tell = tell
    this.#tellEvent = createTeller(api, clock, tell)
    void this.#open()
  }

  retry(): void {
    if (this.#is === 'waiting' || this.#is === 'locked') void this.#open()
  }

  sleep(): void {
    // Whoever is asked for a token may be away to fetch it.
    if (this.#is === 'locked' || this.#is === 'asleep') return
    this.#is = 'asleep'
    this.#cancelRetry()
    this.#cancelWatch()
    const last = this.#stream
    this.#stream = undefined
    last?.abort()
    this.#tell({ type: 'link', link: { is: 'asleep' } })
  }

  wake(): void {
    if (this.#is === 'asleep') void this.#open()
  }

  async #open(): Promise<void> {
    this.#is = 'open'
    this.#cancelRetry()
    const stream = new AbortController()
    this.#stream = stream
    this.#watch(stream)
    let problem: string | undefined
    try {
      const response = await this.#api.events(stream.signal)
      if (response.status === 401 && this.#stream === stream) return this.#lock()
      if (response.ok && response.body) await this.#hear(response.body, stream)
      else problem = await problemOf(response)
    } catch {
      // It is lost, or was never there.
    }
    if (this.#stream === stream) this.#lose(problem)
  }

  #hear(body: ReadableStream<Uint8Array>, stream: AbortController): Promise<void> {
    let isFirst = true
    return readEvents(body, {
      sign: () => {
        if (this.#stream === stream) this.#watch(stream)
      },
      event: (event) => {
        // What was read already when it was let go of.
        if (this.#stream !== stream) return
        this.#tellEvent(event)
        if (isFirst) this.#welcome()
        isFirst = false
      },
    })
  }

  #watch(stream: AbortController): void {
    this.#cancelWatch()
    this.#cancelWatch = this.#clock.after(longestSilenceMs, () => stream.abort())
  }

  #welcome(): void {
    this.#tries = 0
    this.#tell({ type: 'link', link: { is: 'live' } })
    void catchUp(this.#api, this.#clock, this.#tell)
  }

  #lock(): void {
    this.#cancelWatch()
    this.#is = 'locked'
    this.#tell({ type: 'link', link: { is: 'locked' } })
  }

  #lose(problem: string | undefined): void {
    this.#cancelWatch()
    const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** this.#tries)
    this.#tries += 1
    this.#is = 'waiting'
    this.#cancelRetry = this.#clock.after(pauseMs, () => void this.#open())
    this.#tell({ type: 'link', link: lostAt(this.#clock.now(), pauseMs, problem) })
  }
}

function lostAt(sinceMs: number, pauseMs: number, problem: string | undefined): Link {
  return { is: 'lost', sinceMs, retryAtMs: sinceMs + pauseMs, ...(problem !== undefined && { problem }) }
}

/** What the day that is over came to is asked for when the next one begins: events told of it only as long as it was today. */
function createTeller(api: Api, clock: Clock, tell: Tell): (event: ApiEvent) => void {
  let today: string | undefined
  return (event) => {
    tell({ type: 'event', event, nowMs: clock.now() })
    if (event.event !== 'status') return
    const { day } = event.data.today
    if (today !== undefined && today !== day) void askDays(api, tell)
    today = day
  }
}

/** All that no event repeats; of the exchanges those of the last hour: what is older is asked for when somebody wants to see it. */
export async function catchUp(api: Api, clock: Clock, tell: Tell): Promise<void> {
  await Promise.all([askDays(api, tell), askDrill(api, tell), askLastHour(api, clock, tell)])
}

async function askDays(api: Api, tell: Tell): Promise<void> {
  const answer = await api.get<DaysView>('days?limit=30')
  if (answer.ok) tell({ type: 'days', view: answer.value })
}

async function askDrill(api: Api, tell: Tell): Promise<void> {
  const answer = await api.get<DrillView>('drill')
  if (answer.ok) tell({ type: 'drill', view: answer.value })
}

async function askLastHour(api: Api, clock: Clock, tell: Tell): Promise<void> {
  let before: string | undefined
  do {
    const answer = await askExchanges(api, before)
    if (!answer.ok) return tell({ type: 'no-exchanges', problem: answer.problem })
    tell({ type: 'exchanges', view: answer.value, isNewest: before === undefined })
    const oldest = answer.value.exchanges.at(-1)
    before = oldest && oldest.atMs > clock.now() - hourMs ? answer.value.before : undefined
  } while (before !== undefined)
}

export function askExchanges(api: Api, before: string | undefined): Promise<Answer<ExchangesView>> {
  const query = before === undefined ? '' : `&before=${encodeURIComponent(before)}`
  return api.get(`exchanges?limit=${pageSize}${query}`)
}
