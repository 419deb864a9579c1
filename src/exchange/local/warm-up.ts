/**
 * Local models that are loaded before they are needed (`WARM`), so that a hand-over does not begin with minutes of loading. Nobody who
 * uses the machine now is disturbed for it: not while requests run, and not in place of another model that somebody has loaded.
 */
import { fitToolNames } from '../../context/adapt/tool-names.ts'
import type { Clock } from '../../clock.ts'
import type { Engine, EngineName } from '../../engines/engine.ts'
import type { ChatRequest } from '../../ir/request.ts'
import type { Chain } from '../../routing/chains.ts'
import type { Target } from '../../routing/target.ts'
import { askedWindow } from './local-attempt.ts'
import type { Failed, Services, Turn } from '../outcome.ts'
import type { Asking } from '../payer.ts'
import { prepareRequest } from '../translate/prepare.ts'
import { unrecorded } from '../record.ts'
import type { Reply } from '../reply/reply.ts'
import { askInWindow } from './window.ts'

export type WarmMode = 'auto' | 'always' | 'never'

/** What the local model would be asked, were it asked now. */
type Conversation = () => Promise<{ request: ChatRequest; asking: Asking } | undefined>

export interface WarmUp {
  /** Whether anybody need look out for reasons. */
  readonly looksAhead: boolean
  /**
   * The local model of this chain will soon be needed. Once for each `reason`, until `untilMs`; `conversation` is asked for when nothing
   * else is to be done, and only where it is of use: it is held for no longer than it is read ahead.
   */
  expect(chain: Chain, reason: string, untilMs: number, conversation: Conversation): void
  /** Loads at once what is to be kept loaded, and keeps it so. */
  start(): void
  stop(): void
}

/** A machine that was busy is looked at again after this, when there still is a reason. */
const againAfterMs = 60_000
/** Ollama keeps a model for 30 minutes after it was last used (engines/ollama.ts). */
const renewEveryMs = 10 * 60_000
const mostReasons = 1000

/** `all`: the services of the exchanges, of which it is one. */
export function createWarmUp(mode: WarmMode, clock: Clock, all: () => Services): WarmUp {
  const done = new Map<string, number>()
  const triedAtMs = new Map<string, number>()
  let cancelTimer = (): void => {}
  let isStopped = false

  const note = (reason: string, untilMs: number): void => {
    for (const [known, until] of done) if (until <= clock.now() || done.size > mostReasons) done.delete(known)
    done.set(reason, untilMs)
  }

  const begin = async (target: Target, reason: string, untilMs: number, conversation: Conversation): Promise<void> => {
    const services = all()
    const { log } = services
    try {
      if (!(await warm(services, target, conversation))) return
      note(reason, untilMs)
      log.info(`🔥 ${target.model ?? target.name} is loaded, as it may soon be needed`, { target: target.name })
    } catch (error) {
      log.error(`❌ Warming up ${target.name} failed: ${error instanceof Error ? error.name : 'no reason'}`)
    }
  }

  const renew = async (): Promise<void> => {
    const services = all()
    const kept = await Promise.all(keptTargets(services).map((target) => keep(services, target)))
    if (!isStopped) cancelTimer = clock.after(kept.every(Boolean) ? renewEveryMs : againAfterMs, () => void renew())
  }

  return {
    looksAhead: mode === 'auto',
    expect: (chain, reason, untilMs, conversation) => {
      const nowMs = clock.now()
      if (mode !== 'auto' || (done.get(reason) ?? 0) > nowMs) return
      const target = chain.find(({ kind }) => kind === 'local')
      const tried = target && triedAtMs.get(target.name)
      if (!target || (tried !== undefined && nowMs - tried < againAfterMs)) return
      triedAtMs.set(target.name, nowMs)
      // Behind whatever is being answered at this moment.
      setImmediate(() => void begin(target, reason, untilMs, conversation))
    },
    start: () => {
      if (mode === 'always') void renew()
    },
    stop: () => {
      isStopped = true
      cancelTimer()
    },
  }
}

