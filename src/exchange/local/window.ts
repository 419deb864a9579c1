/**
 * Asks a local model in a window that holds the conversation, or with as much of the conversation as its window holds. Where the server
 * counts more than was estimated, what it counted is learnt and the call repeated: no client is told of it.
 */
import { createCount, type Count } from '../../context/count/count.ts'
import type { Cut } from '../../context/fit/cut.ts'
import { applyCut, type Fitted } from '../../context/fit/apply-cut.ts'
import { conversationKey, extractSummaries, wholly, type Whole } from '../../context/fit/fit.ts'
import { cautious, type Scale } from '../../context/count/margins.ts'
import { omittedWords } from '../../context/omitted.ts'
import { planCut } from '../../context/fit/plan-cut.ts'
import { roomForAnswer } from '../../context/fit/room.ts'
import { vocabularyOf } from '../../context/count/vocabularies.ts'
import type { Engine } from '../../engines/engine.ts'
import type { Emit } from '../../ir/events.ts'
import type { Failure } from '../../ir/failure.ts'
import type { ChatRequest } from '../../ir/request.ts'
import type { Target } from '../../routing/target.ts'
import type { Losses } from '../translate/losses.ts'
import type { Services, Turn } from '../outcome.ts'
import { inSteps } from '../in-steps.ts'
import { writeSummaries } from './write-summaries.ts'
import type { CallOutcome } from '../translate/translated-call.ts'

/** After a refusal. */
const mostRepeats = 3
/** Where an estimate comes nearer to the window than this, it is counted, if the engine can. */
const nearTheEnd = 0.6
/**
 * Of what is so many times as long nobody need know how long it is: what is left of it is measured by its answer. An estimate for a model
 * that nobody knows may be five times too high (vocabularies.ts).
 */
const beyondTheEnd = 40
/** Of what was too long, where nobody said by how much. */
const nextGuess = 0.7

/** Of an estimate by the model's own vocabulary: an answer that counts less tells what was not cached, say. */
const leastOfAnswer = 0.4

/** One question, whose answer is watched. */
export type AskFitted = (question: ChatRequest, observe: Emit) => Promise<CallOutcome>

/** A question as it fits. */
interface Opened {
  fitted: Fitted
  /** `undefined`: nobody knows. */
  windowTokens: number | undefined
  /** What the engine says of it. */
  told: number | undefined
  model: string
  conversation: number
  cut: Cut | undefined
  isNew: boolean
  /** The server forbids nothing, and says nothing (engine.ts). */
  isSilent: boolean
  /** The estimate is by the model's own vocabulary. */
  isKnown: boolean
}

/** `request`: as it was prepared for the target (prepare.ts); a cloud's window is its own affair. */
export async function askInWindow(
  services: Services,
  turn: Turn,
  request: ChatRequest,
  losses: Losses,
  ask: AskFitted,
): Promise<CallOutcome> {
  const { target } = turn
  if (target.kind === 'cloud') return ask(request, () => {})
  const engine = await services.engines.at(target)
  let last: { opened: Opened; outcome: CallOutcome } | undefined
  for (let repeats = 0; ; repeats += 1) {
    const opened = await open(services, turn, engine, request)
    if ('type' in opened) return last?.outcome ?? { type: 'failed', failure: opened.failure }
    if (last && !isTighter(opened, last.opened)) return last.outcome
    tell(services, losses, opened, target)
    const question = await engine.dress(opened.fitted.request, opened.windowTokens, target)
    let hasSpoken = false
    const outcome = await ask(withRoom(question, opened, target), (event) => {
      if (event.type === 'finish') learnFromAnswer(services, opened, event.usage.inputTokens)
      if (event.type !== 'start') hasSpoken = true
    })
    if (outcome.type === 'answered' || outcome.failure.kind !== 'too-long' || hasSpoken) return outcome
    if (repeats >= mostRepeats) return outcome
    learnFromRefusal(services, opened, outcome.failure)
    last = { opened, outcome }
  }
}

