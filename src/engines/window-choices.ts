/** Which windows were chosen: kept while their models are being loaded or are in memory, so that two exchanges do not load one back and forth. */
import type { Clock } from '../clock.ts'
import type { LoadState } from './engine.ts'
import { loadMs } from './kit.ts'

interface Choice {
  window: number
  atMs: number
  /** It was in memory with this window once: when it is not any more, it was unloaded. */
  isSeen: boolean
  /** The smallest that could not be loaded, as the memory was too small. */
  tooLarge: number | undefined
}

export interface Choices {
  /** What still counts of a model's last choice, now that its server says this of it. */
  at(model: string, state: LoadState): { chosen: number; tooLarge: number | undefined }
  choose(model: string, window: number): void
  /** The memory was too small for the last choice; true when there is a smaller one. */
  failed(model: string): boolean
}

const smallestWorthATry = 8 * 1024

export function createChoices(clock: Clock): Choices {
  const choices = new Map<string, Choice>()
  return {
    at: (model, state) => {
      const choice = choices.get(model)
      if (!choice) return { chosen: 0, tooLarge: undefined }
      if (state.is === 'loaded' && state.windowTokens === choice.window) choice.isSeen = true
      else if (isOver(choice, state, clock.now())) choice.window = 0
      return { chosen: choice.window, tooLarge: choice.tooLarge }
    },
    choose: (model, window) => {
      const before = choices.get(model)
      if (before?.window === window) return
      choices.set(model, { window, atMs: clock.now(), isSeen: false, tooLarge: before?.tooLarge })
    },
    failed: (model) => {
      const choice = choices.get(model)
      if (!choice || choice.window <= smallestWorthATry) return false
      choice.tooLarge = Math.min(choice.tooLarge ?? choice.window, choice.window)
      choice.window = 0
      return true
    },
  }
}

/** It was unloaded, or somebody loaded it otherwise; while it is being loaded, servers still tell of what was before. */
function isOver({ isSeen, atMs }: Choice, state: LoadState, nowMs: number): boolean {
  const isKnown = state.is === 'unloaded' || (state.is === 'loaded' && state.windowTokens !== undefined)
  return isKnown && (isSeen || nowMs - atMs > loadMs)
}
