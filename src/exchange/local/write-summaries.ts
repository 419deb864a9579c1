/** `SUMMARY=model`: the local model itself sums up what its window has no room for, in one call before the answer. */
import type { Count } from '../../context/count/count.ts'
import { droppedRuns, type Cut, type Run } from '../../context/fit/cut.ts'
import { extractSummaries } from '../../context/fit/fit.ts'
import type { Scale } from '../../context/count/margins.ts'
import { keyOfMessages, shareTokens, takeKey } from '../../context/fit/notes.ts'
import { shrinkText } from '../../context/fit/shrink.ts'
import { summarise } from '../../context/fit/summary.ts'
import type { Engine } from '../../engines/engine.ts'
import type { ChatRequest, Message } from '../../ir/request.ts'
import type { Steps } from '../../ir/steps.ts'
import type { Target } from '../../routing/target.ts'
import { inSteps } from '../in-steps.ts'
import type { Milestones } from '../../upstream/patience.ts'
import type { Incoming, Services, Turn } from '../outcome.ts'
import type { AnswerSink } from '../translate/sink.ts'
import { callOf } from '../translate/outgoing-call.ts'
import { callTranslated } from '../translate/translated-call.ts'
import { waitFor, waiterOf } from '../wait.ts'

export interface Place {
  cut: Cut
  count: Count
  windowTokens: number
  /** Of any conversation with this model. */
  scale: Scale
  conversation: number
}

/** What is written once is kept: the next turn needs the same, and a deeper cut only goes on from it. */
export async function writeSummaries(
  services: Services,
  turn: Turn,
  engine: Engine,
  request: ChatRequest,
  place: Place,
): Promise<string[]> {
  const { fitting, clock } = services
  const { cut, count, conversation } = place
  const extracted = await inSteps(clock, extractSummaries(request, cut, count, fitting.memo))
  const runs = droppedRuns(request.messages, cut)
  const shares = await inSteps(clock, shareTokens(runs, cut.noteTokens, count))
  const summaries: string[] = []
  for (const [at, run] of runs.entries()) {
    const tokens = shares[at] ?? 0
    const extract = extracted[at] ?? ''
    // Conversations that begin alike go on differently.
    const id = `${conversation} ${run.at} ${keyOfMessages(run.messages.slice(0, 1))}`
    const write = (): Promise<string> => writeOne(services, turn, engine, request, place, { id, run, tokens, extract })
    summaries.push(tokens < leastTokens ? extract : ((await inOneHand(services, turn, id, write)) ?? extract))
  }
  return summaries
}

/**
 * Of turns that need one at the same time each waits for whoever is at it, and lets others ask the engine meanwhile: what that one has
 * written is there then. `undefined`: it cannot wait any longer.
 */
async function inOneHand<T>(
  { fitting: { underWay }, clock }: Services,
  turn: Turn,
  id: string,
  work: () => Promise<T>,
): Promise<T | undefined> {
  const { aside = (wait) => wait() } = turn
  for (let other = underWay.get(id); other; other = underWay.get(id)) {
    const isDone = other
    const waited = await aside(() => waitFor(isDone, waiterOf(turn), clock))
    if (waited.is === 'over') return undefined
  }
  let end = (): void => {}
  underWay.set(id, new Promise((resolve) => (end = resolve)))
  try {
    return await work()
  } finally {
    underWay.delete(id)
    end()
  }
}

interface Wanted {
  id: string
  run: Run
  tokens: number
  /** In its place where the model writes none. */
  extract: string
}

