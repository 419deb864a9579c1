import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createQueue, type Queue, type Ticket } from './queue.ts'

function ticketOf(client: string): Ticket {
  return { client }
}

/** Everybody who waits, as they are asked one after the other. */
function drain(queue: Queue, first: Ticket): Ticket[] {
  const order: Ticket[] = []
  for (let next: Ticket | undefined = first; next; [next] = queue.leave(next)) order.push(next)
  return order.slice(1)
}

describe('the queue of an engine', () => {
  it('lets so many in at once, and so many wait', () => {
    const queue = createQueue(2, 1)
    expect(['a', 'b', 'c', 'd'].map((client) => queue.enter(ticketOf(client)))).toEqual([
      'running',
      'running',
      'waiting',
      'full',
    ])
    expect([queue.running(), queue.waiting()]).toEqual([2, 1])
  })

  it('gives the clients turns, however much one of them asks', () => {
    const queue = createQueue(1, 10)
    const first = ticketOf('greedy')
    queue.enter(first)
    for (const client of ['greedy', 'greedy', 'greedy', 'modest', 'other', 'modest']) queue.enter(ticketOf(client))
    expect(drain(queue, first).map(({ client }) => client)).toEqual([
      'greedy',
      'modest',
      'other',
      'greedy',
      'modest',
      'greedy',
    ])
  })

  it('gives the place of one who leaves to the next at once', () => {
    const queue = createQueue(1, 10)
    const [first, second, third] = [ticketOf('a'), ticketOf('b'), ticketOf('c')]
    for (const ticket of [first, second, third]) queue.enter(ticket)
    expect(queue.placeOf(third)).toBe(2)
    expect(queue.leave(second)).toEqual([])
    expect(queue.placeOf(third)).toBe(1)
    expect(queue.leave(first)).toEqual([third])
    expect(queue.placeOf(third)).toBeUndefined()
  })

  it('takes no notice of one who leaves twice', () => {
    const queue = createQueue(1, 10)
    const [first, second, third] = [ticketOf('a'), ticketOf('b'), ticketOf('c')]
    for (const ticket of [first, second, third]) queue.enter(ticket)
    expect(queue.leave(first)).toEqual([second])
    expect(queue.leave(first)).toEqual([])
    expect([queue.running(), queue.waiting()]).toEqual([1, 1])
  })
})

describe('one who has something else to do in the middle of an answer', () => {
  it('goes on before all who have not begun, in the order in which they came back', () => {
    const queue = createQueue(2, 10)
    const [first, second, third, fourth] = [ticketOf('a'), ticketOf('b'), ticketOf('c'), ticketOf('d')]
    const fifth = ticketOf('e')
    for (const ticket of [first, second, third, fourth, fifth]) queue.enter(ticket)
    expect([queue.leave(first), queue.leave(second)]).toEqual([[third], [fourth]])
    expect([queue.comeBack(second), queue.comeBack(first)]).toEqual(['waiting', 'waiting'])
    expect([second, first, fifth].map((ticket) => queue.placeOf(ticket))).toEqual([1, 2, 3])
    expect([queue.leave(third), queue.leave(fourth)]).toEqual([[second], [first]])
    expect(queue.leave(second)).toEqual([fifth])
  })

  it('goes on at once where nobody is asked, and is never too much', () => {
    const queue = createQueue(1, 1)
    const [first, second, third] = [ticketOf('a'), ticketOf('b'), ticketOf('c')]
    queue.enter(first)
    queue.leave(first)
    expect(queue.comeBack(first)).toBe('running')
    queue.enter(second)
    queue.leave(first)
    queue.enter(third)
    expect(queue.enter(ticketOf('d'))).toBe('full')
    expect(queue.comeBack(first)).toBe('waiting')
  })

  it('takes nobody’s place when it leaves while it waits to go on', () => {
    const queue = createQueue(1, 10)
    const [first, second, third] = [ticketOf('a'), ticketOf('b'), ticketOf('c')]
    for (const ticket of [first, second, third]) queue.enter(ticket)
    queue.leave(first)
    queue.comeBack(first)
    expect(queue.leave(first)).toEqual([])
    expect(queue.leave(second)).toEqual([third])
  })
})

