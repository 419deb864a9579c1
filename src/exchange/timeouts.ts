/** The settings of time, and what they mean for one call. */
import type { Target } from '../routing/target.ts'
import type { Limits, Patience } from '../upstream/patience.ts'

/** In milliseconds; their meaning stands in config/schema.ts. */
export interface Timeouts {
  connectMs: number
  headMs: number
  wholeAnswerMs: number
  firstContentMs: number
  stallMs: number
  thinkingMs: number
  localMs: number
  exchangeMs: number
  onSlow: 'wait' | 'race'
}

/** What a call is waited for: the frames of a stream, one whole answer, or something that is no conversation and may take its time. */
export type Awaited = 'stream' | 'whole' | 'passed'

export function limitsOf(timeouts: Timeouts, target: Target, awaited: Awaited): Pick<Patience, 'limits' | 'thinking'> {
  const limits = usualLimits(timeouts, target, awaited)
  return { limits, thinking: atLeast(timeouts.thinkingMs, limits) }
}

function usualLimits(timeouts: Timeouts, { kind }: Target, awaited: Awaited): Limits {
  const { connectMs, headMs, wholeAnswerMs, firstContentMs, stallMs, thinkingMs, localMs } = timeouts
  // It may have to be loaded, reads a long prompt for minutes, and keeps a tool call back until it is whole (local-engines.md 1.2, 1.3).
  if (kind === 'local') return { connectMs, headMs: localMs, firstContentMs: localMs, stallMs: localMs }
  // The head may come at once and the answer when it is ready.
  const whole = { connectMs, headMs: wholeAnswerMs, firstContentMs: wholeAnswerMs, stallMs }
  switch (awaited) {
    case 'stream':
      return { connectMs, headMs, firstContentMs, stallMs }
    case 'whole':
      return whole
    case 'passed':
      return { ...whole, stallMs: Math.max(stallMs, thinkingMs) }
  }
}

function atLeast(ms: number, { connectMs, headMs, firstContentMs, stallMs }: Limits): Limits {
  return {
    connectMs,
    headMs: Math.max(headMs, ms),
    firstContentMs: Math.max(firstContentMs, ms),
    stallMs: Math.max(stallMs, ms),
  }
}
