/** Rehearses the failures of a provider, one after the other, and shows what apps saw of each. */
import { useSignal } from '@preact/signals'
import type { DrilledRunView, DrilledView, DrillRunView } from '../../src/admin/views.ts'
import type { Outcome } from '../../src/drill/scenario.ts'
import { measured } from '../words/durations.ts'
import { usePage } from './page.ts'
import { Section } from './section.tsx'

export function Drill() {
  const { store } = usePage()
  const { scenarios = [], drill } = store.model.value
  const chosen = useSignal('')
  const isRunning = drill?.state === 'running'
  const start = (event: SubmitEvent): void => {
    event.preventDefault()
    void store.drill(chosen.value === '' ? undefined : chosen.value)
  }
  const told = scenarios.find(({ name }) => name === chosen.value)
  return (
    <Section name="drill" title="Drill">
      <p class="soft">
        A simulated provider misbehaves, apps ask it through a Trooper of their own, and you see what they see. Your
        provider is not asked, and nothing of this one changes.
      </p>
      <form class="drill-form" onSubmit={start}>
        <label>
          <span class="only-heard">Scenario</span>
          <select
            value={chosen.value}
            onChange={({ currentTarget }) => {
              chosen.value = currentTarget.value
            }}
          >
            <option value="">all scenarios</option>
            {scenarios.map(({ name }) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <button type="submit" class="button strong" disabled={isRunning}>
          {isRunning ? 'The drill runs …' : 'Start the drill'}
        </button>
      </form>
      {told && <p class="told">{told.provider}</p>}
      {drill && <Run run={drill} />}
    </Section>
  )
}

function Run({ run }: { run: DrillRunView }) {
  const { localModel, scenarios } = run
  return (
    <>
      <p role="status" class="drill-state">
        {runWords(run)}
      </p>
      {localModel !== undefined && <p class="soft small-print">{localModel}</p>}
      <ol class="drilled">
        {scenarios.map((scenario) => (
          <Scenario key={scenario.name} scenario={scenario} />
        ))}
      </ol>
    </>
  )
}

function runWords({ state, scenarios, problem }: DrillRunView): string {
  const wrong = scenarios.filter((scenario) => scenario.state === 'wrong').map(({ name }) => name)
  switch (state) {
    case 'running':
      return 'The drill runs.'
    case 'over':
      if (wrong.length > 0) return `Not as it has to be: ${wrong.join(', ')}.`
      return 'Every app got a whole answer, or the error that is its own to mend.'
    case 'failed':
      return problem ?? 'The drill failed.'
  }
}

function Scenario({ scenario: { name, state, runs } }: { scenario: DrilledView }) {
  const longestMs = Math.max(0, ...runs.map(({ tookMs }) => tookMs))
  return (
    <li class={`scenario ${state}`}>
      <span class="verdict">{verdicts[state]}</span>
      <span class="target">{name}</span>
      <span class="seen">{seenBy(runs)}</span>
      <span class="took">{runs.length > 0 && measured(longestMs)}</span>
    </li>
  )
}

const verdicts: { readonly [S in DrilledView['state']]: string } = {
  waiting: 'waits',
  playing: 'plays',
  right: 'right',
  wrong: 'wrong',
}

const outcomeWords: { readonly [O in Outcome]: string } = {
  provider: 'the provider',
  local: 'the local model',
  both: 'both, in one answer',
  refused: 'the provider’s own error',
  told: 'an error within its answer',
  cut: 'an answer without its end',
}

/** What apps saw, each thing once. */
function seenBy(runs: readonly DrilledRunView[]): string {
  const seen = runs.map(({ outcomes }) => outcomes.map((outcome) => outcomeWords[outcome]).join(', then '))
  return [...new Set(seen)].join('; or ')
}
