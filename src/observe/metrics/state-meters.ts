/** What Prometheus is told of the state that Trooper is in, looked at when it asks. */
import type { Clock } from '../../clock.ts'
import type { EngineQueue } from '../../exchange/local/places.ts'
import type { Breakers } from '../../routing/breakers.ts'
import type { Chains } from '../../routing/chains.ts'
import type { Ledger, LedgerEntry } from '../../routing/ledger.ts'
import type { Override, OverrideSwitch } from '../../routing/override.ts'
import type { Target } from '../../routing/target.ts'
import type { UsageBook } from '../../routing/usage.ts'
import type { NetworkWatch } from '../../upstream/network-watch.ts'
import type { Counts } from './counts.ts'
import type { Days } from '../days/days.ts'
import type { Meter, Reading } from './meters.ts'
import type { Traces } from '../traces/traces.ts'

export interface State {
  chains: Chains
  ledger: Ledger
  breakers: Breakers
  usage: UsageBook
  override: OverrideSwitch
  network: NetworkWatch
  places: { queues(): EngineQueue[] }
  counts: Counts
  days: Days
  traces?: Traces
  clock: Clock
  version: string
}

export function createStateMeters(state: State): Meter[] {
  return [...targetMeters(state), ...engineMeters(state), ...ownMeters(state)]
}

function targetMeters({ chains, ledger, breakers, usage, network, counts, clock }: State): Meter[] {
  const targets = [...new Set(Object.values(chains).flat())]
  const clouds = targets.filter(({ kind }) => kind === 'cloud')
  const locals = targets.filter(({ kind }) => kind === 'local')
  const ofEach = (some: readonly Target[], value: (target: Target, nowMs: number) => number): Reading[] =>
    some.map((target) => ({ labels: [target.name], value: value(target, clock.now()) }))
  return [
    gauge(
      'trooper_ledger_resting',
      '1 while a target is left alone because a quota of it is spent, for any of its accounts and models.',
      ['target'],
      () => ofEach(clouds, ({ name }, nowMs) => Number(restsOf(ledger, name, nowMs).length > 0)),
    ),
    gauge(
      'trooper_ledger_reset_seconds',
      'How long until all that is spent of a target may be asked again; 0 when nothing is.',
      ['target'],
      () => ofEach(clouds, ({ name }, nowMs) => untilLast(restsOf(ledger, name, nowMs), nowMs)),
    ),
    gauge(
      'trooper_quota_used_ratio',
      'How much of a quota is used, where the provider says so; of several accounts and models the fullest.',
      ['target', 'window'],
      () => fullest(usage.entries().filter(({ resetsAtMs }) => resetsAtMs > clock.now())),
    ),
    gauge(
      'trooper_breaker_open',
      '1 while a target is left alone because it keeps failing, for any of its customers.',
      ['target'],
      () => {
        const open = new Set(breakers.entries().map(({ target }) => target))
        return ofEach(targets, ({ name }) => Number(open.has(name)))
      },
    ),
    gauge('trooper_target_reachable', '0 while a provider cannot be reached from this machine.', ['target'], () =>
      ofEach(clouds, ({ url }) => Number(!network.isAway(url.origin))),
    ),
    {
      type: 'counter',
      facts: {
        name: 'trooper_spoken_calls_total',
        help: 'Tool calls that a model only wrote as text, and that were made.',
        labels: ['target'],
      },
      read: () => ofEach(locals, ({ name }) => counts.of('spoken-call').get(name) ?? 0),
    },
    {
      type: 'counter',
      facts: {
        name: 'trooper_unread_calls_total',
        help: 'Tool calls of a model that its own engine could not read.',
        labels: ['target'],
      },
      read: () => ofEach(locals, ({ name }) => counts.of('unread-call').get(name) ?? 0),
    },
  ]
}

function engineMeters({ chains, places }: State): Meter[] {
  const locals = Object.values(chains).flatMap((chain) => chain.filter(({ kind }) => kind === 'local'))
  const ofEach = (value: (queue: EngineQueue) => number): Reading[] => {
    const queues = places.queues()
    const origins = [...new Set(locals.map(({ url }) => url.origin))]
    return origins.map((origin) => {
      const queue = queues.find(({ engine }) => engine === origin)
      return { labels: [origin], value: queue ? value(queue) : 0 }
    })
  }
  return [
    gauge('trooper_engine_running_requests', 'Requests that a local engine answers now.', ['engine'], () =>
      ofEach(({ running }) => running),
    ),
    gauge('trooper_engine_waiting_requests', 'Requests that wait for their turn at a local engine.', ['engine'], () =>
      ofEach(({ waiting }) => waiting.length),
    ),
  ]
}

const modes: readonly Override['mode'][] = ['auto', 'local', 'primary']

function ownMeters({ override, days, traces, clock, version }: State): Meter[] {
  return [
    gauge('trooper_override', '1 for what the person wants: auto, local or primary.', ['mode'], () => {
      const { mode } = override.get(clock.now())
      return modes.map((each) => ({ labels: [each], value: Number(each === mode) }))
    }),
    gauge(
      'trooper_today_cost_usd',
      'What the conversations of this day cost at each target, as far as prices are known; of all Troopers on this data folder.',
      ['target'],
      () => Object.entries(days.today().byTarget).map(([name, { cost }]) => ({ labels: [name], value: cost.usd })),
    ),
    gauge(
      'trooper_today_not_spent_usd',
      'What the conversations that local models answered on this day would have cost at the first target.',
      [],
      () => [{ labels: [], value: days.today().notSpent.usd }],
    ),
    {
      type: 'counter',
      facts: {
        name: 'trooper_trace_spans_total',
        help: 'Spans that a collector has taken, and those that are lost, as it could not be reached or would not have them.',
        labels: ['outcome'],
      },
      read: () => [
        { labels: ['exported'], value: traces?.counts.exported ?? 0 },
        { labels: ['dropped'], value: traces?.counts.dropped ?? 0 },
      ],
    },
    gauge('trooper_build_info', 'Always 1; the versions are in the labels.', ['version', 'node'], () => [
      { labels: [version, process.version], value: 1 },
    ]),
  ]
}

function gauge(name: string, help: string, labels: string[], read: () => Reading[]): Meter {
  return { type: 'gauge', facts: { name, help, labels }, read }
}

/** A probe under way may yet find that it is spent. */
function restsOf(ledger: Ledger, target: string, nowMs: number): LedgerEntry['state'][] {
  const states = ledger.entries().flatMap((entry) => (entry.target === target ? entry.state : []))
  return states.filter((state) => state.is === 'probing' || state.untilMs > nowMs)
}

function untilLast(states: readonly LedgerEntry['state'][], nowMs: number): number {
  return Math.max(0, ...states.map(({ untilMs }) => untilMs - nowMs)) / 1000
}

/** A window of one model is called after it, and there will be others. */
const windows = new Set(['5h', '7d', 'primary', 'secondary', 'requests', 'tokens'])

function fullest(entries: readonly { target: string; window: string; used: number }[]): Reading[] {
  const readings = new Map<string, Reading>()
  for (const { target, window, used } of entries) {
    const name = windows.has(window) ? window : 'other'
    const key = `${target}\n${name}`
    const value = Math.max(used, readings.get(key)?.value ?? 0)
    readings.set(key, { labels: [target, name], value })
  }
  return [...readings.values()]
}
