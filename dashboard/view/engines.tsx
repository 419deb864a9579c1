/** What runs the local models, and whether they are loaded. */
import { useSignal } from '@preact/signals'
import type { EngineView } from '../../src/admin/views.ts'
import { count } from '../words/numbers.ts'
import { usePage } from './page.ts'
import { Section } from './section.tsx'

export function Engines({ engines }: { engines: EngineView[] }) {
  return (
    <Section name="engines" title="Engines">
      {engines.length === 0 ? (
        <p class="soft empty">No local engine is set up: nobody answers when the cloud does not.</p>
      ) : (
        <ul class="things">
          {engines.map((engine) => (
            <Engine key={engine.target} engine={engine} />
          ))}
        </ul>
      )}
    </Section>
  )
}

function Engine({ engine }: { engine: EngineView }) {
  const { store } = usePage()
  const isAsking = useSignal(false)
  const { target, software, model, state, place } = engine
  const warm = async (): Promise<void> => {
    isAsking.value = true
    await store.warm(target)
    isAsking.value = false
  }
  return (
    <li class="thing">
      <div class="thing-head">
        <h3>
          <span class="dot local" />
          {model}
        </h3>
        <button
          type="button"
          class="button small"
          aria-label={`Warm: ${model}`}
          disabled={isAsking.value || state === 'loading'}
          onClick={() => void warm()}
        >
          Warm
        </button>
      </div>
      <p class={`state ${state}`}>{stateWords[state]}</p>
      <p class="notes">
        <span>{software ?? 'Nobody has answered yet'}</span>
        <span class="place">{place}</span>
        {factsOf(engine).map((fact) => (
          <span key={fact}>{fact}</span>
        ))}
      </p>
    </li>
  )
}

const stateWords: { readonly [S in EngineView['state']]: string } = {
  loaded: 'Loaded',
  unloaded: 'Not loaded: its first answer waits for that',
  loading: 'Loading',
  unreachable: 'Does not answer',
  unknown: 'Does not say whether it is loaded',
}

function factsOf({ windowTokens, can, queue }: EngineView): string[] {
  const abilities = (['tools', 'vision', 'thinking'] as const).filter((ability) => can[ability] === true)
  return [
    ...(windowTokens === undefined ? [] : [`window ${count(windowTokens)} tokens`]),
    ...(abilities.length > 0 ? [abilities.join(', ')] : []),
    queue.running + queue.waiting === 0 ? 'idle' : `${queue.running} running, ${queue.waiting} waiting`,
  ]
}