/** What a test does: somebody enters, or somebody who is here (by his number) leaves, or lets another be asked and comes back. */
type Step = { enters: string } | { leaves: number } | { pauses: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ enters: fc.constantFrom('a', 'b', 'c', 'd', 'e') }),
  fc.record({ leaves: fc.nat(30) }),
)
const anyStep = fc.oneof(step, fc.record({ pauses: fc.nat(30) }))
const anySteps = fc.array(anyStep, { maxLength: 120 })
const steps = fc.array(step, { maxLength: 120 })

describe('whoever enters and leaves, and when', () => {
  it('no place is lost, none is given twice, and nobody waits beside a free one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.nat(8), anySteps, (atOnce, longest, moves) => {
        const queue = createQueue(atOnce, longest)
        const running = new Set<Ticket>()
        const waiting = new Set<Ticket>()
        /** Of those who wait, who had begun before: they are never too much. */
        const begun = new Set<Ticket>()
        const newcomers = (): number => [...waiting].filter((ticket) => !begun.has(ticket)).length
        const goOn = (ticket: Ticket): void => {
          expect(waiting.delete(ticket)).toBe(true)
          expect(begun.has(ticket) || [...waiting].every((other) => !begun.has(other))).toBe(true)
          running.add(ticket)
        }
        for (const move of moves) {
          if ('enters' in move) {
            const ticket = ticketOf(move.enters)
            const answer = queue.enter(ticket)
            if (answer === 'running') running.add(ticket)
            if (answer === 'waiting') waiting.add(ticket)
            if (answer === 'full') expect([running.size, newcomers()]).toEqual([atOnce, longest])
          } else if ('pauses' in move) {
            const ticket = [...running][move.pauses % Math.max(1, running.size)]
            if (!ticket) continue
            running.delete(ticket)
            for (const next of queue.leave(ticket)) goOn(next)
            begun.add(ticket)
            if (queue.comeBack(ticket) === 'running') running.add(ticket)
            else waiting.add(ticket)
          } else {
            const here = [...running, ...waiting]
            const ticket = here[move.leaves % Math.max(1, here.length)]
            if (!ticket) continue
            running.delete(ticket)
            waiting.delete(ticket)
            for (const next of queue.leave(ticket)) goOn(next)
          }
          expect([queue.running(), queue.waiting()]).toEqual([running.size, waiting.size])
          expect(running.size).toBeLessThanOrEqual(atOnce)
          expect(newcomers()).toBeLessThanOrEqual(longest)
          if (waiting.size > 0) expect(running.size).toBe(atOnce)
        }
      }),
    )
  })

  it('between two turns of one client everybody else who waits has one', () => {
    fc.assert(
      fc.property(steps, (moves) => {
        const queue = createQueue(1, 200)
        let running: Ticket | undefined
        const waiting = new Set<Ticket>()
        /** Of each client that waits: who has had a turn since it began to. */
        const since = new Map<string, string[]>()
        for (const move of moves) {
          if ('enters' in move) {
            const ticket = ticketOf(move.enters)
            if (queue.enter(ticket) === 'running') running = ticket
            else {
              waiting.add(ticket)
              if (!since.has(ticket.client)) since.set(ticket.client, [])
            }
            continue
          }
          if (!running) continue
          const [next] = queue.leave(running)
          running = next
          if (!next) continue
          waiting.delete(next)
          since.delete(next.client)
          for (const turns of since.values()) {
            turns.push(next.client)
            expect(new Set(turns).size).toBe(turns.length)
          }
          if ([...waiting].some(({ client }) => client === next.client)) since.set(next.client, [])
        }
      }),
    )
  })

  it('a place is how many are asked before', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 20 }), (clients) => {
        const queue = createQueue(1, 100)
        const first = ticketOf('a')
        queue.enter(first)
        const tickets = clients.map(ticketOf)
        for (const ticket of tickets) queue.enter(ticket)
        const places = new Map(tickets.map((ticket) => [ticket, queue.placeOf(ticket)]))
        expect(drain(queue, first).map((ticket) => places.get(ticket))).toEqual(tickets.map((_, at) => at + 1))
      }),
    )
  })
})
