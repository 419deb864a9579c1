/** Whom Trooper is to ask: as it sees fit, local models only, or the primary in any case; and for how long. */
import { useSignal } from '@preact/signals'
import { handWords } from '../../src/ir/hand.ts'
import type { Override } from '../../src/routing/override.ts'
import { moment } from '../words/moments.ts'
import { usePage } from './page.ts'

const minuteMs = 60_000

const durations = [
  { label: 'until I set it back', forMs: undefined },
  { label: 'for 15 minutes', forMs: 15 * minuteMs },
  { label: 'for an hour', forMs: 60 * minuteMs },
  { label: 'for 4 hours', forMs: 240 * minuteMs },
  { label: 'for 24 hours', forMs: 1440 * minuteMs },
] as const

const modes = [
  { mode: 'auto', label: 'Auto', help: 'Trooper decides' },
  { mode: 'local', label: 'Local', help: 'only local models' },
  { mode: 'primary', label: 'Primary', help: 'the primary in any case' },
] as const

export function Controls({ override }: { override: Override }) {
  const { store } = usePage()
  const chosen = useSignal(0)
  const set = (mode: Override['mode']): void => {
    void store.setOverride(mode, mode === 'auto' ? undefined : durations[chosen.value]?.forMs)
  }
  /** A change of the duration is one of what is in force. */
  const choose = (event: { currentTarget: HTMLSelectElement }): void => {
    chosen.value = event.currentTarget.selectedIndex
    if (override.mode !== 'auto') set(override.mode)
  }
  return (
    <div class="controls">
      <div class="modes" role="group" aria-label="Who is to answer">
        {modes.map(({ mode, label, help }) => (
          <button
            key={mode}
            type="button"
            class={`mode ${mode}`}
            aria-pressed={override.mode === mode}
            title={help}
            onClick={() => set(mode)}
          >
            {label}
          </button>
        ))}
      </div>
      <label class="how-long">
        <span class="only-heard">How long local or primary is to last</span>
        <select onChange={choose} value={String(chosen.value)}>
          {durations.map(({ label }, at) => (
            <option key={label} value={String(at)}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <p class="soft in-force">{inForce(override, store.nowMs.value)}</p>
    </div>
  )
}

function inForce(override: Override, nowMs: number): string {
  if (override.mode === 'auto') return 'Trooper decides by itself.'
  const who = override.mode === 'local' ? 'Only local models are asked' : 'The primary is asked in any case'
  const until = override.untilMs === undefined ? '' : `, until ${moment(override.untilMs, nowMs)}`
  // What was set here, its person knows.
  const by = override.by === 'page' ? '' : `, as was set ${handWords(override.by)}`
  return `${who}${until}${by}.`
}
