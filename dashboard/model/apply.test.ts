import { describe, expect, it } from 'vitest'
import type { DayView, DrillRunView, StatusView } from '../../src/admin/views.ts'
import type { AttemptEntry, Entry } from '../../src/observe/journal/entry.ts'
import { apply, type Change } from './apply.ts'
import { emptyModel, type Model } from './model.ts'
import { attempt, exchange } from './sample.ts'

const today: DayView = {
  day: '2026-04-21',
  exchanges: 1,
  fallbacks: 0,
  failed: 0,
  seams: 0,
  byReason: {},
  byTarget: {},
  notSpent: { usd: 0, unknown: 0 },
}
const status: StatusView = {
  version: '1',
  nowMs: 5000,
  startedAtMs: 0,
  override: { mode: 'auto' },
  answering: [],
  targets: [],
  engines: [],
  network: 'up',
  today,
}
const run: DrillRunView = { state: 'running', startedAtMs: 0, scenarios: [] }

function after(...changes: Change[]): Model {
  return changes.reduce(apply, emptyModel)
}

describe('the page', () => {
  it('takes over what Trooper says of itself, and by how much its clock is ahead', () => {
    const model = after({ type: 'event', event: { event: 'status', data: status }, nowMs: 4000 })
    expect(model.status).toBe(status)
    expect(model.skewMs).toBe(1000)
  })

  it('takes over exchanges from events and lists', () => {
    const model = after(
      { type: 'event', event: { event: 'exchange', data: exchange(2, 20) }, nowMs: 0 },
      { type: 'exchanges', view: { exchanges: [exchange(1, 10)], before: 'run-1' }, isNewest: true },
    )
    expect(model.exchanges.map(({ id }) => id)).toEqual(['run-2', 'run-1'])
    expect(model.history).toEqual({ is: 'known', before: 'run-1' })
  })

  describe('of an exchange that is open', () => {
    const open = (attempts: AttemptEntry[]): Entry => exchange(1, 10, attempts, { end: { is: 'open' } })
    const begun = open([attempt('cloud')])
    const further = open([attempt('cloud'), attempt('local')])
    const told: Change = { type: 'event', event: { event: 'exchange', data: further }, nowMs: 0 }
    const listed = (entry: Entry): Change => ({ type: 'exchanges', view: { exchanges: [entry] }, isNewest: true })

    it('believes an event rather than a list that was written before it and comes after it', () => {
      expect(after(told, listed(begun)).exchanges).toEqual([further])
    })

    it('believes the list after it was without Trooper for a while', () => {
      const lost: Change = { type: 'link', link: { is: 'lost', sinceMs: 0, retryAtMs: 500 } }
      const seen: Change = { type: 'event', event: { event: 'exchange', data: begun }, nowMs: 0 }
      expect(after(seen, lost, { type: 'link', link: { is: 'live' } }, listed(further)).exchanges).toEqual([further])
    })

    it('follows it no longer than it lasts', () => {
      const ended: Change = { type: 'event', event: { event: 'exchange', data: exchange(1, 10) }, nowMs: 0 }
      expect(after(told).followed).toEqual(new Set(['run-1']))
      expect(after(told, ended).followed).toEqual(new Set())
    })
  })

  it('knows that there are no earlier exchanges', () => {
    expect(after({ type: 'exchanges', view: { exchanges: [] }, isNewest: true }).history).toEqual({ is: 'known' })
  })

  it('says that a list could not be had, and keeps what it has', () => {
    const model = after(
      { type: 'event', event: { event: 'exchange', data: exchange(2, 20) }, nowMs: 0 },
      { type: 'no-exchanges', problem: 'It failed.' },
    )
    expect(model.history).toEqual({ is: 'failed', problem: 'It failed.' })
    expect(model.exchanges).toHaveLength(1)
  })

  it('knows the days and the drill, whoever started that', () => {
    const model = after(
      { type: 'days', view: { days: [today] } },
      { type: 'drill', view: { scenarios: [], run } },
      { type: 'event', event: { event: 'drill', data: { ...run, state: 'over' } }, nowMs: 0 },
    )
    expect(model.days).toEqual([today])
    expect(model.drill?.state).toBe('over')
  })

  it('has been without Trooper since it first lost it, however often it tried', () => {
    const model = after(
      { type: 'link', link: { is: 'live' } },
      { type: 'link', link: { is: 'lost', sinceMs: 100, retryAtMs: 600 } },
      { type: 'link', link: { is: 'lost', sinceMs: 700, retryAtMs: 1700 } },
    )
    expect(model.link).toEqual({ is: 'lost', sinceMs: 100, retryAtMs: 1700 })
  })
})
