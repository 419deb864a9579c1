/**
 * A question that a local model answers in any case, for an agent that delegates it: by the way of every other request, so that it takes
 * its turn at the engine, finds the model loaded and fits its window.
 */
import { targetDialects } from '../../dialects/registry.ts'
import type { FinishReason, Usage } from '../../ir/events.ts'
import type { Entry } from '../../observe/journal/entry.ts'
import type { Chain, Chains } from '../../routing/chains.ts'
import type { Target } from '../../routing/target.ts'
import { AnswerReader } from '../reply/answer-reader.ts'
import { runExchange } from '../exchange.ts'
import type { Services } from '../outcome.ts'
import type { Place } from './places.ts'

export interface LocalQuestion {
  prompt: string
  system?: string | undefined
  /** Unset: 1024. */
  maxTokens?: number | undefined
  /** A local model by its own name or its target's; unset: the first. */
  model?: string | undefined
}

export interface LocalAnswer {
  text: string
  target: string
  model: string
  /** `length`: it was cut off at `maxTokens` or the end of the window. */
  finish: FinishReason
  usage: Usage
  totalMs: number
  /** What of the question there was no room for. */
  omittedTokens: number
  /** Its id in the journal. */
  exchange: string
}

export type LocalStage =
  /** `ahead`: how many are asked before it, itself included. */
  { is: 'waiting'; ahead: number } | { is: 'loading' } | { is: 'reading' } | { is: 'writing'; words: number }

export type AskedLocal = { ok: true; answer: LocalAnswer } | { ok: false; problem: string }

export interface LocalAsker {
  /** `onStage` is called when the stage changes, and once a second while it lasts. Never rejects but for a fault of Trooper's own. */
  ask(question: LocalQuestion, onStage: (stage: LocalStage) => void, signal: AbortSignal): Promise<AskedLocal>
}

/** Where an answer is cut off unless the asker says otherwise. */
export const usualTokens = 1024
/** Apps come first: agents ask without a person who waits at a prompt. */
const mostAtOnce = 4
const tellEveryMs = 1000

export function createLocalAsker(services: Services): LocalAsker {
  let running = 0
  return {
    ask: async (question, onStage, signal) => {
      const chain = chainOf(services.chains, question.model)
      if (typeof chain === 'string') return { ok: false, problem: chain }
      if (running >= mostAtOnce)
        return {
          ok: false,
          problem: `The local model has ${mostAtOnce} questions of agents already; ask again when one is answered.`,
        }
      running += 1
      try {
        return await ask(services, chain, question, onStage, signal)
      } finally {
        running -= 1
      }
    },
  }
}

/** A text is the problem with it, in a sentence. */
function chainOf(chains: Chains, model: string | undefined): Chain | string {
  const locals = localTargets(chains)
  const [first, ...rest] = model === undefined ? locals : locals.filter((target) => isCalled(target, model))
  if (first) return [first, ...rest]
  if (locals.length === 0) return 'This Trooper has no local model; set FALLBACK_URL and FALLBACK_MODEL where it runs.'
  return `There is no local model '${model}'; use one of ${locals.map((target) => target.model ?? target.name).join(', ')}.`
}

/** In priority order, each once. */
function localTargets(chains: Chains): Target[] {
  const all = Object.values(chains).flatMap((chain: Chain) => chain)
  return [...new Map(all.map((target) => [target.name, target])).values()].filter(({ kind }) => kind === 'local')
}

function isCalled({ name, model }: Target, called: string): boolean {
  return name === called || model === called
}

async function ask(
  services: Services,
  chain: Chain,
  question: LocalQuestion,
  onStage: (stage: LocalStage) => void,
  signal: AbortSignal,
): Promise<AskedLocal> {
  const { clock } = services
  const decoder = targetDialects['openai-chat']
  const reader = new AnswerReader(decoder, signal, clock.now())
  const watch = new Watch(services, chain, () => onStage(watch.stage(reader.words)))
  try {
    watch.start()
    await runExchange(watch.services, incomingOf(question, chain), reader)
  } finally {
    watch.stop()
  }
  const { entry } = watch
  const { collected } = reader
  if (!collected?.ok) return { ok: false, problem: collected?.failure.message ?? 'The question was taken back.' }
  const { response } = collected
  const attempt = entry?.attempts.findLast(({ end }) => end.is === 'answered')
  return {
    ok: true,
    answer: {
      text: response.content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join(''),
      target: attempt?.target ?? chain[0].name,
      model: attempt?.model ?? response.model,
      finish: response.reason,
      usage: attempt?.usage ?? response.usage,
      totalMs: entry?.totalMs ?? 0,
      omittedTokens: attempt?.omitted?.tokens ?? 0,
      exchange: entry?.id ?? '',
    },
  }
}

function incomingOf({ prompt, system, maxTokens = usualTokens }: LocalQuestion, [first]: Chain) {
  const messages = [
    ...(system === undefined ? [] : [{ role: 'system', content: system }]),
    { role: 'user', content: prompt },
  ]
  const body = {
    model: first.model ?? first.name,
    messages,
    max_tokens: maxTokens,
    stream: true,
    stream_options: { include_usage: true },
  }
  return {
    dialect: 'openai-chat' as const,
    query: '',
    headers: ['content-type', 'application/json'],
    // All agents are one client in the queue of an engine.
    address: () => 'agents',
    body: Buffer.from(JSON.stringify(body)),
    asksForStream: true,
  }
}

/** The services of one exchange, seen through: what becomes of it, and where it stands in the queue. */
class Watch {
  readonly services: Services
  readonly #onStage: () => void
  #entry: Entry | undefined
  #place: Place | undefined
  #cancel = (): void => {}

  constructor(services: Services, chain: Chain, onStage: () => void) {
    const { journal, places } = services
    this.#onStage = onStage
    this.services = {
      ...services,
      chains: { anthropic: chain, 'openai-chat': chain, 'openai-responses': chain, ollama: chain },
      journal: {
        ...journal,
        open: (facts) => (this.#entry = journal.open({ ...facts, by: 'agent' })),
        note: (entry) => {
          journal.note(entry)
          onStage()
        },
      },
      places: {
        ...places,
        enter: (engine, client, slots) => (this.#place = places.enter(engine, client, slots)),
      },
    }
  }

  get entry(): Entry | undefined {
    return this.#entry
  }

  start(): void {
    this.#cancel = this.services.clock.after(tellEveryMs, () => {
      this.#onStage()
      this.start()
    })
  }

  stop(): void {
    this.#cancel()
  }

  stage(words: number): LocalStage {
    const attempt = this.#entry?.attempts.at(-1)
    if (attempt?.contentMs !== undefined) return { is: 'writing', words }
    if (attempt?.connectMs !== undefined) return { is: 'reading' }
    const ahead = attempt?.turnMs === undefined ? this.#place?.ahead() : undefined
    return ahead === undefined ? { is: 'loading' } : { is: 'waiting', ahead }
  }
}
