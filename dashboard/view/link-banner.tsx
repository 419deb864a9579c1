/** Says that what the page shows is of before, and since when. */
import { roughly } from '../words/durations.ts'
import { timeOfDay } from '../words/moments.ts'
import { usePage } from './page.ts'

export function LinkBanner() {
  const { store } = usePage()
  const { link, skewMs } = store.model.value
  return (
    <div role="status" class="banner-place">
      {link.is === 'lost' && (
        <div class="banner">
          <p>
            <strong>Not connected to Trooper</strong> since {timeOfDay(link.sinceMs)}: what you see is of before.
            {link.problem !== undefined && ` ${link.problem}`}
          </p>
          <p aria-live="off" class="soft">
            Next try in {roughly(Math.max(0, link.retryAtMs + skewMs - store.nowMs.value))}.
          </p>
          <button type="button" class="button" onClick={store.retry}>
            Try now
          </button>
        </div>
      )}
    </div>
  )
}