/** Less is asked, or in a larger window. */
function isTighter(now: Opened, before: Opened): boolean {
  return now.fitted.tokens() < before.fitted.tokens() || (now.windowTokens ?? 0) > (before.windowTokens ?? 0)
}

async function open(
  services: Services,
  turn: Turn,
  engine: Engine,
  request: ChatRequest,
): Promise<Opened | { type: 'too-long'; failure: Failure }> {
  const { margins, fitting, clock } = services
  const { target } = turn
  const model = modelKey(target)
  const conversation = conversationKey(request, model)
  const count = countOf(target)
  const whole = wholly(request, count)
  const isSilent = await engine.cutsInSilence(target)
  const scaleNow = (): Scale => (isSilent ? cautious : margins.of(model, conversation))
  const need = async (): Promise<number> =>
    Math.ceil(scaleNow().own(await inSteps(clock, whole.takeCount()))) + roomForAnswer(request)
  const askWindow = (): Promise<number | undefined> => engine.windowFor(need, target)
  let told = await askWindow()
  if (await isMeasuredNow(services, engine, { whole, model, conversation, told }, target)) told = await askWindow()
  const scale = scaleNow()
  const windowTokens = fitting.windows.at(model, told, clock.now())
  const known = { windowTokens, told, model, conversation, isSilent, isKnown: count.id !== 'unknown' }
  const uncut = { ...known, fitted: whole, cut: undefined, isNew: false }
  if (windowTokens === undefined) return uncut
  const budget = Math.floor(scale.estimated(windowTokens - roomForAnswer(request, windowTokens)))
  const before = await inSteps(clock, fitting.cuts.of(conversation, request.messages))
  // The usual case is spared a plan, which counts every part again.
  if (!before && (await inSteps(clock, whole.takeCount())) <= budget) return uncut
  const plan = await inSteps(clock, planCut(request, count, { budget, summaries: fitting.summary !== 'off', before }))
  switch (plan.type) {
    case 'whole':
      await inSteps(clock, fitting.cuts.forget(conversation, request.messages))
      return uncut
    case 'too-long':
      return { type: 'too-long', failure: tooLong(Math.ceil(scale.own(plan.tokens)), windowTokens) }
    case 'cut': {
      const { cut, isNew } = plan
      const summaries =
        fitting.summary === 'model'
          ? await writeSummaries(services, turn, engine, request, {
              cut,
              count,
              windowTokens,
              conversation,
              scale: isSilent ? cautious : margins.of(model),
            })
          : await inSteps(clock, extractSummaries(request, cut, count, fitting.memo))
      const fitted = await inSteps(clock, applyCut(request, cut, summaries, count, fitting.memo))
      await inSteps(clock, fitting.cuts.keep(conversation, request.messages, cut))
      return { ...known, fitted, cut, isNew }
    }
  }
}

function tooLong(promptTokens: number, windowTokens: number): Failure {
  const message = `the conversation (about ${promptTokens} tokens) cannot be made to fit the model's window of ${windowTokens}`
  return { kind: 'too-long', promptTokens, windowTokens, message }
}

/** True when the engine counted what may be too long: once for a conversation, as then its answers tell. */
async function isMeasuredNow(
  { margins, clock }: Services,
  engine: Engine,
  { whole, model, conversation, told }: Pick<Opened, 'model' | 'conversation' | 'told'> & { whole: Whole },
  target: Target,
): Promise<boolean> {
  if (told === undefined || margins.isMeasured(model, conversation)) return false
  const expected = margins.of(model).own(await inSteps(clock, whole.takeCount()))
  if (expected < told * nearTheEnd || expected > told * beyondTheEnd) return false
  const measured = await engine.count(whole.request, target)
  if (measured !== undefined) margins.learn(model, conversation, whole.tokens(), measured)
  return measured !== undefined
}

