/** `ON_SLOW=race`: the next target is asked beside a slow one, until somebody has answered. */
import type { Target } from '../routing/target.ts'
import type { Patience } from '../upstream/patience.ts'
import { Lanes, type Lane } from './lanes.ts'
import type { Reply } from './reply/reply.ts'

/** `done`: the client has its answer, or left; `next`: another target has to answer. */
export type Asked = 'done' | 'next'

interface Asking {
  ask(target: Target, reply: Reply, race: Patience['race']): Promise<Asked>
  /** Whether another target may be asked beside this one, were it slow. */
  mayRace(): boolean
  onLate(target: Target): void
  onLost(target: Target): void
}

interface Runner {
  target: Target
  lane: Lane
  /** Its first content was late: it is not asked again. */
  isLate: boolean
  late: Promise<void>
  end: Promise<Asked>
}

export class Race {
  readonly #asking: Asking
  readonly #lanes: Lanes
  readonly #running = new Set<Runner>()
  #waiting: Target[]

  constructor(targets: readonly Target[], reply: Reply, asking: Asking) {
    this.#asking = asking
    this.#lanes = new Lanes(reply)
    this.#waiting = [...targets]
  }

  /** False when nobody was left to ask. */
  async run(): Promise<boolean> {
    try {
      for (;;) {
        if ([...this.#running].every(isOvertakable)) this.#startNext()
        if (this.#running.size === 0) return false
        const ended = await this.#nextEnd()
        if (ended && (await this.#isOver(ended))) return true
      }
    } catch (error) {
      // A fault of Trooper's own: nobody shall write to a reply that is closed for it.
      for (const { lane } of this.#running) lane.lose()
      throw error
    }
  }

  #startNext(): void {
    const target = this.#waiting.shift()
    if (!target) return
    let noteLate = (): void => {}
    const late = new Promise<void>((resolve) => {
      noteLate = resolve
    })
    const lane = this.#lanes.open(() => this.#asking.onLost(target))
    const race = {
      onLate: (): boolean => {
        if (this.#waiting.length === 0) return false
        runner.isLate = true
        this.#asking.onLate(target)
        noteLate()
        return true
      },
      onContent: (): void => lane.speak(),
      isAlone: (): boolean => this.#waiting.length === 0 && this.#running.size === 1,
    }
    const isAlone = this.#waiting.length === 0 && this.#running.size === 0
    const end = this.#asking.ask(target, lane, isAlone || !this.#asking.mayRace() ? undefined : race)
    const runner: Runner = { target, lane, isLate: false, late, end }
    this.#running.add(runner)
  }

  /** The next one that came to its end; `undefined` when one turned out to be late. */
  #nextEnd(): Promise<Runner | undefined> {
    const changes = [...this.#running].flatMap((runner) => {
      const end = runner.end.then(() => runner)
      return runner.isLate ? [end] : [end, runner.late.then(() => undefined)]
    })
    return Promise.race(changes)
  }

  async #isOver(runner: Runner): Promise<boolean> {
    const { target, lane, isLate, end } = runner
    this.#running.delete(runner)
    this.#lanes.close(lane)
    if (!lane.isLost) return (await end) === 'done'
    // It was only slower: should the winner break off, it is there to go on.
    if (!isLate) this.#waiting.unshift(target)
    return false
  }
}

/** Beside one who is not late, or who speaks, nobody is asked. */
function isOvertakable({ isLate, lane }: Runner): boolean {
  return isLate && !lane.isSpeaking
}
