/**
 * Counts tokens with a model's own vocabulary, in a thread that is there while it is needed. Nobody waits long for it: a count that is
 * not there in time is done without, and the vocabulary is ready for the next one.
 */
import { Worker } from 'node:worker_threads'
import type { Clock } from '../../clock.ts'
import { createLruMap } from '../../lru-map.ts'
import { version } from '../../version.ts'
import type { Answer, Question, VocabularyPlace } from './question.ts'

export interface Tokenizers {
  /** False: nothing can be counted there for now, and nobody need gather the texts of a conversation (~1 ms for 150 KB). */
  mayCount(place: VocabularyPlace): boolean
  /** Of all texts together; `undefined`: it cannot be told, or not yet. Never rejects. */
  count(place: VocabularyPlace, texts: string[]): Promise<number | undefined>
  end(): Promise<void>
}

/** Reading a vocabulary takes a second; a load of the model with the wrong window, which a count may spare, several. */
export const patienceMs = 3000
/** Then its memory is given back. */
export const idleMs = 300_000
/** What could not be told is not asked again before: a model's kind does not change, and a server that is away has others who look after it. */
export const failureKeepMs = 300_000
/** No local model has a window for more, and the others wait behind it. */
const mostCharacters = 8_000_000
/** Apps may name any model. */
const mostFailures = 256
/** Their texts are kept meanwhile. */
const mostWaiting = 32
/** Beyond it the thread ends, and not Trooper: the largest vocabulary takes 300 while it is read. */
const mostMegabytes = 1024

const builtThread = new URL(version === 'dev' ? '../../../dist/tokenizer.js' : './tokenizer.js', import.meta.url)

interface Running {
  worker: Worker
  waiting: Map<number, (tokens: number | undefined) => void>
  cancelIdle: () => void
}

export function createTokenizers(clock: Clock, program = builtThread): Tokenizers {
  let running: Running | undefined
  let questions = 0
  /** By place and model: until when it is not asked. */
  const failures = createLruMap<string, number>(mostFailures)

  const start = (): Running => {
    // Nothing of Trooper's environment is its business, and its arguments are not meant for a thread.
    const worker = new Worker(program, {
      env: {},
      execArgv: [],
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: mostMegabytes },
    })
    const begun: Running = { worker, waiting: new Map(), cancelIdle: () => {} }
    worker.on('message', ({ id, tokens }: Answer) => begun.waiting.get(id)?.(tokens))
    worker.on('error', () => {})
    worker.on('exit', () => {
      begun.cancelIdle()
      if (running === begun) running = undefined
      for (const answer of begun.waiting.values()) answer(undefined)
    })
    // Whoever wants to end does not wait for it.
    worker.unref()
    return begun
  }

  const end = async (): Promise<void> => {
    const last = running
    running = undefined
    last?.cancelIdle()
    await last?.worker.terminate()
  }

  const ask = ({ worker, waiting }: Running, place: VocabularyPlace, texts: string[]) => {
    questions += 1
    const id = questions
    return new Promise<number | undefined>((resolve) => {
      waiting.set(id, (tokens) => {
        waiting.delete(id)
        resolve(tokens)
      })
      const question: Question = { id, place, texts }
      worker.postMessage(question, [])
    })
  }

  const mayCount = (place: VocabularyPlace): boolean =>
    clock.now() >= (failures.get(keyOf(place)) ?? 0) && (running?.waiting.size ?? 0) < mostWaiting

  return {
    mayCount,
    count: async (place, texts) => {
      if (!mayCount(place)) return undefined
      if (texts.reduce((sum, { length }) => sum + length, 0) > mostCharacters) return undefined
      running ??= start()
      running.cancelIdle()
      running.cancelIdle = clock.after(idleMs, () => void end())
      const counted = ask(running, place, texts).then((tokens) => {
        if (tokens === undefined) failures.set(keyOf(place), clock.now() + failureKeepMs)
        return tokens
      })
      return inTime(counted, clock)
    },
    end,
  }
}

function keyOf({ url, model }: VocabularyPlace): string {
  return `${url} ${model}`
}

async function inTime(counted: Promise<number | undefined>, clock: Clock): Promise<number | undefined> {
  let cancel = (): void => {}
  const late = new Promise<undefined>((resolve) => {
    cancel = clock.after(patienceMs, () => resolve(undefined))
  })
  const tokens = await Promise.race([counted, late])
  cancel()
  return tokens
}
