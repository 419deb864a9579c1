import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../test/fakes/clock.ts'
import type { Limits, Patience } from './patience.ts'
import { Watch, type LatePhase } from './watch.ts'

const limits: Limits = { connectMs: 5, headMs: 30, firstContentMs: 60, stallMs: 45 }
const thinking: Limits = { connectMs: 5, headMs: 300, firstContentMs: 300, stallMs: 300 }

class Scene {
  readonly clock = new FakeClock()
  readonly timeouts: LatePhase[] = []
  readonly faults: unknown[] = []
  /** How often it was asked whether the model may think. */
  asked = 0
  isThinking = false
  #lastWordAtMs = 0
  readonly watch: Watch

  constructor(patience: Partial<Patience> = {}, uploadMs = 0) {
    const mayThink = (): boolean => {
      this.asked += 1
      return false
    }
    const whole = { limits, thinking, mayThink, deadlineMs: Number.POSITIVE_INFINITY, race: undefined, ...patience }
    this.watch = new Watch(this.clock, whole, uploadMs, {
      isThinking: () => this.isThinking,
      lastWordAtMs: () => this.#lastWordAtMs,
      onTimeout: (phase) => {
        this.timeouts.push(phase)
        this.watch.stop()
      },
      onFault: (error) => this.faults.push(error),
    })
  }

  hear(says: boolean): void {
    if (says) this.#lastWordAtMs = this.clock.now()
    this.watch.heard(this.clock.now(), says)
  }
}

/** Goes through the phases before this one, each in no time. */
const ways: { readonly [P in Exclude<LatePhase, 'exchange'>]: (scene: Scene) => void } = {
  connect: () => {},
  head: ({ watch }) => watch.connected(),
  'first-content': ({ watch, clock }) => {
    watch.connected()
    watch.headCame(clock.now())
  },
  stall: (scene) => {
    scene.watch.connected()
    scene.watch.headCame(scene.clock.now())
    scene.hear(true)
  },
}
const phases = [
  ['connect', 5],
  ['head', 30],
  ['first-content', 60],
  ['stall', 45],
] as const

describe('each clock', () => {
  it.each(phases)('%s runs out at its own moment, and no other does', (phase, ms) => {
    for (const beforeMs of [0, 1, 3]) {
      const scene = new Scene()
      scene.clock.advance(beforeMs)
      ways[phase](scene)
      scene.clock.advance(ms - (phase === 'connect' ? beforeMs : 0) - 1)
      expect(scene.timeouts).toEqual([])
      scene.clock.advance(1)
      expect(scene.timeouts).toEqual([phase])
      expect(scene.clock.pending).toBe(0)
    }
  })

  it.each(phases.slice(1))('%s is as long as that of thinking once the model may think', (phase) => {
    const scene = new Scene({ mayThink: () => true })
    ways[phase](scene)
    scene.clock.advance(299)
    expect(scene.timeouts).toEqual([])
    scene.clock.advance(1)
    expect(scene.timeouts).toEqual([phase])
  })

  it.each(phases)('%s ends with the exchange', (phase) => {
    const scene = new Scene({ deadlineMs: 1_000_004 })
    ways[phase](scene)
    scene.clock.advance(4)
    expect(scene.timeouts).toEqual(['exchange'])
  })

  it('reads the request for nothing while all goes well, with one timer', () => {
    const scene = new Scene()
    ways.stall(scene)
    for (let chunk = 0; chunk < 100; chunk += 1) {
      scene.clock.advance(40)
      scene.hear(true)
      expect(scene.clock.pending).toBe(1)
    }
    expect(scene.asked).toBe(0)
  })

  it('stands still while the client is slow', () => {
    const scene = new Scene()
    ways.stall(scene)
    scene.watch.pause()
    scene.clock.advance(1000)
    scene.watch.resume()
    scene.clock.advance(44)
    expect(scene.timeouts).toEqual([])
    scene.clock.advance(1)
    expect(scene.timeouts).toEqual(['stall'])
  })

  it('of the head waits for a body that is on its way', () => {
    const scene = new Scene({}, 100)
    scene.watch.connected()
    scene.clock.advance(129)
    expect(scene.timeouts).toEqual([])
    scene.clock.advance(1)
    expect(scene.timeouts).toEqual(['head'])
  })
})

describe('a sign of life', () => {
  it('is no content', () => {
    const scene = new Scene()
    ways['first-content'](scene)
    scene.clock.advance(59)
    scene.hear(false)
    scene.clock.advance(1)
    expect(scene.timeouts).toEqual(['first-content'])
  })

  it('counts while the model thinks', () => {
    const scene = new Scene()
    ways.stall(scene)
    scene.isThinking = true
    for (let minute = 0; minute < 10; minute += 1) {
      scene.clock.advance(40)
      scene.hear(false)
    }
    scene.clock.advance(299)
    expect(scene.timeouts).toEqual([])
    scene.clock.advance(1)
    expect(scene.timeouts).toEqual(['stall'])
    expect(scene.asked).toBe(0)
  })
})

describe('a call that is late', () => {
  it('goes on once where others are asked beside it, as long as one that thinks', () => {
    let lateness = 0
    const onLate = (): boolean => {
      lateness += 1
      return true
    }
    const scene = new Scene({ race: { onLate, onContent: () => {}, isAlone: () => false } })
    ways['first-content'](scene)
    scene.clock.advance(359)
    expect(scene.timeouts).toEqual([])
    scene.clock.advance(1)
    expect(scene.timeouts).toEqual(['first-content'])
    expect(lateness).toBe(1)
  })

  it('says once that it speaks, and may stall no longer than any', () => {
    let words = 0
    const race = { onLate: () => true, onContent: () => void (words += 1), isAlone: () => false }
    const scene = new Scene({ race })
    ways['first-content'](scene)
    scene.clock.advance(100)
    scene.hear(true)
    scene.hear(true)
    expect(words).toBe(1)
    scene.clock.advance(45)
    expect(scene.timeouts).toEqual(['stall'])
  })
})

it('a fault in what it asks is told, not thrown into the void', () => {
  const fault = new Error('broken')
  const scene = new Scene({
    mayThink: () => {
      throw fault
    },
  })
  scene.clock.advance(5)
  expect(scene.faults).toEqual([fault])
})
