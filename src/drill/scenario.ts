/** A way in which a provider may fail its app, as a script that the drill can play. */
import type { RefusalName } from './refusals.ts'

/** What the simulated provider does with one message of a conversation. */
export type Act =
  | { do: 'answer' }
  /** Announces its answer and says nothing of it for a while. */
  | { do: 'answer-late' }
  | Refuse
  | { do: 'reset' }
  | { do: 'say-nothing' }
  /** An error under status 200, before any word of the answer. */
  | { do: 'error-in-200' }
  | { do: 'web-page' }
  | BreakOff

export interface Refuse {
  do: 'refuse'
  as: RefusalName
  /** When the limit ends, where it is one. */
  resets: 'soon' | 'late'
  /** The same request is answered when it comes again. */
  once?: true
}

export interface BreakOff {
  do: 'break-off'
  by: 'cut' | 'stall' | 'error' | 'half-frame'
  /** The app offers a tool, and it is the call of it that breaks off. */
  tool?: true
}

/** Whom an app has its answer from, as it came to see it. */
export type Outcome =
  | 'provider'
  | 'local'
  /** Begun by the provider, ended by the local model. */
  | 'both'
  /** The provider's own error, untouched. */
  | 'refused'
  /** An error in the app's own wire format, in the middle of the answer. */
  | 'told'
  /** The answer ended without its end, and nobody said so. */
  | 'cut'

export interface Message {
  act: Act
  /** What the app has to see, where it asks for a stream and where it does not. */
  sees: Outcome | { streamed: Outcome; whole: Outcome }
  /** The app asks only when the limit has ended that the provider told of before. */
  afterReset?: true
}

export interface Scenario {
  name: string
  /** For the table: what the provider does, without its subject. */
  short: string
  /** One sentence each. */
  provider: string
  trooper: string
  app: string
  /** A conversation, message by message; what comes later is met like the last one. */
  messages: readonly [Message, ...Message[]]
  /** The provider is not there at all. */
  isDown?: true
  /** A silence is what it shows: the clocks of the drilled Trooper are set short. */
  isAboutSilence?: true
}

export function outcomeWanted({ sees }: Message, streamed: boolean): Outcome {
  if (typeof sees === 'string') return sees
  return streamed ? sees.streamed : sees.whole
}
