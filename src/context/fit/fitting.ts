/** What is remembered of conversations so that their next turn is cut at the same place, and of windows that a server corrected. */
import { createCuts, type Cuts } from './cuts.ts'
import { createMemo, type Memo } from './notes.ts'
import { createLruMap, type LruMap } from '../../lru-map.ts'

/** How messages that are left out are summed up. */
export type SummaryMode = 'extractive' | 'model' | 'off'

export interface Fitting {
  summary: SummaryMode
  cuts: Cuts
  memo: Memo
  /** Summaries that the model wrote, by conversation and place: the next one goes on from there. */
  written: LruMap<string, WrittenSummary>
  /** Those that are being written, by the same: resolves when one is, or was given up. */
  underWay: Map<string, Promise<void>>
  windows: Windows
}

interface WrittenSummary {
  /** What it is of: so many messages, and a key of them. */
  messages: number
  key: number
  text: string
}

/** More conversations than anybody has at once; each is a few numbers. */
const mostConversations = 500

export function createFitting(summary: SummaryMode): Fitting {
  return {
    summary,
    cuts: createCuts(),
    memo: createMemo(),
    written: createLruMap(mostConversations),
    underWay: new Map(),
    windows: createWindows(),
  }
}

/** Windows as a refusal told them, where they are smaller than they were believed to be, or were not known. */
interface Windows {
  /** `told`: what the engine says now. */
  at(model: string, told: number | undefined, nowMs: number): number | undefined
  learn(model: string, told: number | undefined, windowTokens: number, nowMs: number): void
}

/** A server that tells nothing may have been started anew meanwhile, with a larger one; to find out costs a refusal. */
const believedMs = 3_600_000
/** No model has so few, whatever a server says. */
const leastWindow = 256

function createWindows(): Windows {
  const known = createLruMap<string, { told: number | undefined; windowTokens: number; learntMs: number }>(1000)
  return {
    at: (model, told, nowMs) => {
      const learnt = known.get(model)
      // An engine that says something else by now has loaded the model anew.
      return learnt && learnt.told === told && nowMs - learnt.learntMs < believedMs ? learnt.windowTokens : told
    },
    learn: (model, told, windowTokens, nowMs) => {
      if (windowTokens < leastWindow || (told !== undefined && windowTokens >= told)) return
      known.set(model, { told, windowTokens, learntMs: nowMs })
    },
  }
}
