/** The behaviours a test has ordered, used up request by request. */

interface Ordered {
  times?: number | undefined
  path?: string | undefined
  about?: string | undefined
}

export class Plan<Behaviour extends Ordered> {
  #steps: { behaviour: Behaviour; left: number }[] = []

  set(behaviours: readonly Behaviour[]): void {
    this.#steps = behaviours.map((behaviour) => ({ behaviour, left: behaviour.times ?? Infinity }))
  }

  /** The behaviour for a request to `path` with this body, counted as used; `undefined` once the plan has nothing for it. */
  take(path: string, body: string): Behaviour | undefined {
    const step = this.#find(path, body)
    if (step !== undefined) step.left -= 1
    return step?.behaviour
  }

  /** The same without using it up. */
  peek(path: string, body: string): Behaviour | undefined {
    return this.#find(path, body)?.behaviour
  }

  #find(path: string, body: string): { behaviour: Behaviour; left: number } | undefined {
    return this.#steps.find(
      ({ behaviour, left }) => left > 0 && path.endsWith(behaviour.path ?? '') && body.includes(behaviour.about ?? ''),
    )
  }
}
