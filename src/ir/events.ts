/**
 * A streamed answer in no dialect.
 * Grammar: `start (block | opaque | mcp-list | mcp-approval)* (finish | failure)`; a block is `X-start X-delta* X-end` with an index of its
 * own; blocks may interleave; exactly one `finish` or `failure`, and it is last (style-anchors.md 5.2).
 */
import type { McpResult } from './answer.ts'
import type { Failure } from './failure.ts'
import type { JsonObject, JsonValue } from './json.ts'
import type { McpCall, McpList } from './mcp.ts'
import type { DialectName, Seal } from './request.ts'

export type StreamEvent =
  | { type: 'start'; id: string; model: string; usage?: Usage }
  | { type: 'text-start'; index: number }
  | { type: 'text-delta'; index: number; text: string }
  | { type: 'text-end'; index: number; citations?: JsonValue[] }
  | { type: 'reasoning-start'; index: number }
  | { type: 'reasoning-delta'; index: number; text: string }
  | { type: 'reasoning-end'; index: number; seal?: Seal }
  | { type: 'tool-call-start'; index: number; id: string; name: string }
  | { type: 'tool-call-delta'; index: number; json: string }
  | { type: 'tool-call-end'; index: number }
  /** What a server offers, where the client's dialect tells it. */
  | { type: 'mcp-list'; list: McpList }
  /** A call that a server runs within the answer: whole, and with its end its result. */
  | { type: 'mcp-call-start'; index: number; call: McpCall }
  | { type: 'mcp-call-end'; index: number; result: McpResult }
  /** A call that waits for the client's word: the answer ends without it. */
  | { type: 'mcp-approval'; call: McpCall }
  | { type: 'opaque'; dialect: DialectName; value: JsonObject }
  | Finish
  | { type: 'failure'; failure: Failure }

export type McpEvent = Extract<StreamEvent, { type: `mcp-${string}` }>

export interface Finish {
  type: 'finish'
  reason: FinishReason
  /** The provider's own word, used when the client speaks the same dialect (`pause_turn`, `refusal`). */
  rawReason?: string
  stopSequence?: string
  usage: Usage
}

export type FinishReason = 'stop' | 'length' | 'tool-calls' | 'content-filter' | 'other'

/** Token counts; `undefined` is unknown, not zero. `inputTokens` includes what came from or went to a cache. */
export interface Usage {
  inputTokens?: number
  cacheReadTokens?: number
  cacheWriteTokens?: number
  outputTokens?: number
  reasoningTokens?: number
}

export type Emit = (event: StreamEvent) => void
