/** The page. */
import { render } from 'preact'
import { realClock } from '../src/clock.ts'
import { createApi } from './live/api.ts'
import { createPlace } from './live/place.ts'
import { createStore } from './live/store.ts'
import { createTheme } from './live/theme.ts'
import { createUpdate } from './live/update.ts'
import { followVisibility } from './live/visibility.ts'
import { App } from './view/app.tsx'
import { Page } from './view/page.ts'

const root = document.getElementById('page')
if (root) {
  const ask = fetch.bind(window)
  const update = createUpdate(ask, import.meta.url, () => location.reload())
  const page = {
    store: createStore(createApi(ask), realClock, () => void update.look()),
    place: createPlace(window),
    theme: createTheme(document.documentElement, matchMedia('(prefers-color-scheme: dark)'), storage()),
  }
  followVisibility(document, page.store)
  render(
    <Page.Provider value={page}>
      <App />
    </Page.Provider>,
    root,
  )
}

/** Unset where the person forbids pages to remember anything. */
function storage(): Storage | undefined {
  try {
    return localStorage
  } catch {
    return undefined
  }
}
