/** Getting a model that a server does not have yet. Of the servers, Ollama alone does that when it is asked (local-engines.md 1.4). */
import { isObject, numberOf, parseJson, stringOf } from '../ir/json.ts'
import type { Place } from '../upstream/fetch-json.ts'
import type { Pools } from '../upstream/pools.ts'
import { credentialHeader } from '../wire/headers.ts'
import { createNdjsonDecoder } from '../wire/ndjson.ts'
import { rootOf } from './kit.ts'

export interface PullProgress {
  doneBytes: number
  /** Of the parts that are known by now. */
  totalBytes: number
}

export type Pulled = { ok: true } | { ok: false; problem: string }

/** Ends when the model is there, or when it cannot be got; what was got of it stays with Ollama. Never throws. */
export async function pullModel(
  pools: Pools,
  { url, credential }: Place,
  model: string,
  tell: (progress: PullProgress) => void,
  signal: AbortSignal,
): Promise<Pulled> {
  const reading = new PullReading(tell)
  const lines = createNdjsonDecoder(({ data }) => reading.line(data))
  try {
    const answer = await pools.at(url.origin).request({
      method: 'POST',
      path: `${rootOf(url)}/api/pull`,
      headers: ['content-type', 'application/json', ...(credential ? credentialHeader(credential) : [])],
      body: JSON.stringify({ model, stream: true }),
      signal,
    })
    for await (const chunk of answer.body) if (Buffer.isBuffer(chunk)) lines.feed(chunk)
    lines.end()
    return reading.result ?? { ok: false, problem: `it ended with status ${answer.statusCode} and no word of success` }
  } catch {
    const why = signal.aborted ? 'it was stopped' : 'the connection to Ollama broke'
    return { ok: false, problem: `${why}; the next try goes on from there` }
  }
}

/** The lines of a pull: each part of the model has its own size and how much of it is there. */
class PullReading {
  /** By digest. */
  readonly #parts = new Map<string, PullProgress>()
  readonly #tell: (progress: PullProgress) => void
  result: Pulled | undefined

  constructor(tell: (progress: PullProgress) => void) {
    this.#tell = tell
  }

  line(text: string): void {
    const said = parseJson(text)
    if (!isObject(said)) return
    const error = stringOf(said['error'])
    if (error !== undefined) this.result = { ok: false, problem: error }
    else if (said['status'] === 'success') this.result = { ok: true }
    const [digest, totalBytes] = [stringOf(said['digest']), numberOf(said['total'])]
    if (digest === undefined || totalBytes === undefined) return
    this.#parts.set(digest, { doneBytes: numberOf(said['completed']) ?? 0, totalBytes })
    this.#tell(this.#sum())
  }

  #sum(): PullProgress {
    const sum = { doneBytes: 0, totalBytes: 0 }
    for (const { doneBytes, totalBytes } of this.#parts.values()) {
      sum.doneBytes += doneBytes
      sum.totalBytes += totalBytes
    }
    return sum
  }
}
