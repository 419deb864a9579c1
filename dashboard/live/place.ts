/** Which exchange is open, as the address says it (`#exchange=…`), so that it can be linked to and gone back from. */
import { signal, type ReadonlySignal } from '@preact/signals'

export interface Place {
  readonly openId: ReadonlySignal<string | undefined>
  close: () => void
}

export function hrefOf(id: string): string {
  return `#${new URLSearchParams({ exchange: id }).toString()}`
}

export function createPlace(window: Window): Place {
  const { location, history } = window
  const openId = signal(readHash(location.hash))
  window.addEventListener('hashchange', () => {
    openId.value = readHash(location.hash)
  })
  return {
    openId,
    close: () => {
      // An empty fragment would scroll to the top.
      history.pushState(undefined, '', location.pathname)
      openId.value = undefined
    },
  }
}

function readHash(hash: string): string | undefined {
  return new URLSearchParams(hash.slice(1)).get('exchange') ?? undefined
}
