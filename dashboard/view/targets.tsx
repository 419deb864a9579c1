/** How each target is, and how much of its quotas is used. */
import { useSignal } from '@preact/signals'
import type { QuotaView, TargetView } from '../../src/admin/views.ts'
import { dialectName } from '../words/dialects.ts'
import { countdown } from '../words/durations.ts'
import { percent } from '../words/numbers.ts'
import { quotasNow, resetWords, stateName } from '../words/reasons.ts'
import { usePage } from './page.ts'
import { Rests } from './rests.tsx'
import { Section } from './section.tsx'

export function Targets({ targets }: { targets: TargetView[] }) {
  return (
    <Section name="targets" title="Targets">
      <ul class="things">
        {targets.map((target) => (
          <Target key={target.name} target={target} />
        ))}
      </ul>
    </Section>
  )
}

function Target({ target }: { target: TargetView }) {
  const { store } = usePage()
  const isAsking = useSignal(false)
  const { name, kind, dialect, place, model, state, rests } = target
  const quotas = quotasNow(target.quotas, store.nowMs.value)
  const probe = async (): Promise<void> => {
    isAsking.value = true
    await store.probe(name)
    isAsking.value = false
  }
  return (
    <li class="thing">
      <div class="thing-head">
        <h3>
          <span class={`dot ${kind}`} />
          {name}
        </h3>
        <button
          type="button"
          class="button small"
          aria-label={`Probe now: ${name}`}
          disabled={isAsking.value}
          onClick={() => void probe()}
        >
          Probe now
        </button>
      </div>
      <p class={`state ${state.is}`}>
        {stateName(state)}
        {state.is === 'resting' && <RestClock untilMs={state.untilMs} />}
      </p>
      <p class="notes">
        <span>
          {kind}, {dialectName(dialect)}
          {model !== undefined && `, ${model}`}
        </span>
        <span class="place">{place}</span>
      </p>
      {rests && <Rests target={name} rests={rests} />}
      {quotas.map((quota) => (
        <Quota key={quota.window + quota.account + (quota.model ?? '')} quota={quota} ofMany={isOfMany(quotas)} />
      ))}
    </li>
  )
}

function RestClock({ untilMs }: { untilMs: number }) {
  const leftMs = untilMs - usePage().store.nowMs.value
  return <span class="rest">{leftMs > 0 ? countdown(leftMs) : 'due'}</span>
}

/** Whose quota it is matters only where there are several. */
function isOfMany(quotas: QuotaView[]): boolean {
  return new Set(quotas.map(({ account }) => account)).size > 1
}

function Quota({ quota, ofMany }: { quota: QuotaView; ofMany: boolean }) {
  const { nowMs } = usePage().store
  const { window, used, account, model } = quota
  const level = used >= 0.95 ? 'spent' : used >= 0.75 ? 'low' : 'plenty'
  const name = [window, model, ofMany && `account ${account.slice(0, 6)}`].filter((part) => typeof part === 'string')
  return (
    <div class={`quota ${level}`}>
      <p>
        <span>{name.join(', ')}</span>
        <span>{percent(used)} used</span>
      </p>
      <meter min={0} max={1} value={Math.min(1, used)} aria-label={`${name.join(', ')}: ${percent(used)} used`} />
      <p class="soft small-print">{resetWords(quota, nowMs.value)}</p>
    </div>
  )
}
