/** Tells when something is about to be seen. */

/** So far ahead of it that it is there when it is. */
const ahead = '200px'

/** Calls back once; returns what gives up. What is printed is seen too. */
export function onceSeen(place: Element, callback: () => void): () => void {
  const stop = (): void => {
    observer.disconnect()
    window.removeEventListener('beforeprint', see)
  }
  const see = (): void => {
    stop()
    callback()
  }
  const observer = new IntersectionObserver(
    (entries) => entries.some(({ isIntersecting }) => isIntersecting) && see(),
    {
      rootMargin: ahead,
    },
  )
  observer.observe(place)
  window.addEventListener('beforeprint', see)
  return stop
}
