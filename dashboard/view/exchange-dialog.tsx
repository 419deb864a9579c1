/** An exchange from near: its timeline, and everything that is known of it. */
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { Entry } from '../../src/observe/journal/entry.ts'
import { exchangeName } from '../words/dialects.ts'
import { measured } from '../words/durations.ts'
import { timeOfDay } from '../words/moments.ts'
import { exchangeWords } from '../words/reasons.ts'
import { AttemptCard } from './attempt-card.tsx'
import { usePage } from './page.ts'
import { Timeline } from './timeline.tsx'

export function ExchangeDialog() {
  const { place } = usePage()
  const id = place.openId.value
  return id === undefined ? null : <Opened key={id} id={id} />
}

function Opened({ id }: { id: string }) {
  const { store, place } = usePage()
  const dialog = useRef<HTMLDialogElement>(null)
  const { entry, problem } = useEntry(id)
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog
      ref={dialog}
      class="dialog"
      aria-labelledby="exchange-title"
      onClose={place.close}
      onClick={({ target, currentTarget }) => {
        // Beside its content: the backdrop.
        if (target === currentTarget) currentTarget.close()
      }}
    >
      <div class="dialog-inside">
        <div class="section-head">
          <h2 id="exchange-title">{entry ? `${exchangeName(entry)}, ${timeOfDay(entry.atMs)}` : 'Exchange'}</h2>
          <button type="button" class="button" onClick={() => dialog.current?.close()}>
            Close
          </button>
        </div>
        {entry ? (
          <Details entry={entry} nowMs={store.nowMs.value} />
        ) : (
          <p class="soft">{problem ?? 'Asking Trooper …'}</p>
        )}
      </div>
    </dialog>
  )
}

/** As the events tell it; one that they did not, and what was said in it, Trooper is asked for. */
function useEntry(id: string): { entry: Entry | undefined; problem: string | undefined } {
  const { store } = usePage()
  const asked = useSignal<Entry | undefined>(undefined)
  const problem = useSignal<string | undefined>(undefined)
  const heard = store.model.value.exchanges.find((entry) => entry.id === id)
  const state = heard?.end.is
  useEffect(() => {
    const ask = async (): Promise<void> => {
      const answer = await store.find(id)
      const isForgotten = !answer.ok && answer.status === 404
      if (answer.ok || isForgotten) asked.value = answer.ok ? answer.value : undefined
      problem.value = isForgotten ? 'Trooper no longer has this exchange.' : answer.ok ? undefined : answer.problem
    }
    void ask()
  }, [id, state])
  const content = asked.value?.content
  const entry = heard && content ? { ...heard, content } : (heard ?? asked.value)
  return { entry, problem: problem.value }
}

function Details({ entry, nowMs }: { entry: Entry; nowMs: number }) {
  const { model, isStream, totalMs, attempts, content, id } = entry
  return (
    <>
      <p class="lead">
        {capital(exchangeWords(entry))}
        {totalMs !== undefined && `, ${measured(totalMs)} in all`}.
      </p>
      <p class="soft small-print">
        {model !== undefined && `asked for ${model} · `}
        {isStream ? 'streamed' : 'not streamed'} · {id}
      </p>
      <Timeline entry={entry} nowMs={nowMs} />
      <ol class="attempts">
        {attempts.map((attempt, at) => (
          <AttemptCard key={at} attempt={attempt} nowMs={nowMs} />
        ))}
      </ol>
      {content && (
        <>
          <Captured title="What was asked" text={content.request} />
          <Captured title="What was answered" text={content.answer} />
        </>
      )}
    </>
  )
}

function Captured({ title, text }: { title: string; text: string }) {
  return (
    <section class="captured">
      <h3>{title}</h3>
      <pre tabIndex={0}>{text}</pre>
    </section>
  )
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
