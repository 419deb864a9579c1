/** What a fake saw and answered; read by tests with `GET /__log`. */

import { EventEmitter, once } from 'node:events'
import * as z from 'zod'

const answer = z.object({
  status: z.number(),
  contentType: z.string(),
  /** Of the body bytes written so far, before any transfer coding. */
  bodySha256: z.string(),
  bodyBytes: z.number(),
})

const seenRequest = z.object({
  method: z.string(),
  url: z.string(),
  /** Names and values in turn, in the order and spelling they came in. */
  rawHeaders: z.array(z.string()),
  bodyText: z.string(),
  bodySha256: z.string(),
  bodyBytes: z.number(),
  /** The behaviour that answered; absent while the request waits and for requests turned away before. */
  mode: z.string().optional(),
  /** Why the request itself was turned away as malformed: a proxy that never breaks a request never causes one. */
  rejected: z.string().optional(),
  answer: answer.optional(),
  /** `cut`: the fake ended it short on purpose; `client-gone`: the caller left before the end. */
  outcome: z.enum(['open', 'answered', 'cut', 'client-gone']),
  /** Ollama only: what was done with the prompt (local-engines.md 1.6). */
  prompt: z
    .object({
      tokens: z.number(),
      evaluated: z.number(),
      numCtx: z.number(),
      truncated: z.boolean(),
      /** How many messages were thrown away to fit. */
      droppedMessages: z.number(),
      shifted: z.boolean(),
    })
    .optional(),
})

/** Ollama only: a model brought into memory (local-engines.md 1.6, Reloads). */
const loadEvent = z.object({
  model: z.string(),
  numCtx: z.number(),
  shift: z.boolean(),
  /** True when the model was there already and a changed option threw it out. */
  reload: z.boolean(),
})

export const journalSchema = z.object({
  version: z.number(),
  requests: z.array(seenRequest),
  loads: z.array(loadEvent),
  /** Ollama only: the models whose load ended because its caller left. */
  abortedLoads: z.array(z.string()),
})

export type SeenRequest = z.infer<typeof seenRequest>
export type LoadEvent = z.infer<typeof loadEvent>
export type JournalText = z.infer<typeof journalSchema>

export class Journal {
  #version = 0
  #requests: SeenRequest[] = []
  #loads: LoadEvent[] = []
  #abortedLoads: string[] = []
  readonly #changes = new EventEmitter().setMaxListeners(0)

  add(request: SeenRequest): void {
    this.#requests.push(request)
    this.changed()
  }

  addLoad(load: LoadEvent): void {
    this.#loads.push(load)
    this.changed()
  }

  addAbortedLoad(model: string): void {
    this.#abortedLoads.push(model)
    this.changed()
  }

  clear(): void {
    this.#requests = []
    this.#loads = []
    this.#abortedLoads = []
    this.changed()
  }

  /** To be called after an entry has been changed in place. */
  changed(): void {
    this.#version += 1
    this.#changes.emit('change')
  }

  /** The journal as soon as it is newer than `version`; this is how tests wait without a clock. */
  async newerThan(version: number): Promise<JournalText> {
    while (this.#version <= version) await once(this.#changes, 'change')
    return {
      version: this.#version,
      requests: this.#requests,
      loads: this.#loads,
      abortedLoads: this.#abortedLoads,
    }
  }
}
