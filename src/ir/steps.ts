/**
 * Work that may take long, in steps of a few milliseconds at most: between two of them whoever drives it may let others have their turn.
 * Ordinary conversations are over before anybody needs one.
 */
export type Steps<T> = Generator<undefined, T, undefined>

/** For whoever cannot wait, or need not. */
export function allAtOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}

const roundsPerStep = 16

/** Of a loop over messages, which may be long ones: whether a step ends before this round. */
export function endsStep(round: number): boolean {
  return round % roundsPerStep === 0
}

/** The same list, with everything in it changed. */
export function* mapInSteps<A, B>(list: readonly A[], change: (one: A, at: number) => B): Steps<B[]> {
  const changed: B[] = []
  for (const [at, one] of list.entries()) {
    if (endsStep(at)) yield
    changed.push(change(one, at))
  }
  return changed
}
