/** Several things at once that are told of in their order. */

/** No more than `most` at a time; once `signal` is aborted nothing is begun, and nothing told. Rejects with the first that does. */
export async function mapInOrder<T, R extends object>(
  items: readonly T[],
  most: number,
  signal: AbortSignal,
  work: (item: T) => Promise<R>,
  onResult: (result: R, at: number) => void,
): Promise<void> {
  const results: R[] = []
  const rest = items.entries()
  let told = 0
  const tell = (): void => {
    for (let next = results[told]; next && !signal.aborted; next = results[told]) onResult(next, told++)
  }
  const lane = async (): Promise<void> => {
    for (const [at, item] of rest) {
      if (signal.aborted) return
      results[at] = await work(item)
      tell()
    }
  }
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, lane))
}
