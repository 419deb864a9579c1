import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../test/fakes/clock.ts'
import { nothingKnown } from '../../test/fakes/nothing-known.ts'
import { unaskedEngines, unaskedLocals } from '../../test/fakes/unasked-engines.ts'
import type { Engine, LoadState } from '../engines/engine.ts'
import type { Target } from '../routing/target.ts'
import { createEngineLooks } from './engine-looks.ts'

const url = { origin: 'http://localhost:1', base: '', query: '', text: 'http://localhost:1/api/chat' }
const local: Target = { name: 'local/m', kind: 'local', dialect: 'ollama', speaks: ['ollama'], url, model: 'm' }
const cloud: Target = { ...local, name: 'primary', kind: 'cloud' }
const other: Target = { ...local, name: 'local/n', model: 'n' }

/** Engines that answer when the test lets them. */
function stage() {
  const clock = new FakeClock(0)
  const known = nothingKnown(clock)
  let asked = 0
  let answer: (target: Target) => Promise<LoadState> = () => Promise.resolve({ is: 'loaded', windowTokens: 8192 })
  const at = async (target: Target): Promise<Engine> => {
    const engine = await unaskedEngines.at(target)
    const state = (of: Target): Promise<LoadState> => {
      asked += 1
      return answer(of)
    }
    const can = { tools: true, vision: false, thinking: 'on-off' } as const
    return { ...engine, state, facts: () => Promise.resolve({ can }) }
  }
  const identify = () => Promise.resolve({ name: 'ollama', version: '0.34.2' } as const)
  const chain = [cloud, local, other] as const
  const loading = new Set<string>()
  const looks = createEngineLooks({
    ...known,
    loads: { ...known.loads, isLoading: ({ name }) => loading.has(name) },
    chains: { anthropic: chain, 'openai-chat': chain, 'openai-responses': chain, ollama: chain },
    engines: { ...unaskedEngines, at, identify },
    locals: unaskedLocals,
    clock,
  })
  return {
    clock,
    known,
    looks,
    /** The names of targets that are being loaded. */
    loading,
    answers: (next: typeof answer) => void (answer = next),
    asked: () => asked,
  }
}

describe('the engines', () => {
  it('are asked when somebody looks, each once', async () => {
    const { looks, asked } = stage()
    expect(asked()).toBe(0)
    const seen = await looks.fresh()
    expect(asked()).toBe(2)
    const can = { tools: true, vision: false, thinking: true }
    const common = { software: 'Ollama 0.34.2', place: url.origin, state: 'loaded', windowTokens: 8192, can }
    const queue = { running: 0, waiting: 0 }
    expect(seen).toEqual([
      { target: 'local/m', model: 'm', ...common, queue },
      { target: 'local/n', model: 'n', ...common, queue },
    ])
  })

  it('are not asked again within two seconds, and are after that', async () => {
    const { clock, looks, asked, answers } = stage()
    await looks.fresh()
    answers(() => Promise.resolve({ is: 'unreachable' }))
    clock.advance(1999)
    expect((await looks.fresh())[0]?.state).toBe('loaded')
    expect(asked()).toBe(2)
    clock.advance(1)
    const [gone] = await looks.fresh()
    expect(gone).toEqual({
      target: 'local/m',
      place: url.origin,
      model: 'm',
      state: 'unreachable',
      can: {},
      queue: { running: 0, waiting: 0 },
    })
  })

  it('are asked again where somebody has set the clock back', async () => {
    const { clock, looks, asked } = stage()
    await looks.fresh()
    clock.set(-3_600_000)
    await looks.fresh()
    expect(asked()).toBe(4)
  })

  it('are asked again as soon as a load is over, however short a time ago they were asked', async () => {
    const { loading, looks, asked, answers } = stage()
    answers(() => Promise.resolve({ is: 'unloaded' }))
    await looks.fresh()
    loading.add('local/m')
    expect((await looks.fresh()).map(({ state }) => state)).toEqual(['loading', 'unloaded'])
    answers(() => Promise.resolve({ is: 'loaded' }))
    loading.clear()
    expect((await looks.fresh()).map(({ state }) => state)).toEqual(['loaded', 'unloaded'])
    expect(asked()).toBe(3)
  })

  it('that hang keep nobody waiting, nor the others back, and are not asked once more meanwhile', async () => {
    const { clock, looks, asked, answers } = stage()
    let wake: (state: LoadState) => void = () => {}
    const hanging = new Promise<LoadState>((resolve) => (wake = resolve))
    answers(({ name }) => (name === 'local/m' ? hanging : Promise.resolve({ is: 'unloaded' })))
    const fresh = looks.fresh()
    await nextTurn()
    clock.advance(400)
    expect((await fresh).map(({ state }) => state)).toEqual(['unknown', 'unloaded'])
    clock.advance(10_000)
    const again = looks.fresh()
    await nextTurn()
    clock.advance(400)
    await again
    expect(asked()).toBe(3)
    wake({ is: 'loaded' })
    await nextTurn()
    expect((await looks.fresh()).map(({ state }) => state)).toEqual(['loaded', 'unloaded'])
  })

  it('are shown with who is answered and who waits', async () => {
    const { known, looks } = stage()
    for (const client of ['a', 'b', 'c']) known.places.enter(url.origin, client, 1)
    expect(looks.latest()[0]?.queue).toEqual({ running: 1, waiting: 2 })
  })
})
