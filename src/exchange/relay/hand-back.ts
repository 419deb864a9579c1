/** Makes a history that holds turns of the local model one that a strict provider takes, on the relay path. */
import type { ClientDialectName } from '../../dialects/dialect.ts'
import { cutLocalTurns, mayHoldLocalTurns } from '../../dialects/anthropic/local-turns.ts'
import { meetQuirks, type Quirk } from '../../dialects/openai-chat/quirks.ts'
import type { Failure } from '../../ir/failure.ts'
import { exactText } from '../../ir/exact-json.ts'
import { isObject } from '../../ir/json.ts'
import type { Target } from '../../routing/target.ts'
import type { Range } from '../../wire/json-text.ts'
import { parseBody } from '../parse-body.ts'

/** In which dialects histories may hold local turns. Looking through a body costs about a tenth of a millisecond for 150 KB: spared until then. */
export interface HandBack {
  isExpected(dialect: ClientDialectName): boolean
  expect(dialect: ClientDialectName): void
}

/** `isEverywhere`: an earlier process has left signs that local models answered for a provider. */
export function createHandBack(isEverywhere: boolean): HandBack {
  const expected = new Set<ClientDialectName>()
  return {
    isExpected: (dialect) => isEverywhere || expected.has(dialect),
    expect: (dialect) => void expected.add(dialect),
  }
}

/** After a restart nobody is expected to come back, but a provider's refusal may mean that somebody did. */
export function mayRefuseHistory({ kind, status }: Failure): boolean {
  return kind === 'bad-request' || status === 400 || status === 404 || status === 422
}

/** The same bytes when the history is the provider's own. Responses histories stand elsewhere (responses-memory.ts). */
export function mendHistory(body: Buffer, dialect: ClientDialectName, target: Target): Buffer {
  switch (dialect) {
    case 'anthropic':
      return mayHoldLocalTurns(body) ? withoutLocalThinking(body) : body
    case 'openai-chat':
      return target.quirks && mayNeedQuirks(body) ? withQuirksMet(body, target.quirks) : body
    case 'openai-responses':
    case 'ollama':
      return body
  }
}

function withoutLocalThinking(body: Buffer): Buffer {
  return without(body, cutLocalTurns(body.toString('latin1')))
}

/** The same bytes less the ranges, which are in order. */
export function without(body: Buffer, cuts: readonly Range[]): Buffer {
  if (cuts.length === 0) return body
  const kept: Buffer[] = []
  let from = 0
  for (const { start, end } of cuts) {
    kept.push(body.subarray(from, start))
    from = end
  }
  return Buffer.concat([...kept, body.subarray(from)])
}

function mayNeedQuirks(body: Buffer): boolean {
  return body.includes('"tool_call') || body.includes('"reasoning') || emptyContent.test(body.toString('latin1'))
}

/** What a local model leaves that says nothing. */
const emptyContent = /"content"\s*:\s*(?:""|null)/

function withQuirksMet(body: Buffer, quirks: readonly Quirk[]): Buffer {
  const request = parseBody(body)
  if (!isObject(request)) return body
  const met = meetQuirks(request, quirks)
  return met === request ? body : Buffer.from(exactText(met))
}
