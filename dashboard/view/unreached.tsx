/** Trooper has not answered since the page was opened. */
import { roughly } from '../words/durations.ts'
import { Message } from './message.tsx'
import { usePage } from './page.ts'

export function Unreached() {
  const { store } = usePage()
  const { link } = store.model.value
  if (link.is !== 'lost') return null
  return (
    <Message title="Trooper does not answer">
      <p>{link.problem ?? 'Is it running? Start it with this, and the page goes on by itself:'}</p>
      {link.problem === undefined && <pre class="command">npx trooper</pre>}
      <p class="soft">Next try in {roughly(Math.max(0, link.retryAtMs - store.nowMs.value))}.</p>
      <button type="button" class="button" onClick={store.retry}>
        Try now
      </button>
    </Message>
  )
}
