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
type Awaited = 'stream' | 'whole' | 'passed'

/** What the settings come to, worked out once: every request asks. */
export interface Times {
  readonly exchangeMs: number
  readonly onSlow: 'wait' | 'race'
  limitsOf(target: Target, awaited: Awaited): Pick<Patience, 'limits' | 'thinking'>
}

export function createTimes(timeouts: Timeouts): Times {
  const { connectMs, headMs, wholeAnswerMs, firstContentMs, stallMs, thinkingMs, localMs } = timeouts
  const withThinking = (limits: Limits) => ({ limits, thinking: atLeast(thinkingMs, limits) })
  // It may have to be loaded, reads a long prompt for minutes, and keeps a tool call back until it is whole (local-engines.md 1.2, 1.3).
  const local = withThinking({ connectMs, headMs: localMs, firstContentMs: localMs, stallMs: localMs })
  // The head may come at once and the answer when it is ready.
  const whole = { connectMs, headMs: wholeAnswerMs, firstContentMs: wholeAnswerMs, stallMs }
  const cloud = {
    stream: withThinking({ connectMs, headMs, firstContentMs, stallMs }),
    whole: withThinking(whole),
    passed: withThinking({ ...whole, stallMs: Math.max(stallMs, thinkingMs) }),
  }
  return {
    exchangeMs: timeouts.exchangeMs,
    onSlow: timeouts.onSlow,
    limitsOf: ({ kind }, awaited) => (kind === 'local' ? local : cloud[awaited]),
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
