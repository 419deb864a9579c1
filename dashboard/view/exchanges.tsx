/** The exchanges, newest first, as they happen. */
import { useSignal } from '@preact/signals'
import { fallbackOf, seamsOf, type Entry } from '../../src/observe/journal/entry.ts'
import { ExchangeRow } from './exchange-row.tsx'
import { NoExchanges } from './no-exchanges.tsx'
import { usePage } from './page.ts'
import { Section } from './section.tsx'

const filters = [
  { label: 'All', shows: () => true },
  { label: 'Fallbacks', shows: (entry: Entry) => fallbackOf(entry) !== undefined || seamsOf(entry) > 0 },
  { label: 'Failed', shows: ({ end }: Entry) => end.is === 'failed' },
] as const

const shownAtOnce = 12

export function Exchanges() {
  const { store } = usePage()
  const { exchanges } = store.model.value
  const chosen = useSignal(0)
  const limit = useSignal(shownAtOnce)
  const matching = exchanges.filter(filters[chosen.value]?.shows ?? (() => true))
  const choices = (
    <div class="filters" role="group" aria-label="Which exchanges">
      {filters.map(({ label }, at) => (
        <button
          key={label}
          type="button"
          aria-pressed={chosen.value === at}
          onClick={() => {
            chosen.value = at
          }}
        >
          {label}
        </button>
      ))}
    </div>
  )
  return (
    <Section name="exchanges" title="Exchanges" aside={exchanges.length > 0 && choices}>
      <List entries={matching.slice(0, limit.value)} isFiltered={chosen.value !== 0} />
      <More
        hasMore={matching.length > limit.value}
        onMore={async () => {
          // Twice as many each time: whoever looks for one of an hour ago is there in a few steps.
          limit.value *= 2
          if (matching.length < limit.value) await store.loadEarlier()
        }}
      />
    </Section>
  )
}

function List({ entries, isFiltered }: { entries: Entry[]; isFiltered: boolean }) {
  const { history } = usePage().store.model.value
  if (entries.length > 0) {
    return (
      <ol class="rows">
        {entries.map((entry) => (
          <ExchangeRow key={entry.id} entry={entry} />
        ))}
      </ol>
    )
  }
  if (history.is === 'loading') return <p class="soft empty">Asking for the last exchanges …</p>
  if (history.is === 'failed') return null
  return isFiltered ? <p class="soft empty">None of those that are known.</p> : <NoExchanges />
}

function More({ hasMore, onMore }: { hasMore: boolean; onMore: () => Promise<void> }) {
  const { store } = usePage()
  const { history } = store.model.value
  if (history.is === 'failed') {
    return (
      <p class="problem" role="alert">
        Earlier exchanges could not be had: {history.problem}{' '}
        <button type="button" class="button" onClick={() => void store.reload()}>
          Try again
        </button>
      </p>
    )
  }
  if (!hasMore && !(history.is === 'known' && history.before !== undefined)) return null
  return (
    <button type="button" class="button wide" onClick={() => void onMore()}>
      Show earlier ones
    </button>
  )
}
