/** What is held against the SDKs' types: JSON that Trooper writes, beside the name of its type in `test/clients/types/wire.ts`. */
import type { JsonValue } from '../../src/ir/json.ts'
import type { DialectName } from '../../src/ir/request.ts'

/** `/api/generate` and `/responses/compact` have answers of their own. */
export type WireType =
  | 'CompactedAnswer'
  | `${Wire | 'OllamaGenerate'}${'Answer' | 'Event'}`
  | `${Wire}${'Error' | 'Request'}`

export interface Sample {
  type: WireType
  /** Unique among the samples of its type. */
  name: string
  /** Each of this type: one body, or all events of a stream. */
  values: readonly JsonValue[]
}

export const dialects: readonly DialectName[] = ['anthropic', 'openai-chat', 'openai-responses', 'ollama']

/** What the wire of a dialect is called here. */
export function wireOf(dialect: DialectName): Wire {
  return wires[dialect]
}

const wires = {
  anthropic: 'Messages',
  'openai-chat': 'Chat',
  'openai-responses': 'Responses',
  ollama: 'Ollama',
} as const satisfies { readonly [D in DialectName]: string }

type Wire = (typeof wires)[DialectName]
