/**
 * What `/trooper/api` says, as JSON: the contract of the page, the terminal and the tools for agents. `docs/openapi.json` describes
 * the same for everybody else, and a test holds it against a running Trooper. Times are epoch milliseconds, durations milliseconds.
 */
import type { ShownSetting } from '../config/shown.ts'
import type { ClientDialectName } from '../dialects/dialect.ts'
import type { Wire } from '../drill/app.ts'
import type { Outcome } from '../drill/scenario.ts'
import type { DialectName } from '../ir/request.ts'
import type { LocalAnswer, LocalStage } from '../exchange/local/ask-local.ts'
import type { FailureKind } from '../ir/failure.ts'
import type { DayView } from '../observe/days/day.ts'
import type { Entry } from '../observe/journal/entry.ts'
import type { Override } from '../routing/override.ts'

export type { DayView, MoneyView } from '../observe/days/day.ts'

/** `GET /trooper/api/status`: everything that fits on one screen. */
export interface StatusView {
  version: string
  nowMs: number
  startedAtMs: number
  override: Override
  /** Who answers a new conversation, for each chain that there is; the one of the latest exchange first. */
  answering: AnsweringView[]
  targets: TargetView[]
  engines: EngineView[]
  /** `down`: no provider can be reached from this machine. */
  network: 'up' | 'down'
  today: DayView
}

export interface AnsweringView {
  /** The clients' dialects whose chain this is. */
  dialects: ClientDialectName[]
  target: string
  kind: 'cloud' | 'local'
  model?: string
  /** Why not the first of the chain; unset while that is who answers. */
  instead?: {
    of: string
    reason: FailureKind
    words: string
    untilMs?: number
    /** Nobody said that it is back then: it is tried. */
    isTry?: true
  }
}

export interface TargetView {
  name: string
  kind: 'cloud' | 'local'
  dialect: DialectName
  /** Its URL, without secrets. */
  place: string
  model?: string
  state: TargetState
  /** How much of each quota is used, where the provider says so. */
  quotas: QuotaView[]
  /** Whom it is not asked for, the one whose rest ends first at the beginning; unset where nobody, and never more than twenty. */
  rests?: RestView[]
}

export type TargetState =
  | { is: 'ready' }
  /** Not asked before `untilMs`. */
  | { is: 'resting'; reason: FailureKind; words: string; untilMs: number }
  /** One exchange is finding out whether it answers again. */
  | { is: 'probing'; reason: FailureKind; words: string; sinceMs: number }
  /** It cannot be reached from this machine. */
  | { is: 'away' }

export interface QuotaView {
  /** The provider's own name for it: `5h`, `7d`, `requests`. */
  window: string
  /** 0 to 1; a provider that counts beyond means that all of it is used. */
  used: number
  resetsAtMs: number
  /** A digest that tells customers apart. */
  account: string
  model?: string
}

export interface EngineView {
  target: string
  /** What answers there: `Ollama`, `LM Studio`, …; unset where nothing did. */
  software?: string
  place: string
  model: string
  state: 'loaded' | 'unloaded' | 'loading' | 'unreachable' | 'unknown'
  windowTokens?: number
  can: { tools?: boolean; vision?: boolean; thinking?: boolean }
  queue: { running: number; waiting: number }
}

/** `GET /trooper/api/exchanges?limit=&before=`: newest first, without content. One of them, with it: `GET /trooper/api/exchanges/{id}`. */
export interface ExchangesView {
  exchanges: Entry[]
  /** The id to ask for those before; unset at the end. */
  before?: string
}

/** `GET /trooper/api/ledger`: who rests, until when, and from which words of the provider that is known. */
export interface LedgerView {
  entries: RestView[]
}

/** One customer whom a target is not asked for. */
export interface RestView {
  target: string
  place: string
  /** A digest that tells customers apart. */
  account: string
  /** Unset where the whole account is concerned. */
  model?: string
  reason: FailureKind
  /** The provider's own, without what looks like a key. */
  words: string
  window?: string
  untilMs: number
  /** In a row. */
  refusals: number
  /** One exchange is finding out whether it answers again. */
  isProbed: boolean
}

