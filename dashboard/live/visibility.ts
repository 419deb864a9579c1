/** A page that nobody sees lets go of its line: browsers have six to one host, for all tabs together, and a seventh tab would not even load. */

type Watched = Pick<Document, 'visibilityState' | 'addEventListener'>

export function followVisibility(document: Watched, page: { sleep: () => void; wake: () => void }): void {
  const look = (): void => (document.visibilityState === 'hidden' ? page.sleep() : page.wake())
  document.addEventListener('visibilitychange', look)
  look()
}