/** True when the model is loaded, and the conversation read as far as the time was enough. */
async function warm(services: Services, target: Target, conversation: Conversation): Promise<boolean> {
  const { engines, places, clock } = services
  const engine = await engines.at(target)
  if ((await services.locals.prepare(target)) || !(await isFree(engine, target))) return false
  const wanted = new AbortController()
  const giveBack = places.borrow(target.url.origin, () => wanted.abort())
  if (!giveBack) return false
  const turn = nobodysTurn(services, target, wanted.signal)
  const cancel = clock.after(services.times.limitsOf(target, 'whole').limits.headMs, () => wanted.abort())
  try {
    const at = await conversation()
    if (!at) return await isLoaded(services, engine, target, await engine.windowFor(0, target))
    const losses = services.lossesAt(target.name)
    const prepared = await prepareRequest(services, at.asking, at.request, target, () => {})
    // As the conversation itself would be asked, so that its beginning is the same.
    const { request: prefix } = fitToolNames(prepared, target.dialect)
    const read = await askInWindow(services, turn, prefix, losses, async (question) => {
      const windowTokens = askedWindow(question)
      if (!(await isLoaded(services, engine, target, windowTokens))) return notLoaded
      if (keepsPrefix.has(engine.name) && !wanted.signal.aborted)
        await engine.warm(target, windowTokens, question, wanted.signal)
      return { type: 'answered' }
    })
    return read.type === 'answered'
  } finally {
    cancel()
    giveBack()
  }
}

async function isLoaded(
  { loads }: Services,
  engine: Engine,
  target: Target,
  windowTokens: number | undefined,
): Promise<boolean> {
  if (await loads.ready(engine, target, windowTokens)) return false
  const { is } = await engine.state(target)
  return is === 'loaded' || is === 'unknown'
}

const notLoaded: Failed = { type: 'failed', failure: { kind: 'loading', message: 'The model could not be loaded.' } }

/** Nobody waits for it, and it ends when somebody else wants the engine. */
function nobodysTurn({ times, clock }: Services, target: Target, wanted: AbortSignal): Turn {
  const { limits, thinking } = times.limitsOf(target, 'whole')
  const nowMs = clock.now()
  const deadlineMs = nowMs + limits.headMs
  const reply: Reply = {
    get isGone() {
      return wanted.aborted
    },
    onGone: (callback) => wanted.addEventListener('abort', callback, { once: true }),
    head: () => {},
    flushHead: () => {},
    write: () => true,
    onDrain: () => {},
    end: () => {},
    abort: () => {},
  }
  const patience = { limits, thinking, mayThink: () => false, deadlineMs, race: undefined }
  return { target, sinceMs: nowMs, reply, patience, record: unrecorded(target, nowMs) }
}

/** Nobody would have to make room. A model that is there already only has to be read to. */
async function isFree(engine: Engine, target: Target): Promise<boolean> {
  const state = await engine.state(target)
  if (state.is === 'unreachable') return false
  if (state.is !== 'unloaded') return true
  const models = (await engine.models(target)) ?? []
  return models.every(({ isLoaded }) => !isLoaded)
}

/** The first local target of every chain. */
function keptTargets({ chains }: Services): Target[] {
  const firsts = Object.values(chains).flatMap((chain: Chain) => chain.find(({ kind }) => kind === 'local') ?? [])
  return [...new Map(firsts.map((target) => [target.name, target])).values()]
}

/** True when it is loaded. One that is busy is kept by its own answers. */
async function keep({ engines, loads, locals, places, times, clock }: Services, target: Target): Promise<boolean> {
  if (await locals.prepare(target)) return false
  const engine = await engines.at(target)
  if ((await engine.state(target)).is === 'unreachable') return false
  const windowTokens = await engine.windowFor(0, target)
  if (await loads.ready(engine, target, windowTokens)) return false
  const giveUp = new AbortController()
  const giveBack = places.borrow(target.url.origin, () => giveUp.abort())
  if (!giveBack) return true
  const cancel = clock.after(times.limitsOf(target, 'whole').limits.headMs, () => giveUp.abort())
  await engine.warm(target, windowTokens, undefined, giveUp.signal)
  cancel()
  giveBack()
  return true
}

/** Whose prompt cache is known to keep the beginning of a conversation for the next request. */
const keepsPrefix: ReadonlySet<EngineName> = new Set<EngineName>([
  'ollama',
  'embedded',
  'lm-studio',
  'llama-server',
  'vllm',
])

/** For whoever needs none. */
export const noWarmUp: WarmUp = { looksAhead: false, expect: () => {}, start: () => {}, stop: () => {} }
