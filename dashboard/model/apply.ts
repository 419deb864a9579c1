/** What each thing that the page hears means for what it knows. */
import type { ApiEvent, DaysView, DrillView, ExchangesView } from '../../src/admin/views.ts'
import type { Entry } from '../../src/observe/journal/entry.ts'
import { mergeEntries, putEntry } from './entries.ts'
import type { Link, Model } from './model.ts'

export type Change =
  | { type: 'event'; event: ApiEvent; nowMs: number }
  /** `isNewest`: there were none newer when Trooper was asked. */
  | { type: 'exchanges'; view: ExchangesView; isNewest: boolean }
  | { type: 'no-exchanges'; problem: string }
  | { type: 'days'; view: DaysView }
  | { type: 'drill'; view: DrillView }
  | { type: 'link'; link: Link }

export function apply(model: Model, change: Change): Model {
  switch (change.type) {
    case 'event':
      return applyEvent(model, change.event, change.nowMs)
    case 'exchanges':
      return applyExchanges(model, change.view, change.isNewest)
    case 'no-exchanges':
      return { ...model, history: { is: 'failed', problem: change.problem } }
    case 'days':
      return { ...model, days: change.view.days }
    case 'drill':
      return { ...model, scenarios: change.view.scenarios, ...(change.view.run && { drill: change.view.run }) }
    case 'link':
      return applyLink(model, change.link)
  }
}

function applyEvent(model: Model, event: ApiEvent, nowMs: number): Model {
  switch (event.event) {
    case 'status':
      return { ...model, status: event.data, skewMs: event.data.nowMs - nowMs }
    case 'exchange':
      return {
        ...model,
        exchanges: putEntry(model.exchanges, event.data),
        followed: follow(model.followed, event.data),
      }
    case 'drill':
      return { ...model, drill: event.data }
  }
}

function follow(followed: ReadonlySet<string>, { id, end }: Entry): ReadonlySet<string> {
  return new Set([...[...followed].filter((other) => other !== id), ...(end.is === 'open' ? [id] : [])])
}

/** What the page has of before goes on being shown. */
function applyExchanges(model: Model, { exchanges, before }: ExchangesView, isNewest: boolean): Model {
  const history = { is: 'known' as const, ...(before !== undefined && { before }) }
  const listed = { entries: exchanges, isNewest, isOldest: before === undefined }
  return { ...model, exchanges: mergeEntries(model.exchanges, listed, model.followed), history }
}

/** Of a connection that was lost, nobody tells the rest. */
function applyLink(model: Model, link: Link): Model {
  const followed = link.is === 'live' ? model.followed : new Set<string>()
  return { ...model, link: stillLost(model.link, link), followed }
}

/** A failed try to come back does not make the page have been without Trooper for a shorter time. */
function stillLost(known: Link, link: Link): Link {
  return known.is === 'lost' && link.is === 'lost' ? { ...link, sinceMs: known.sinceMs } : link
}
