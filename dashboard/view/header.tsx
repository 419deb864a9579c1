/** Whose page it is, whether it is live, and the switch between light and dark. */
import { Helmet, Moon, Sun } from './icons.tsx'
import { usePage } from './page.ts'

export function Header() {
  const { store, theme } = usePage()
  const { status, link } = store.model.value
  const isDark = theme.theme.value === 'dark'
  return (
    <header class="header">
      <p class="brand">
        <Helmet />
        <span>Trooper</span>
        {status && <span class="soft">{status.version}</span>}
      </p>
      <p class={`link ${link.is}`}>{linkWords[link.is]}</p>
      <button type="button" class="button icon" aria-label="Dark colours" aria-pressed={isDark} onClick={theme.toggle}>
        {isDark ? <Moon /> : <Sun />}
      </button>
    </header>
  )
}

const linkWords = {
  opening: 'Connecting',
  asleep: 'Connecting',
  live: 'Live',
  lost: 'Not connected',
  locked: 'Locked',
} as const
