/** Light or dark: as the system has it until the person says otherwise; that is remembered. */
import { signal, type ReadonlySignal } from '@preact/signals'

type Theme = 'light' | 'dark'

export interface ThemeSwitch {
  readonly theme: ReadonlySignal<Theme>
  toggle: () => void
}

const key = 'trooper-theme'

export function createTheme(root: HTMLElement, system: MediaQueryList, storage: Storage | undefined): ThemeSwitch {
  let chosen = readTheme(storage?.getItem(key))
  const theme = signal<Theme>('light')
  const show = (): void => {
    if (chosen) root.dataset['theme'] = chosen
    theme.value = chosen ?? (system.matches ? 'dark' : 'light')
  }
  system.addEventListener('change', show)
  show()
  return {
    theme,
    toggle: () => {
      chosen = theme.value === 'dark' ? 'light' : 'dark'
      storage?.setItem(key, chosen)
      show()
    },
  }
}

function readTheme(text: string | null | undefined): Theme | undefined {
  return text === 'light' || text === 'dark' ? text : undefined
}
