/** How an attempt ended, and what the attempts of one exchange share. */
import type { Clock } from '../clock.ts'
import type { Fitting } from '../context/fit/fitting.ts'
import type { Margins } from '../context/count/margins.ts'
import type { ClientDialectName } from '../dialects/dialect.ts'
import type { Engines } from '../engines/engine.ts'
import type { Locals } from '../engines/locals.ts'
import type { Failure } from '../ir/failure.ts'
import type { ChatRequest } from '../ir/request.ts'
import type { McpServers } from '../mcp-client/connect/servers.ts'
import type { Counts } from '../observe/metrics/counts.ts'
import type { Days } from '../observe/days/days.ts'
import type { Journal } from '../observe/journal/journal.ts'
import type { Log } from '../observe/log/log.ts'
import type { Metrics } from '../observe/metrics/metrics.ts'
import type { Traces } from '../observe/traces/traces.ts'
import type { Known } from '../routing/admission.ts'
import type { Chains } from '../routing/chains.ts'
import type { PayerBook } from '../routing/payers.ts'
import type { Target } from '../routing/target.ts'
import type { Policy } from '../routing/verdict.ts'
import type { ImageFetcher } from '../upstream/fetch-image.ts'
import type { NetworkWatch } from '../upstream/network-watch.ts'
import type { Patience } from '../upstream/patience.ts'
import type { Pools } from '../upstream/pools.ts'
import type { HeaderList } from '../wire/headers.ts'
import type { HandBack } from './relay/hand-back.ts'
import type { Aside } from './local/in-turn.ts'
import type { Loads } from './local/loads.ts'
import type { Losses } from './translate/losses.ts'
import type { OpenAnswer } from './translate/open-answer.ts'
import type { Wanted } from './translate/outgoing-call.ts'
import type { Places } from './local/places.ts'
import type { ModelLists, Question } from './question.ts'
import type { AttemptRecord } from './record.ts'
import type { HeldAnswer, Reply } from './reply/reply.ts'
import type { Times } from './timeouts.ts'
import type { Transcripts } from './responses/transcripts.ts'
import type { WarmUp } from './local/warm-up.ts'

export type Outcome =
  /** The client has its answer, whole or closed with an in-band error. */
  { type: 'answered' } | Failed | Broken

/** Nothing of an answer has reached the client. `original` is what the target said, as it said it; `isBegun`: the head of its stream was sent. */
export interface Failed {
  type: 'failed'
  failure: Failure
  original?: HeldAnswer
  isBegun?: true
}

/** The client has the beginning of an answer, and the target will not end it. */
export interface Broken {
  type: 'broken'
  failure: Failure
  /** The answer, for another target to go on with; `undefined` where nobody can. `onEnd` is told the frames that end a relayed one. */
  takeUp: (request: ChatRequest, onEnd: (frames: string) => void) => OpenAnswer | undefined
  /** Ends the answer with the failure, in the client's dialect. */
  tell: () => void
}

/** How an attempt tells its outcome; a rejection is a fault of Trooper's own. */
export interface Settle {
  resolve: (outcome: Outcome) => void
  reject: (error: unknown) => void
}

/** What an exchange works with. */
export interface Services extends Known {
  chains: Chains
  payers: PayerBook
  policy: Policy
  times: Times
  /** Answers that broke off are continued by the next target. */
  seam: boolean
  pools: Pools
  engines: Engines
  locals: Locals
  margins: Margins
  fitting: Fitting
  images: ImageFetcher
  /** The MCP servers that may be asked in a provider's place. */
  mcp: McpServers
  network: NetworkWatch
  places: Places
  loads: Loads
  warmUp: WarmUp
  handBack: HandBack
  transcripts: Transcripts
  modelLists: ModelLists
  /** Gathers what could not be carried to a target. */
  lossesAt: (target: string) => Losses
  counts: Counts
  journal: Journal
  days: Days
  /** Unset: switched off (`METRICS`). */
  metrics?: Metrics
  /** Unset: nobody wants them (`OTEL_EXPORTER_OTLP_ENDPOINT`). */
  traces?: Traces
  clock: Clock
  log: Log
  /** 24 random lower-case hex digits. */
  unique: () => string
}

/** One conversation request, read whole and not parsed. */
export interface Incoming {
  dialect: ClientDialectName
  /** The client's query with its `?`, or empty. */
  query: string
  headers: HeaderList
  /** Where the request comes from, looked up only where it counts. */
  address?: () => string | undefined
  body: Buffer
  /** A glance at the unparsed body says so. */
  asksForStream: boolean
  /** Set when it is the conversation itself that is to be made short (`/responses/compact`). */
  compacts?: true
  /** Set when it is no conversation, but one of the questions that Trooper can answer too. */
  asked?: { question: Question; method: string; path: string }
}

/** One target is asked. */
export interface Turn {
  target: Target
  /** When it began, epoch milliseconds. */
  sinceMs: number
  reply: Reply
  patience: Patience
  record: AttemptRecord
  /** How its answer is asked for where the target of another dialect goes on with one; unset: as a stream. */
  wanted?: Wanted
  /** Of a local target: does something for which the engine is not asked, so that others may ask it meanwhile. */
  aside?: Aside | undefined
  /** Wants to know what the target says beside its answer, whichever dialect that has. */
  heard?: ((headers: HeaderList, atMs: number) => void) | undefined
}

export const clientGone: Failed = { type: 'failed', failure: { kind: 'client-gone', message: 'The client left.' } }
