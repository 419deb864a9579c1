/** One client's reply for several targets at once: whoever speaks first has it, and to the others their client is gone. */
import type { HeaderList } from '../wire/headers.ts'
import type { Reply } from './reply/reply.ts'

export class Lanes {
  readonly reply: Reply
  readonly #open = new Set<Lane>()

  constructor(reply: Reply) {
    this.reply = reply
    reply.onGone(() => this.#each((lane) => lane.leave()))
    reply.onDrain(() => this.#each((lane) => lane.drain()))
  }

  /** `onLost` is called when another one speaks first. */
  open(onLost: () => void): Lane {
    const lane = new Lane(this, onLost)
    this.#open.add(lane)
    return lane
  }

  close(lane: Lane): void {
    this.#open.delete(lane)
  }

  loseAllBut(winner: Lane): void {
    this.#each((lane) => {
      if (lane !== winner) lane.lose()
    })
  }

  #each(visit: (lane: Lane) => void): void {
    for (const lane of this.#open) visit(lane)
  }
}

/** The same reply until it is lost. */
export class Lane implements Reply {
  readonly #lanes: Lanes
  readonly #onLost: () => void
  #state: 'silent' | 'speaking' | 'lost' = 'silent'
  #onGone: () => void = () => {}
  #onDrain: () => void = () => {}

  constructor(lanes: Lanes, onLost: () => void) {
    this.#lanes = lanes
    this.#onLost = onLost
  }

  get isSpeaking(): boolean {
    return this.#state === 'speaking'
  }

  get isLost(): boolean {
    return this.#state === 'lost'
  }

  get isGone(): boolean {
    return this.isLost || this.#lanes.reply.isGone
  }

  /** From here on this target answers and no other. */
  speak(): void {
    if (this.#state !== 'silent') return
    this.#state = 'speaking'
    this.#lanes.loseAllBut(this)
  }

  lose(): void {
    if (this.#state !== 'silent') return
    this.#state = 'lost'
    this.#onLost()
    this.leave()
  }

  leave(): void {
    this.#onGone()
  }

  drain(): void {
    this.#onDrain()
  }

  onGone(callback: () => void): void {
    this.#onGone = callback
  }

  onDrain(callback: () => void): void {
    this.#onDrain = callback
  }

  head(status: number, statusMessage: string, headers: HeaderList): void {
    if (this.#mayWrite()) this.#lanes.reply.head(status, statusMessage, headers)
  }

  flushHead(): void {
    if (this.#mayWrite()) this.#lanes.reply.flushHead()
  }

  write(chunk: Buffer | string): boolean {
    return !this.#mayWrite() || this.#lanes.reply.write(chunk)
  }

  end(chunk?: Buffer | string): void {
    if (this.#mayWrite()) this.#lanes.reply.end(chunk)
  }

  abort(): void {
    if (this.#mayWrite()) this.#lanes.reply.abort()
  }

  /** Whoever writes has something to say. */
  #mayWrite(): boolean {
    this.speak()
    return this.#state === 'speaking'
  }
}
