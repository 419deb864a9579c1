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
  stop: () => void
}

const [firstPauseMs, longestPauseMs] = [500, 10_000]
/** Exchanges asked for at a time. */
const pageSize = 200

export function connect(api: Api, clock: Clock, tell: (change: Change) => void): Connection {
  let tries = 0
  let stream: AbortController | undefined
  let cancelRetry = (): void => {}
  let cancelWatch = (): void => {}
  let isWaiting = false
  const beginsDay = watchDays()

  const open = async (): Promise<void> => {
    isWaiting = false
    const controller = new AbortController()
    stream = controller
    watch(controller)
    try {
      const response = await api.events(controller.signal)
      if (response.status === 401) return lock()
      if (!response.ok || !response.body) return lose(await problemOf(response))
      let isFirst = true
      await readEvents(response.body, {
        sign: () => watch(controller),
        event: (event) => {
          tell({ type: 'event', event, nowMs: clock.now() })
          const isNextDay = beginsDay(event)
          if (isFirst) welcome()
          // What the day that is over came to, events have told of only as long as it was today.
          else if (isNextDay) void askDays(api, tell)
          isFirst = false
        },
      })
      lose()
    } catch {
      if (stream === controller) lose()
    }
  }

  const watch = (controller: AbortController): void => {
    cancelWatch()
    cancelWatch = clock.after(longestSilenceMs, () => controller.abort())
  }

  const welcome = (): void => {
    tries = 0
    tell({ type: 'link', link: { is: 'live' } })
    void catchUp(api, clock, tell)
  }

  const lock = (): void => {
    cancelWatch()
    isWaiting = true
    tell({ type: 'link', link: { is: 'locked' } })
  }

  const lose = (problem?: string): void => {
    cancelWatch()
    const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** tries)
    tries += 1
    isWaiting = true
    cancelRetry = clock.after(pauseMs, () => void open())
    tell({ type: 'link', link: lostAt(clock.now(), pauseMs, problem) })
  }

  void open()
  return {
    retry: () => {
      if (!isWaiting) return
      cancelRetry()
      void open()
    },
    stop: () => {
      isWaiting = false
      cancelRetry()
      cancelWatch()
      const last = stream
      stream = undefined
      last?.abort()
    },
  }
}

function lostAt(sinceMs: number, pauseMs: number, problem: string | undefined): Link {
  return { is: 'lost', sinceMs, retryAtMs: sinceMs + pauseMs, ...(problem !== undefined && { problem }) }
}

/** Says of each event whether it is the first one of its day. */
function watchDays(): (event: ApiEvent) => boolean {
  let today: string | undefined
  return (event) => {
    if (event.event !== 'status' || event.data.today.day === today) return false
    today = event.data.today.day
    return true
  }
}

/** All that no event repeats; of the exchanges those of the last hour: what is older is asked for when somebody wants to see it. */
export async function catchUp(api: Api, clock: Clock, tell: (change: Change) => void): Promise<void> {
  await Promise.all([askDays(api, tell), askDrill(api, tell), askLastHour(api, clock, tell)])
}

async function askDays(api: Api, tell: (change: Change) => void): Promise<void> {
  const answer = await api.get<DaysView>('days?limit=30')
  if (answer.ok) tell({ type: 'days', view: answer.value })
}

async function askDrill(api: Api, tell: (change: Change) => void): Promise<void> {
  const answer = await api.get<DrillView>('drill')
  if (answer.ok) tell({ type: 'drill', view: answer.value })
}

async function askLastHour(api: Api, clock: Clock, tell: (change: Change) => void): Promise<void> {
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
