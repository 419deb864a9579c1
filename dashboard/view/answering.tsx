/** Who answers now, big; why, and how long until the hand-back. */
import type { AnsweringView, QuotaView, StatusView } from '../../src/admin/views.ts'
import { countdown } from '../words/durations.ts'
import { dialectName } from '../words/dialects.ts'
import { atMoment, moment } from '../words/moments.ts'
import { percent } from '../words/numbers.ts'
import { handBackOf, headline, isSilent, quotasNow, resetWords, whyAnswering, type HandBack } from '../words/reasons.ts'
import { Controls } from './controls.tsx'
import { Cloud, Machine } from './icons.tsx'
import { usePage } from './page.ts'

export function Answering({ status }: { status: StatusView }) {
  const { nowMs } = usePage().store
  const [first, ...others] = status.answering
  return (
    <section class={`card answering ${first?.kind ?? 'nobody'}`} aria-labelledby="answering">
      <div class="who">
        <p class="eyebrow">Answering now</p>
        {first ? <Who answering={first} /> : <h1 id="answering">Nobody</h1>}
        {first && isSilent(first, status.engines) && (
          <p class="network">It would answer, but its server does not: nobody answers while that is so.</p>
        )}
        {status.network === 'down' && <p class="network">No provider can be reached from this machine.</p>}
      </div>
      {first?.instead && (
        <HandBackClock
          handBack={handBackOf(first, quotasOf(status, first.instead.of, nowMs.value), nowMs.value)}
          nowMs={nowMs.value}
        />
      )}
      {first && !first.instead && <Scarcest quota={scarcest(status, first, nowMs.value)} nowMs={nowMs.value} />}
      <Controls override={status.override} />
      {others.length > 0 && <Others answering={others} />}
    </section>
  )
}

function Who({ answering }: { answering: AnsweringView }) {
  const { kind, target, model } = answering
  return (
    <>
      <h1 id="answering">
        {kind === 'cloud' ? <Cloud /> : <Machine />}
        {headline(answering)}
      </h1>
      <p class="name">
        {model ?? target}
        {model !== undefined && !target.includes(model) && <span class="soft"> at {target}</span>}
      </p>
      <p class="why">{whyAnswering(answering)}</p>
    </>
  )
}

function scarcest(status: StatusView, { target }: AnsweringView, nowMs: number): QuotaView | undefined {
  return quotasOf(status, target, nowMs).toSorted((one, other) => other.used - one.used)[0]
}

function quotasOf({ targets }: StatusView, target: string, nowMs: number): QuotaView[] {
  return quotasNow(targets.find(({ name }) => name === target)?.quotas ?? [], nowMs)
}

/** While nothing is to be handed back, what might end that. */
function Scarcest({ quota, nowMs }: { quota: QuotaView | undefined; nowMs: number }) {
  if (!quota) return null
  return (
    <div class="hand-back">
      <p class="eyebrow">Used of {quota.window}</p>
      <p class="countdown">{percent(quota.used)}</p>
      <p class="soft">{resetWords(quota, nowMs)}</p>
    </div>
  )
}

const clockNames = { set: 'Back to auto in', known: 'Hand-back in', tried: 'Next try in' } as const

/** Seconds are not read out: the moment stands beside them. */
function HandBackClock({ handBack, nowMs }: { handBack: HandBack; nowMs: number }) {
  switch (handBack.is) {
    case 'not-needed':
      return null
    case 'at':
      return (
        <div class="hand-back">
          <p class="eyebrow">{clockNames[handBack.how.is]}</p>
          <p class="countdown" role="timer">
            {countdown(handBack.atMs - nowMs)}
          </p>
          <p class="soft">
            {atMoment(handBack.atMs, nowMs)}
            {handBack.how.is === 'tried' && `; ${latestWords(handBack.how.quota, nowMs)}`}
          </p>
        </div>
      )
    case 'due':
      return (
        <div class="hand-back">
          <p class="eyebrow">Hand-back</p>
          <p class="countdown words">due</p>
          <p class="soft">The next request tries it.</p>
        </div>
      )
    case 'open':
      return (
        <div class="hand-back">
          <p class="eyebrow">Hand-back</p>
          <p class="soft">{handBack.sentence}</p>
        </div>
      )
  }
}

function latestWords(quota: QuotaView | undefined, nowMs: number): string {
  if (!quota) return 'nobody said when it is back'
  return `${quota.window} resets ${moment(quota.resetsAtMs, nowMs)} at the latest`
}

function Others({ answering }: { answering: AnsweringView[] }) {
  return (
    <ul class="others" aria-label="Other chains">
      {answering.map(({ dialects, kind, target, instead }) => (
        <li key={target + dialects.join()}>
          <span class={`dot ${kind}`} />
          <span class="soft">{dialects.map(dialectName).join(', ')}:</span> {target}
          {instead && (
            <span class="soft">
              {' '}
              in place of {instead.of}, {instead.words}
            </span>
          )}
        </li>
      ))}
    </ul>
  )
}
