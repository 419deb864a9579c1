/** One exchange told as a story: who was asked in which order, what came of it, and how long everything took. */
import { omittedWords } from '../context/omitted.ts'
import { fallbackOf, firstContentMs, type AttemptEnd, type AttemptEntry, type Entry } from '../observe/journal/entry.ts'
import type { FailureKind } from '../ir/failure.ts'
import { durationWords, isoTime, untilWords } from './words.ts'

export function explain(entry: Entry, nowMs: number): string {
  return [
    verdictOf(entry),
    headOf(entry),
    ...entry.attempts.map((attempt, at) => `${at + 1}. ${tell(attempt, nowMs)}`),
  ].join('\n')
}

function verdictOf(entry: Entry): string {
  const { end, attempts } = entry
  const [first] = attempts
  switch (end.is) {
    case 'open':
      return 'It is not over yet.'
    case 'gone':
      return 'The app left before it had its answer.'
    case 'failed':
      return `Nobody could answer (${meaning[end.reason]}), and the app was told so.`
    case 'answered': {
      const fallback = fallbackOf(entry)
      if (!fallback) return `${end.target} answered, as the first of its chain.`
      const why = first && 'words' in first.end ? `${first.end.words}: ${meaning[first.end.reason]}` : 'it did not'
      const who = fallback.kind === 'local' ? 'The local model' : 'Another provider'
      const rest = fallback.how === 'seam' ? 'ended what the one before it had begun' : 'answered'
      return `${who} ${rest} (${end.target}) because ${first?.target ?? 'the first'} did not (${why}).`
    }
  }
}

function headOf(entry: Entry): string {
  const { id, atMs, dialect, about, by, isStream, model, totalMs } = entry
  const asked =
    about === 'conversation' ? `${dialect}, ${isStream ? 'streamed' : 'not streamed'}` : `a question about ${about}`
  const first = firstContentMs(entry)
  return [
    `Exchange ${id} at ${isoTime(atMs)}: ${asked}`,
    ...(by === 'agent' ? ['asked by an agent through ask_local_model'] : []),
    ...(model === undefined ? [] : [`model ${model} asked for`]),
    ...(first === undefined ? [] : [`first content after ${durationWords(first)}`]),
    ...(totalMs === undefined ? [] : [`${durationWords(totalMs)} in all`]),
  ].join(', ')
}

function tell(attempt: AttemptEntry, nowMs: number): string {
  const { target, kind, model, how, usage, omitted } = attempt
  const times = timesOf(attempt)
  return [
    `${target} (${kind}${model === undefined || target.endsWith(model) ? '' : `, ${model}`}) ${endWords(attempt.end, nowMs)}`,
    ...(attempt.end.is === 'skipped' ? [] : [ways[how]]),
    ...(times === '' ? [] : [times]),
    ...(usage ? [`${usage.inputTokens ?? 'unknown'} tokens in, ${usage.outputTokens ?? 'unknown'} out`] : []),
    ...(omitted ? [`left out, as there was no room: ${omittedWords({ ...omitted, images: 0 })}`] : []),
  ].join('; ')
}

const ways: { readonly [H in AttemptEntry['how']]: string } = {
  relay: 'asked with the bytes of the app',
  translate: 'asked in its own wire format',
  seam: 'asked to go on with what was already said',
}

function endWords(end: AttemptEnd, nowMs: number): string {
  switch (end.is) {
    case 'open':
      return 'is being asked'
    case 'answered':
      return 'answered'
    case 'lost':
      return 'was asked too, and another one spoke first'
    case 'skipped': {
      const until = end.untilMs === undefined ? '' : `, ${untilWords(end.untilMs, nowMs)}`
      return `was not asked (${end.words})${until}`
    }
    case 'failed':
      return `did not answer (${end.words}${end.status === undefined ? '' : `, status ${end.status}`})`
    case 'broken':
      return `broke off in the middle of its answer (${end.words})`
  }
}

function timesOf({ startMs, turnMs, connectMs, headMs, contentMs, endMs }: AttemptEntry): string {
  const points: [string, number | undefined][] = [
    ['had its turn', turnMs],
    ['was sent the request', connectMs],
    ['began to reply', headMs],
    ['first content', contentMs],
    ['ended', endMs],
  ]
  return points
    .flatMap(([what, ms]) => (ms === undefined ? [] : [`${what} after ${durationWords(ms - startMs)}`]))
    .join(', ')
}

/** What a kind of failure means for whoever wonders. */
export const meaning: { readonly [K in FailureKind]: string } = {
  'quota-spent': 'its quota or credit is used up, and it is left alone until that is back',
  'rate-limited': 'a limit per minute or second was reached, and would not clear soon enough',
  overloaded: 'it said that it has too much to do',
  loading: 'it was still reading its model into memory',
  'server-error': 'it failed inside',
  network: 'no connection to it could be made or kept',
  timeout: 'it was silent for too long',
  'malformed-answer': 'its answer could not be read',
  'bad-key': 'it does not take the key',
  forbidden: 'the key may not do that',
  'unknown-model': 'it has no such model',
  'too-long': 'the conversation is longer than it can read',
  'content-refused': 'it refuses to answer that',
  'bad-request': 'it finds fault with the request itself',
  'client-gone': 'the app left',
  handover: 'little of its quota is left (HANDOVER_AT)',
  override: 'it was set aside: on the page, in the terminal or by an agent',
  'local-loop': 'the local model keeps the turn while its own tool calls are being answered',
  'remote-model': 'the model runs on another machine, which ALLOW_REMOTE_MODELS does not allow',
  'queue-full': 'too many requests wait for the local model',
}