function learnFromAnswer({ margins }: Services, opened: Opened, measured: number | undefined): void {
  const { model, conversation, fitted, windowTokens, isSilent, isKnown } = opened
  if (isSilent) return
  // Nobody has to fit anything to a window that is not known; whoever tells it with a refusal tells what was counted, too.
  if (windowTokens === undefined) return
  // With a schema a thinking model reads the prompt twice, the second time with its thoughts (local-engines.md 1.7).
  if (measured === undefined || fitted.request.output.type === 'json') return
  if (isKnown && measured < fitted.tokens() * leastOfAnswer) return
  margins.learn(model, conversation, fitted.tokens(), measured)
}

function learnFromRefusal(services: Services, { model, conversation, fitted, told }: Opened, failure: TooLong): void {
  const { margins, fitting, clock } = services
  const { windowTokens } = failure
  const expected = margins.of(model, conversation).own(fitted.tokens())
  const promptTokens = promptOf(failure, fitted.request, expected)
  const nowMs = clock.now()
  const known = windowTokens ?? fitting.windows.at(model, told, nowMs)
  const guess = known === undefined ? Math.floor((promptTokens ?? expected) * nextGuess) : undefined
  const learnt = windowTokens ?? guess
  if (learnt !== undefined) fitting.windows.learn(model, told, learnt, nowMs)
  if (promptTokens !== undefined && (promptTokens > expected || known === undefined || promptTokens < known))
    margins.learn(model, conversation, fitted.tokens(), promptTokens)
  // Whatever was counted, it was more than the window has.
  else if (known !== undefined) margins.tighten(model, conversation, fitted.tokens(), known)
}

type TooLong = Extract<Failure, { kind: 'too-long' }>

/** Some servers tell the prompt together with the longest answer that was asked for: then less than they say was the prompt. */
function promptOf({ promptTokens }: TooLong, { sampling }: ChatRequest, expected: number): number | undefined {
  if (promptTokens === undefined) return undefined
  const alone = promptTokens - (sampling.maxOutputTokens ?? 0)
  return alone > 0 && Math.abs(alone - expected) < Math.abs(promptTokens - expected) ? alone : promptTokens
}

/**
 * Some servers refuse an answer that could be longer than what is left of the window; Ollama only stops there, or throws away what it has
 * read to make room for more where it is too old to be told not to (local-engines.md 1.6, step 3).
 */
function withRoom(request: ChatRequest, { fitted, windowTokens, isSilent }: Opened, { dialect }: Target): ChatRequest {
  const limit = request.sampling.maxOutputTokens ?? (isSilent ? Number.POSITIVE_INFINITY : undefined)
  if (limit === undefined || windowTokens === undefined || (dialect === 'ollama' && !isSilent)) return request
  const prompt = isSilent ? Math.ceil(cautious.own(fitted.tokens())) : fitted.tokens()
  const left = Math.max(roomForAnswer(request, windowTokens), windowTokens - prompt)
  return limit <= left ? request : { ...request, sampling: { ...request.sampling, maxOutputTokens: left } }
}

/** Said when it changes: the turns in between are cut alike. */
function tell({ log }: Services, losses: Losses, { fitted, isNew, windowTokens }: Opened, { name }: Target): void {
  losses.omit(fitted.omitted)
  if (!isNew) return
  const { messages, tokens, images } = fitted.omitted
  log.warn(
    `✂️ ${name}: the conversation is longer than its window of ${windowTokens ?? 0} tokens; left out: ${omittedWords(fitted.omitted)}`,
    { target: name, omittedMessages: messages, omittedTokens: tokens, omittedImages: images },
  )
}

export function countOf({ model = '' }: Target): Count {
  return createCount(vocabularyOf(model))
}

/** One model of one server. */
export function modelKey({ url, model }: Target): string {
  return `${url.text} ${model ?? ''}`
}