async function writeOne(
  services: Services,
  turn: Turn,
  engine: Engine,
  request: ChatRequest,
  place: Place,
  { id, run, tokens, extract }: Wanted,
): Promise<string> {
  const { fitting, clock } = services
  const key = await inSteps(clock, takeKey(run.messages, tokens))
  const known = fitting.written.get(id)
  if (known?.key === key) return known.text
  const begun = known && (await inSteps(clock, isBeginning(known, run, tokens))) ? known : undefined
  const question = await inSteps(clock, questionOf(request, run, begun, tokens, place, turn.target))
  const written = await write(services, turn, engine, question, place)
  // Its client left, or has its answer of another: that says nothing of the model.
  if (turn.reply.isGone) return extract
  // A model that fails is not asked again at every turn, and the prompt stays the same.
  const text = written === undefined ? extract : shrinkText(written, tokens, place.count)
  fitting.written.set(id, { messages: run.messages.length, key, text })
  return text
}

/** Less room than this is not worth a call. */
const leastTokens = 60

function* isBeginning(known: { messages: number; key: number }, { messages }: Run, tokens: number): Steps<boolean> {
  return known.messages < messages.length && (yield* takeKey(messages.slice(0, known.messages), tokens)) === known.key
}

/** For the question itself. */
const frameTokens = 300

function* questionOf(
  request: ChatRequest,
  { messages }: Run,
  begun: { messages: number; text: string } | undefined,
  tokens: number,
  { windowTokens, scale, count }: Place,
  { dialect }: Target,
): Steps<ChatRequest> {
  const room = Math.floor(scale.estimated(windowTokens)) - tokens - frameTokens - (begun ? tokens : 0)
  const transcript = yield* summarise(messages.slice(begun?.messages ?? 0), Math.max(0, room), count)
  const before = begun ? `Summary of what came before:\n${begun.text}\n\n` : ''
  const words = Math.floor(tokens * 0.6)
  const text =
    `${before}Part of a conversation follows. Sum it up in at most ${words} words, for an assistant that has to go on with it and cannot ` +
    `see it. Keep names, numbers, paths, decisions, open tasks and errors exactly. Answer with the summary alone.\n\n${transcript}`
  const asked: Message = { role: 'user', content: [{ type: 'text', text }] }
  const { reasoning: _, ...rest } = request
  return {
    ...rest,
    messages: [asked],
    tools: [],
    toolChoice: { type: 'auto' },
    output: { type: 'text' },
    sampling: { maxOutputTokens: Math.ceil(scale.own(tokens)), temperature: 0, stopSequences: [] },
    ...(dialect === 'ollama' && { reasoning: { effort: 'none' } }),
    extras: {},
  }
}

/** The question is Trooper's own. */
const nobody: Pick<Incoming, 'dialect' | 'headers' | 'body'> = {
  dialect: 'openai-chat',
  headers: [],
  body: Buffer.alloc(0),
}

/** `undefined`: it wrote none. */
async function write(
  services: Services,
  turn: Turn,
  engine: Engine,
  question: ChatRequest,
  { windowTokens }: Place,
): Promise<string | undefined> {
  const { target } = turn
  const dressed = await engine.dress(question, windowTokens, target)
  let text = ''
  const sink: AnswerSink = {
    isCommitted: false,
    event: (event) => {
      if (event.type === 'text-delta') text += event.text
    },
    flush: () => true,
  }
  services.log.info(`📝 ${target.name} sums up the earlier conversation`, { target: target.name })
  const call = await callOf(services.clock, dressed, target, nobody, () => {})
  const outcome = await callTranslated(services, withoutWords(turn), call, sink)
  return outcome.type === 'answered' && text.trim() !== '' ? text.trim() : undefined
}

/** A summary is no word of an answer: nobody has won a race by it. */
function withoutWords(turn: Turn): Turn {
  const { patience, record } = turn
  const race = patience.race && { ...patience.race, onContent: () => {} }
  const milestones: Milestones = {
    sent: (headers) => record.sent(headers),
    connected: (nowMs) => record.connected(nowMs),
    headCame: (nowMs) => record.headCame(nowMs),
    spoke: () => {},
  }
  return { ...turn, patience: { ...patience, race, milestones } }
}
