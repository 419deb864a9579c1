/** One attempt in words: what came of it, how long each of its phases took, what it used, what it was not shown. */
import type { AttemptEntry } from '../../src/observe/journal/entry.ts'
import type { Usage } from '../../src/ir/events.ts'
import { phasesOf, type PhaseName } from '../model/phases.ts'
import { dialectName } from '../words/dialects.ts'
import { measured } from '../words/durations.ts'
import { moment } from '../words/moments.ts'
import { count, counted } from '../words/numbers.ts'
import { attemptWords } from '../words/reasons.ts'

export function AttemptCard({ attempt, nowMs }: { attempt: AttemptEntry; nowMs: number }) {
  const { target, kind, model, end, usage, omitted } = attempt
  return (
    <li class={`attempt ${end.is}`}>
      <h3>
        <span class={`dot ${kind}`} />
        {target}
      </h3>
      <p>
        <span class="outcome">{attemptWords(attempt)}</span>
        {'status' in end && end.status !== undefined && <span class="soft small-print"> · status {end.status}</span>}
        {end.is === 'skipped' && end.untilMs !== undefined && (
          <span class="soft small-print"> · left alone until {moment(end.untilMs, nowMs)}</span>
        )}
      </p>
      <p class="soft small-print">
        {kind}, {dialectName(attempt.dialect)}
        {model !== undefined && `, ${model}`}
        {end.is !== 'skipped' && `, ${wayWords[attempt.how]}`}
      </p>
      {end.is !== 'skipped' && <Times attempt={attempt} />}
      {usage && <Tokens usage={usage} />}
      {omitted && (
        <p class="omitted">
          It was not shown {omitted.messages === 0 ? 'parts of the request' : counted(omitted.messages, 'message')},{' '}
          {counted(omitted.tokens, 'token')}: they did not fit its window.
        </p>
      )}
    </li>
  )
}

const wayWords: { readonly [H in AttemptEntry['how']]: string } = {
  relay: 'passed on byte for byte',
  translate: 'translated',
  seam: 'went on with what another one had begun',
}

const phaseWords: { readonly [P in PhaseName]: string } = {
  queue: 'In the queue',
  connect: 'Connecting',
  head: 'To the first byte',
  'first-content': 'To the first content',
  content: 'Content',
}

function Times({ attempt }: { attempt: AttemptEntry }) {
  const phases = phasesOf(attempt, attempt.endMs ?? attempt.startMs)
  return (
    <dl class="facts">
      <Fact name="Began after" value={measured(attempt.startMs)} />
      {phases.map(({ name, fromMs, toMs }) => (
        <Fact key={name} name={phaseWords[name]} value={measured(toMs - fromMs)} />
      ))}
      {attempt.endMs !== undefined && <Fact name="Ended after" value={measured(attempt.endMs)} />}
    </dl>
  )
}

function Tokens({ usage }: { usage: Usage }) {
  const { inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens, reasoningTokens } = usage
  const rows = [
    ['Tokens in', inputTokens],
    ['of them from the cache', cacheReadTokens],
    ['of them to the cache', cacheWriteTokens],
    ['Tokens out', outputTokens],
    ['of them reasoning', reasoningTokens],
  ] as const
  return (
    <dl class="facts">
      {rows.map(([name, value]) => value !== undefined && <Fact key={name} name={name} value={count(value)} />)}
    </dl>
  )
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}