/** `GET /trooper/api/engines`: asked anew when that is two seconds since. */
interface EnginesView {
  engines: EngineView[]
}

/** `GET /trooper/api/days?limit=`: newest first. */
export interface DaysView {
  days: DayView[]
}

/** `GET` and `PUT /trooper/api/override`; a body like `{"mode":"local","forMs":3600000}`. */
export type OverrideView = Override

/**
 * `POST /trooper/api/probe`; a body like `{"target":"primary"}`, or none for all. A target that is left alone, as its quota is spent or as it
 * kept failing, is due from now on: the next exchange of each customer asks it, one at a time, and its answer decides for all. Nothing is
 * sent before; what the person wants (`override`) and a quota over `HANDOVER_AT` still count.
 */
export interface ProbeView {
  /** Those that were left alone and are due now; empty where none was. */
  due: string[]
}

/** `POST /trooper/api/warm`; a body like `{"target":"local/qwen2.5:3b"}`, or none for the first of the latest chain. */
export interface WarmView {
  target: string
  /** `loading`: it goes on; the status says when it is over. */
  state: 'loaded' | 'loading'
}

/** `GET /trooper/api/drill`: what can be played, and the run under way or the last one. */
export interface DrillView {
  scenarios: { name: string; provider: string; trooper: string; app: string }[]
  run?: DrillRunView
}

/** `POST /trooper/api/drill`; a body like `{"scenario":"quota-spent","dialect":"messages","standIn":true}`, or none for everything. */
export interface DrillRunView {
  /** `failed`: the drill itself, for `problem`. */
  state: 'running' | 'over' | 'failed'
  startedAtMs: number
  endedAtMs?: number
  /** Who answered for the local model, and why that one. */
  localModel?: string
  scenarios: DrilledView[]
  problem?: string
}

export interface DrilledView {
  name: string
  state: 'waiting' | 'playing' | 'right' | 'wrong'
  /** One conversation of one app each. */
  runs: DrilledRunView[]
}

export interface DrilledRunView {
  dialect: Wire
  streamed: boolean
  ok: boolean
  /** Whom each message had its answer from, and in which state. */
  outcomes: Outcome[]
  tookMs: number
}

/** `GET /trooper/api/events`: server-sent events, each named after what it carries. The first is a `status`. */
export type ApiEvent =
  | { event: 'status'; data: StatusView }
  | { event: 'exchange'; data: Entry }
  | { event: 'drill'; data: DrillRunView }

/** `GET /trooper/api/chains`: who is asked in which order, and which models the local servers have. */
export interface ChainsView {
  chains: { dialects: ClientDialectName[]; targets: string[] }[]
  servers: {
    place: string
    /** Unset: nobody answers there. */
    software?: string
    /** Those that hold conversations; empty where it names none. */
    models: { name: string; isLoaded: boolean; sizeBytes?: number; tools?: boolean }[]
  }[]
}

/** `GET /trooper/api/settings`: as they are, in the words of the manual, without what is secret. */
export interface SettingsView {
  settings: ShownSetting[]
}

/**
 * `POST /trooper/api/ask`; a body like `{"prompt":"Summarise: …","maxTokens":500}`: the local model answers, whatever the override says, in its
 * turn. Server-sent events, each named after what it carries: stages as they come, then the answer or the problem. Who leaves takes it back.
 */
export type AskEvent =
  | { event: 'stage'; data: LocalStage }
  | { event: 'answer'; data: LocalAnswer }
  | { event: 'problem'; data: ProblemView }

/** Everything that goes wrong under `/trooper/api`. */
export interface ProblemView {
  error: { message: string }
}

/** Whatever a body may be. */
export type View =
  | StatusView
  | ExchangesView
  | Entry
  | LedgerView
  | EnginesView
  | DaysView
  | OverrideView
  | ProbeView
  | WarmView
  | DrillView
  | DrillRunView
  | ChainsView
  | SettingsView
  | ProblemView
