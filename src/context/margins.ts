/** How many tokens of a model's own there are for each of the estimate's, as its server said when a conversation did not fit. */

/** A lesson keeps a little above what was measured. */
const spare = 1.02

export interface Margins {
  /** 1 until something was learnt. */
  of(model: string): number
  /** Takes a measured prompt as a lesson; false where it says nothing new, so that nothing is repeated without end. */
  learn(model: string, estimatedTokens: number, measuredTokens: number): boolean
}

/** `model`: a key that no other model of another server has. */
export function createMargins(): Margins {
  const learnt = new Map<string, number>()
  const of = (model: string): number => learnt.get(model) ?? 1
  return {
    of,
    learn: (model, estimatedTokens, measuredTokens) => {
      const measured = (measuredTokens / estimatedTokens) * spare
      if (measured <= of(model)) return false
      learnt.set(model, measured)
      return true
    },
  }
}
