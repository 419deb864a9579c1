/** Which local model answers where nobody said it. */
import type { ListedModel } from './engine.ts'

/**
 * The one that is wanted, if it is there. Else one that is in memory already; else the largest that fits, and rather one that is known
 * to call tools: agents need it, and larger ones use them better (local-engines.md 6). `undefined`: there is none.
 */
export function chooseModel(
  models: readonly ListedModel[],
  wanted: string,
  fits: (sizeBytes: number) => boolean,
): string | undefined {
  const isWanted = ({ name }: ListedModel): boolean => name === wanted || name === `${wanted}:latest`
  if (models.some(isWanted)) return wanted
  const ranked = models
    .filter(({ isChat }) => isChat)
    .map((model) => ({ model, rank: rankOf(model, fits), size: model.sizeBytes ?? 0 }))
    // Where none fits, the smallest is the one that might.
    .sort((a, b) => b.rank - a.rank || (a.rank < fitting ? a.size - b.size : b.size - a.size))
  return ranked[0]?.model.name
}

const fitting = 4

function rankOf({ isLoaded, sizeBytes, tools }: ListedModel, fits: (sizeBytes: number) => boolean): number {
  const skill = tools === true ? 2 : tools === undefined ? 1 : 0
  return skill + (isLoaded ? 2 * fitting : sizeBytes === undefined || fits(sizeBytes) ? fitting : 0)
}
