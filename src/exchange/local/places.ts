/** Places at the local engines: how many requests each answers at once, and who waits for it (routing/queue.ts has the order). */
import { createQueue, type Queue, type Ticket } from '../../routing/queue.ts'

/** A request at an engine, from the moment it came. */
export interface Place {
  /** Resolves when the engine may be asked. */
  readonly turn: Promise<void>
  /** How many are asked before it, itself included; `undefined` once it is its turn. */
  ahead(): number | undefined
  /** The next one may ask, until this one comes back to go on with its answer. */
  stepAside(): void
  /** Resolves when the engine may be asked again: before those who have not begun. */
  comeBack(): Promise<void>
  /** The next one may ask. */
  leave(): void
}

/** What a person may see of an engine's queue. */
export interface EngineQueue {
  engine: string
  running: number
  /** Digests of whoever waits, in the order of their turns. */
  waiting: string[]
}

export interface Places {
  /** How many are answered at once, by the person's word (`LOCAL_CONCURRENCY`); unset: as many as the engine says. */
  readonly atOnce: number | undefined
  /** `undefined` when too many wait already. */
  enter(engine: string, client: string, slots: number): Place | undefined
  /**
   * The engine for something that no client waits for, while nobody else wants it: `onWanted` is called when somebody does, and
   * whoever borrowed it has to let go. `undefined` when it is not idle. The answer gives it back.
   */
  borrow(engine: string, onWanted: () => void): (() => void) | undefined
  queues(): EngineQueue[]
}

interface Engine {
  queue: Queue
  waiting: Map<Ticket, () => void>
  /** Who will come back. */
  aside: Set<Ticket>
}

export function createPlaces(longest: number, atOnce?: number): Places {
  /** Those that have something to do. */
  const engines = new Map<string, Engine>()
  const borrowers = new Map<string, () => void>()

  const giveUp = (name: string, engine: Engine, ticket: Ticket): void => {
    engine.waiting.delete(ticket)
    for (const next of engine.queue.leave(ticket)) {
      engine.waiting.get(next)?.()
      engine.waiting.delete(next)
    }
    const isIdle = engine.queue.running() === 0 && engine.aside.size === 0
    if (isIdle && engines.get(name) === engine) engines.delete(name)
  }

  const turnOf = (engine: Engine, ticket: Ticket, entered: 'running' | 'waiting'): Promise<void> =>
    entered === 'running' ? Promise.resolve() : new Promise<void>((resolve) => void engine.waiting.set(ticket, resolve))

  const wanted = (name: string): void => {
    const onWanted = borrowers.get(name)
    borrowers.delete(name)
    onWanted?.()
  }

  return {
    atOnce,
    enter: (name, client, slots) => {
      wanted(name)
      const engine = engines.get(name) ?? { queue: createQueue(slots, longest), waiting: new Map(), aside: new Set() }
      engines.set(name, engine)
      const ticket: Ticket = { client }
      const entered = engine.queue.enter(ticket)
      if (entered === 'full') return undefined
      let hasLeft = false
      return {
        turn: turnOf(engine, ticket, entered),
        ahead: () => engine.queue.placeOf(ticket),
        stepAside: () => {
          if (hasLeft) return
          engine.aside.add(ticket)
          giveUp(name, engine, ticket)
        },
        comeBack: () => {
          if (!engine.aside.delete(ticket)) return Promise.resolve()
          return turnOf(engine, ticket, engine.queue.comeBack(ticket))
        },
        leave: () => {
          hasLeft = true
          engine.aside.delete(ticket)
          giveUp(name, engine, ticket)
        },
      }
    },
    borrow: (name, onWanted) => {
      if (engines.has(name) || borrowers.has(name)) return undefined
      borrowers.set(name, onWanted)
      return () => {
        if (borrowers.get(name) === onWanted) borrowers.delete(name)
      }
    },
    queues: () =>
      [...engines].map(([engine, { queue, waiting }]) => {
        const inOrder = [...waiting.keys()].sort((a, b) => (queue.placeOf(a) ?? 0) - (queue.placeOf(b) ?? 0))
        return { engine, running: queue.running(), waiting: inOrder.map(({ client }) => client) }
      }),
  }
}
