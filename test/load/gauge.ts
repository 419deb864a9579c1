/** What the running program holds on to, as gauge.mjs tells from inside of it. */
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { parseJson } from '../../src/ir/json.ts'
import type { TestProcess } from '../fakes/process.ts'

/** How Node is started so that the program can be asked. */
export const gaugedBy = ['--expose-gc', '--import', fileURLToPath(new URL('gauge.mjs', import.meta.url))]

const measured = z.object({
  gauge: z.number(),
  heapBytes: z.number(),
  objects: z.object({ sockets: z.number(), requests: z.number(), answers: z.number(), timers: z.number() }),
  resources: z.array(z.string()),
  delayMs: z.object({ p50: z.number(), p99: z.number(), max: z.number() }),
})
const restarted = z.object({ restarted: z.number() })
const counted = z.object({ counted: z.number(), sockets: z.number() })

export type Measured = z.infer<typeof measured>

export class Gauge {
  readonly #process: TestProcess
  #asked = 0

  constructor(process: TestProcess) {
    this.#process = process
  }

  /** After everything that can be freed has been; of the event loop, what happened since {@link restart}. */
  async measure(): Promise<Measured> {
    const number = this.#ask('gauge')
    return this.#process.line((line) => {
      const read = measured.safeParse(parseJson(line))
      return read.data?.gauge === number ? read.data : undefined
    })
  }

  /** How many sockets there are, when those that are closing have closed. */
  async sockets(): Promise<number> {
    const number = this.#ask('count')
    return this.#process.line((line) => {
      const read = counted.safeParse(parseJson(line))
      return read.data?.counted === number ? read.data.sockets : undefined
    })
  }

  /** Begins to measure how long the event loop lets others wait. */
  async restart(): Promise<void> {
    const number = this.#ask('restart')
    await this.#process.line((line) => restarted.safeParse(parseJson(line)).data?.restarted === number || undefined)
  }

  #ask(word: string): number {
    this.#asked += 1
    this.#process.write(`${word} ${this.#asked}`)
    return this.#asked
  }
}
