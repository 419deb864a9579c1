/** Who may ask a local engine next: so many at once, the others in a bounded queue, and the clients take turns in it. */

/** One request's place in the queue, or among those that are answered. */
export interface Ticket {
  /** Whose request it is: who asks for ten answers waits no less for each than who asks for one. */
  readonly client: string
}

export interface Queue {
  running(): number
  waiting(): number
  enter(ticket: Ticket): 'running' | 'waiting' | 'full'
  /** It was answered, its client left, or it has something else to do; returns those whose turn it is now. Does nothing for a ticket that is not here. */
  leave(ticket: Ticket): Ticket[]
  /** Of one who left in the middle of an answer: it goes on before all who have not begun, and is never too much. */
  comeBack(ticket: Ticket): 'running' | 'waiting'
  /** How many are asked before it, itself included; `undefined` when it does not wait. */
  placeOf(ticket: Ticket): number | undefined
}

export function createQueue(atOnce: number, longest: number): Queue {
  const running = new Set<Ticket>()
  /** In the order of their turns: whoever had one goes to the end. No client is here without a ticket. */
  const clients = new Map<string, Ticket[]>()
  let waiting = 0
  const returning: Ticket[] = []

  const takeNew = (): Ticket | undefined => {
    for (const [client, tickets] of clients) {
      const ticket = tickets.shift()
      clients.delete(client)
      if (tickets.length > 0) clients.set(client, tickets)
      waiting -= 1
      return ticket
    }
    return undefined
  }

  const withdraw = (ticket: Ticket): void => {
    const back = returning.indexOf(ticket)
    if (back !== -1) returning.splice(back, 1)
    const tickets = clients.get(ticket.client)
    const at = tickets?.indexOf(ticket) ?? -1
    if (!tickets || at === -1) return
    tickets.splice(at, 1)
    waiting -= 1
    if (tickets.length === 0) clients.delete(ticket.client)
  }

  return {
    running: () => running.size,
    waiting: () => returning.length + waiting,
    enter: (ticket) => {
      if (running.size < atOnce) {
        running.add(ticket)
        return 'running'
      }
      if (waiting >= longest) return 'full'
      const tickets = clients.get(ticket.client)
      if (tickets) tickets.push(ticket)
      else clients.set(ticket.client, [ticket])
      waiting += 1
      return 'waiting'
    },
    leave: (ticket) => {
      if (!running.delete(ticket)) withdraw(ticket)
      const next = running.size < atOnce ? (returning.shift() ?? takeNew()) : undefined
      if (!next) return []
      running.add(next)
      return [next]
    },
    comeBack: (ticket) => {
      if (running.size < atOnce) {
        running.add(ticket)
        return 'running'
      }
      returning.push(ticket)
      return 'waiting'
    },
    placeOf: (ticket) => {
      const back = returning.indexOf(ticket)
      if (back !== -1) return back + 1
      const own = clients.get(ticket.client)
      const round = own?.indexOf(ticket) ?? -1
      if (!own || round === -1) return undefined
      let place = returning.length
      let isBehind = false
      for (const tickets of clients.values()) {
        if (tickets === own) isBehind = true
        // Of each client those that have their turn before it: one more of those who stand before its own.
        place += Math.min(tickets.length, isBehind ? round : round + 1)
      }
      return place + 1
    },
  }
}
