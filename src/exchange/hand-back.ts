/** Makes a history that holds turns of the local model one that a strict provider takes, on the relay path. */
import type { ClientDialectName } from '../dialects/dialect.ts'
import { cutLocalTurns, mayHoldLocalTurns } from '../dialects/anthropic/local-turns.ts'
import { meetQuirks, type Quirk } from '../dialects/openai-chat/quirks.ts'
import type { Failure } from '../ir/failure.ts'
import { exactText, parseExact } from '../ir/exact-json.ts'
import { isObject } from '../ir/json.ts'
import type { Target } from '../routing/target.ts'

export interface HandBack {
  /** From now on histories in this dialect may hold local turns. */
  expect(dialect: ClientDialectName): void
  /** The body as the provider takes it; the same bytes as long as no local turn is expected, at no cost. */
  mend(body: Buffer, dialect: ClientDialectName, target: Target): Buffer
  /** A refused body that holds local turns of an earlier life of this process, or of another one: true when it is worth a repeat. */
  learn(failure: Failure, body: Buffer, dialect: ClientDialectName, target: Target): boolean
}

/** Looking through a body costs about a tenth of a millisecond for 150 KB: spared as long as no local model has answered. */
export function createHandBack(): HandBack {
  const expected = new Set<ClientDialectName>()
  return {
    expect: (dialect) => void expected.add(dialect),
    mend: (body, dialect, target) => (expected.has(dialect) ? mendHistory(body, dialect, target) : body),
    learn: ({ kind, status }, body, dialect, target) => {
      const isRefused = kind === 'bad-request' || status === 400 || status === 422
      if (!isRefused || expected.has(dialect) || mendHistory(body, dialect, target) === body) return false
      expected.add(dialect)
      return true
    },
  }
}

/** The same bytes when the history is the provider's own. */
function mendHistory(body: Buffer, dialect: ClientDialectName, target: Target): Buffer {
  switch (dialect) {
    case 'anthropic':
      return mayHoldLocalTurns(body) ? withoutLocalThinking(body) : body
    case 'openai-chat':
      return target.quirks && mayNeedQuirks(body) ? withQuirksMet(body, target.quirks) : body
    case 'openai-responses':
      return body
  }
}

function withoutLocalThinking(body: Buffer): Buffer {
  const cuts = cutLocalTurns(body.toString('latin1'))
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
  return body.includes('"tool_call') || body.includes('"reasoning')
}

function withQuirksMet(body: Buffer, quirks: readonly Quirk[]): Buffer {
  const request = parseExact(body.toString('utf8'))
  if (!isObject(request)) return body
  const met = meetQuirks(request, quirks)
  return met === request ? body : Buffer.from(exactText(met))
}
