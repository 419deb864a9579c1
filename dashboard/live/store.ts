/** What the page knows, as signals, and what a person can do about it. */
import { computed, signal, type ReadonlySignal } from '@preact/signals'
import type { DrillRunView, ProbeView, WarmView } from '../../src/admin/views.ts'
import type { Clock } from '../../src/clock.ts'
import type { Entry } from '../../src/observe/journal/entry.ts'
import type { Override } from '../../src/routing/override.ts'
import { apply, type Change } from '../model/apply.ts'
import { comesBack } from '../model/comes-back.ts'
import { emptyModel, type Model } from '../model/model.ts'
import type { Answer, Api } from './api.ts'
import { askExchanges, catchUp, connect } from './connection.ts'
import { gather } from './gather.ts'

export interface Store {
  readonly model: ReadonlySignal<Model>
  /** Trooper's clock, second by second. */
  readonly nowMs: ReadonlySignal<number>
  /** What came of the last thing that the person did. */
  readonly notice: ReadonlySignal<Notice | undefined>
  dismiss: () => void
  retry: () => void
  /** Nobody sees the page, or somebody does again. */
  sleep: () => void
  wake: () => void
  /** The answer is what is wrong with it, if anything. */
  login: (token: string) => Promise<string | undefined>
  setOverride: (mode: Override['mode'], forMs?: number) => Promise<void>
  probe: (target: string) => Promise<void>
  warm: (target: string) => Promise<void>
  /** Plays one scenario, or all. */
  drill: (scenario?: string) => Promise<void>
  loadEarlier: () => Promise<void>
  reload: () => Promise<void>
  find: (id: string) => Promise<Answer<Entry>>
}

interface Notice {
  tone: 'done' | 'problem'
  text: string
}

/** `onBack`: Trooper is there again after it was not. */
export function createStore(api: Api, clock: Clock, onBack: () => void): Store {
  const model = signal(emptyModel)
  const notice = signal<Notice>()
  const localMs = signal(clock.now())
  const tell = gather(clock, (changes) => {
    const isBack = comesBack(model.value, changes)
    model.value = changes.reduce(apply, model.value)
    if (isBack) onBack()
    localMs.value = clock.now()
  })
  const connection = connect(api, clock, tell)
  tick(clock, (nowMs) => {
    localMs.value = nowMs
  })

  const say = (answer: Answer<unknown>, done: string): void => {
    notice.value = answer.ok ? { tone: 'done', text: done } : { tone: 'problem', text: answer.problem }
  }

  return {
    model,
    nowMs: computed(() => localMs.value + model.value.skewMs),
    notice,
    dismiss: () => {
      notice.value = undefined
    },
    retry: connection.retry,
    sleep: connection.sleep,
    wake: connection.wake,
    login: async (token) => {
      const answer = await api.send('POST', 'login', { token })
      if (answer.ok) connection.retry()
      return answer.ok ? undefined : answer.problem
    },
    setOverride: async (mode, forMs) => {
      say(await api.send('PUT', 'override', { mode, ...(forMs !== undefined && { forMs }) }), overrideWords[mode])
    },
    probe: async (target) => {
      const answer = await api.send<ProbeView>('POST', 'probe', { target })
      say(answer, probeWords(target, answer))
    },
    warm: async (target) => {
      const answer = await api.send<WarmView>('POST', 'warm', { target })
      say(answer, answer.ok && answer.value.state === 'loaded' ? `${target} is loaded.` : `${target} loads its model.`)
    },
    drill: async (scenario) => {
      const answer = await api.send<DrillRunView>('POST', 'drill', scenario === undefined ? {} : { scenario })
      if (answer.ok) tell({ type: 'event', event: { event: 'drill', data: answer.value }, nowMs: clock.now() })
      else say(answer, '')
    },
    loadEarlier: () => loadEarlier(api, model, tell),
    reload: () => catchUp(api, clock, tell),
    find: (id) => api.get(`exchanges/${encodeURIComponent(id)}`),
  }
}

const overrideWords: { readonly [M in Override['mode']]: string } = {
  auto: 'Trooper decides by itself again.',
  local: 'Only local models are asked now.',
  primary: 'The primary is asked in any case now.',
}

/** Nothing is sent by it: the next exchange that wants the target finds out. */
function probeWords(target: string, answer: Answer<ProbeView>): string {
  const isDue = answer.ok && answer.value.due.includes(target)
  return isDue ? `The next request tries ${target} again.` : `${target} was not left alone: every request asks it.`
}

/** Until something comes that the page did not have, or nothing is left. */
async function loadEarlier(api: Api, model: ReadonlySignal<Model>, tell: (change: Change) => void): Promise<void> {
  const had = model.value.exchanges.length
  for (
    let { history } = model.value;
    history.is === 'known' && history.before !== undefined;
    { history } = model.value
  ) {
    const answer = await askExchanges(api, history.before)
    if (!answer.ok) return tell({ type: 'no-exchanges', problem: answer.problem })
    tell({ type: 'exchanges', view: answer.value, isNewest: false })
    if (model.value.exchanges.length > had || answer.value.exchanges.length === 0) return
  }
}

/** At the beginning of every second, so that all countdowns step together. */
function tick(clock: Clock, onTick: (nowMs: number) => void): void {
  const nowMs = clock.now()
  clock.after(1000 - (nowMs % 1000), () => {
    onTick(clock.now())
    tick(clock, onTick)
  })
}
