/**
 * One round of an answer that MCP servers take part in: the model is asked, and says something, calls tools, or both. What it says goes on to
 * the client at once, under indexes that are unique in the whole answer; calls of servers go on as such; what the client has to see to
 * itself (calls of its own tools, calls that wait for its word) is kept back, as it ends the answer.
 */
import type { Emit, Finish, StreamEvent } from '../ir/events.ts'
import { argumentsObject } from '../dialects/arguments.ts'
import { exactText } from '../ir/exact-json.ts'
import { createGatherer } from '../ir/gathered.ts'
import { isObject, parseJson } from '../ir/json.ts'
import type { McpCall } from '../ir/mcp.ts'
import type { AssistantPart } from '../ir/request.ts'
import type { Called, Offer } from './offer.ts'
import { mustAsk } from './passes.ts'

/** A call for a server to run, which the client has been told of. */
export interface RoundCall {
  /** The client's block of it. */
  index: number
  /** As the model made it. */
  callId: string
  call: McpCall
  called: Called
  /** Its arguments can be read. */
  isSound: boolean
}

export interface Round {
  event: Emit
  /** Set when the model has come to its end. */
  readonly finish: Finish | undefined
  readonly calls: readonly RoundCall[]
  /** What the client has to see to before this can go on: its own tools, or its word. */
  readonly kept: 'nothing' | 'words' | 'calls'
  /** What it said, with the calls that the servers run, as the next question tells it. */
  said(): AssistantPart[]
  /** Tells the client what was kept back. */
  release(): void
}

/** What the rounds of one answer share. */
export interface Rounds {
  offer: Offer
  /** The next index of the client's answer. */
  free: number
  /** An id for each call. */
  newId: () => string
  /** To the client. */
  emit: Emit
}

/** `opening`: what the client is told before anything that the model says, once it has begun; `undefined` when it has begun before. */
export function createRound(rounds: Rounds, opening: readonly StreamEvent[] | undefined): Round {
  return new ModelRound(rounds, opening)
}

class ModelRound implements Round {
  readonly #rounds: Rounds
  #opening: readonly StreamEvent[] | undefined
  readonly #gatherer = createGatherer()
  /** The model's block -> the client's. */
  readonly #places = new Map<number, number>()
  readonly #begun = new Map<number, { callId: string; called: Called; input: string }>()
  readonly #kept: Extract<StreamEvent, { type: `tool-call-${string}` }>[] = []
  readonly #waiting: McpCall[] = []
  readonly calls: RoundCall[] = []
  finish: Finish | undefined

  constructor(rounds: Rounds, opening: readonly StreamEvent[] | undefined) {
    this.#rounds = rounds
    this.#opening = opening
  }

  event = (event: StreamEvent): void => {
    if (event.type !== 'finish') this.#gatherer.take(event)
    switch (event.type) {
      case 'start':
        return this.#start(event)
      case 'finish':
        this.finish = event
        return
      case 'tool-call-start': {
        const called = this.#rounds.offer.find(event.name)
        if (called) this.#begun.set(event.index, { callId: event.id, called, input: '' })
        else this.#kept.push(event)
        return
      }
      case 'tool-call-delta':
      case 'tool-call-end':
        return this.#goOn(event)
      case 'text-start':
      case 'text-delta':
      case 'text-end':
      case 'reasoning-start':
      case 'reasoning-delta':
      case 'reasoning-end':
      case 'mcp-call-start':
      case 'mcp-call-end':
        return this.#rounds.emit({ ...event, index: this.#placeOf(event.index) })
      case 'mcp-list':
      case 'mcp-approval':
      case 'opaque':
      case 'failure':
        return this.#rounds.emit(event)
    }
  }

  get kept(): 'nothing' | 'words' | 'calls' {
    if (this.#kept.length > 0) return 'calls'
    return this.#waiting.length > 0 ? 'words' : 'nothing'
  }

  said(): AssistantPart[] {
    const ran = new Set(this.calls.map(({ callId }) => callId))
    return this.#gatherer.gathered.content.flatMap((part): AssistantPart[] => {
      if (part.type === 'tool-call') return ran.has(part.id) ? [part] : []
      return (part.type === 'text' && part.text !== '') || part.type === 'reasoning' ? [part] : []
    })
  }

  release(): void {
    const { emit } = this.#rounds
    for (const call of this.#waiting) emit({ type: 'mcp-approval', call })
    for (const event of this.#kept) emit({ ...event, index: this.#placeOf(event.index) })
  }

  #start(event: StreamEvent): void {
    const opening = this.#opening
    if (!opening) return
    this.#opening = undefined
    this.#rounds.emit(event)
    for (const before of opening) this.#rounds.emit(before)
  }

  #goOn(event: Extract<StreamEvent, { type: 'tool-call-delta' | 'tool-call-end' }>): void {
    const begun = this.#begun.get(event.index)
    if (!begun) this.#kept.push(event)
    else if (event.type === 'tool-call-delta') begun.input += event.json
    else this.#made(event.index, begun.callId, begun.called, begun.input)
  }

  #made(index: number, callId: string, called: Called, said: string): void {
    const isSound = said.trim() === '' || isObject(parseJson(said))
    const input = isSound && said.trim() !== '' ? said : exactText(argumentsObject(said))
    const name = called.is === 'tool' ? called.tool.name : called.name
    const call: McpCall = { id: this.#rounds.newId(), server: called.server.label, name, input }
    if (called.is === 'tool' && isSound && mustAsk(called.tool, called.server)) {
      this.#waiting.push(call)
      return
    }
    const place = this.#placeOf(index)
    this.calls.push({ index: place, callId, call, called, isSound })
    this.#rounds.emit({ type: 'mcp-call-start', index: place, call })
  }

  #placeOf(index: number): number {
    const place = this.#places.get(index) ?? this.#rounds.free++
    this.#places.set(index, place)
    return place
  }
}
