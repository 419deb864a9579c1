/** What every part of the page works with. */
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Place } from '../live/place.ts'
import type { Store } from '../live/store.ts'
import type { ThemeSwitch } from '../live/theme.ts'

export interface PageParts {
  store: Store
  place: Place
  theme: ThemeSwitch
}

export const Page = createContext<PageParts | undefined>(undefined)

export function usePage(): PageParts {
  const page = useContext(Page)
  if (!page) throw new Error('A part of the page stands outside of it.')
  return page
}
