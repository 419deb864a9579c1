/**
 * Any interleaving of outcomes, at any times: a spent target is never asked before its time, at most one exchange at a time finds out
 * whether it is back, and a healthy target is never skipped for ever.
 */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Failure, Limit } from '../ir/failure.ts'
import { admit, type Admission, type Known } from './admission.ts'
import { createBreakers } from './breakers.ts'
import { createLedger, probePatienceMs, type Payer } from './ledger.ts'
import { createOverride } from './override.ts'
import { readRemembered, writeRemembered } from './remembered.ts'
import type { Target } from './target.ts'
import type { Trial } from './trial.ts'
import { createUsageBook } from './usage.ts'

const url = { origin: 'https://api.example.com', base: '/v1', query: '', text: 'https://api.example.com/v1/messages' }
const target: Target = { name: 'primary', kind: 'cloud', dialect: 'anthropic', speaks: ['anthropic'], url }
const models = ['opus', 'haiku'] as const
type Model = (typeof models)[number]
const payerOf = (model: Model): Payer => ({ target, account: 'a', model })

/** How the target answers an exchange, as it will turn out when that ends. */
type End =
  | { is: 'answered' }
  | { is: 'refused'; scope: 'account' | 'model'; kind: Limit['kind']; inMs: number | undefined; isUpperBound: boolean }
  | { is: 'failed' }
  | { is: 'left' }

interface Open {
  model: Model
  trial: Trial | undefined
  sinceMs: number
  /** What it finds out about, if it is a trial: the account as a whole, the model. */
  claims: string[]
}

/** What was said so far, and nothing of how the ledger keeps it. */
interface Said {
  /** Until when nobody may ask, of the account as a whole and of each model. */
  waits: Map<string, number>
  /** Who is finding out whether that is over. */
  owners: Map<string, Open>
  open: Open[]
}

interface Real {
  known: Known
  nowMs: number
}

function knownFrom(ledger: Known['ledger']): Known {
  const network = { isQuiet: true, isAway: () => false }
  const [breakers, usage, override] = [createBreakers(), createUsageBook(), createOverride()]
  return { ledger, breakers, usage, override, handoverAt: undefined, network }
}

const keysOf = (model: Model): string[] => ['account', model]

class Pass implements fc.Command<Said, Real> {
  readonly ms: number
  constructor(ms: number) {
    this.ms = ms
  }
  check = (): boolean => true
  run(_said: Said, real: Real): void {
    real.nowMs += this.ms
  }
  toString = (): string => `pass(${this.ms})`
}

class Ask implements fc.Command<Said, Real> {
  readonly model: Model
  constructor(model: Model) {
    this.model = model
  }
  check = (): boolean => true
  run(said: Said, real: Real): void {
    const admission = ask(real, this.model)
    if (admission.is === 'skip') return
    const claims = keysOf(this.model).filter((key) => said.waits.has(key))
    const open = { model: this.model, trial: admission.trial, sinceMs: real.nowMs, claims }
    for (const key of claims) {
      expect(real.nowMs, `asked before its time: ${key}`).toBeGreaterThanOrEqual(said.waits.get(key) ?? 0)
      expect(admission.trial, 'a rush at the reset').toBeDefined()
      const owner = said.owners.get(key)
      expect(real.nowMs - (owner?.sinceMs ?? 0), 'two trials at a time').toBeGreaterThanOrEqual(probePatienceMs)
      said.owners.set(key, open)
    }
    said.open.push(open)
  }
  toString = (): string => `ask(${this.model})`
}

function ask({ known, nowMs }: Real, model: Model): Admission {
  return admit(payerOf(model), known, { isPrimary: true, isQuestion: false, loop: 'none' }, nowMs)
}

class Finish implements fc.Command<Said, Real> {
  readonly at: number
  readonly end: End
  constructor(at: number, end: End) {
    this.at = at
    this.end = end
  }
  check = (said: Readonly<Said>): boolean => said.open.length > 0
  run(said: Said, real: Real): void {
    const [open] = said.open.splice(this.at % said.open.length, 1)
    if (open) finish(said, real, open, this.end)
  }
  toString = (): string => `finish(${this.at}, ${JSON.stringify(this.end)})`
}

const overloaded: Failure = { kind: 'overloaded', message: 'Overloaded' }

function finish(said: Said, { known, nowMs }: Real, open: Open, end: End): void {
  const { trial } = open
  const payer = payerOf(open.model)
  switch (end.is) {
    case 'answered':
      trial?.began(nowMs)
      known.breakers.succeeded(payer, nowMs)
      noteAnswer(said, open)
      break
    case 'refused': {
      const limit = limitOf(end, nowMs)
      if (trial) trial.refused(limit, nowMs)
      else known.ledger.record(payer, limit, nowMs)
      noteRefusal(said, open, end.scope === 'account' ? 'account' : open.model, forbiddenUntil(limit, nowMs))
      break
    }
    case 'failed':
      if (trial) trial.failed(overloaded, nowMs)
      else known.breakers.failed(payer, overloaded, false, nowMs)
      break
    case 'left':
      break
  }
  trial?.release(nowMs)
  for (const key of open.claims) if (said.owners.get(key) === open) said.owners.delete(key)
}

/** Ends what it was asking about, unless another trial was refused meanwhile. */
function noteAnswer(said: Said, { claims }: Open): void {
  for (const key of claims) if (said.owners.delete(key)) said.waits.delete(key)
}

/** Whoever decides has the newest word; a refusal of an exchange that began earlier never shortens a wait. */
function noteRefusal(said: Said, open: Open, key: string, untilMs: number): void {
  const isDecision = said.owners.get(key) === open
  if (isDecision) said.owners.delete(key)
  said.waits.set(key, isDecision ? untilMs : Math.max(untilMs, said.waits.get(key) ?? 0))
}

function limitOf({ kind, scope, inMs, isUpperBound }: Extract<End, { is: 'refused' }>, nowMs: number): Limit {
  const facts = { scope, message: 'Spent.', ...(inMs !== undefined && { resetsAtMs: nowMs + inMs }) }
  return kind === 'rate-limited'
    ? { kind, ...facts }
    : { kind, what: 'quota', ...facts, ...(isUpperBound && { isUpperBound }) }
}

/** The time that the refusal itself forbids, whatever the ledger makes of it. */
function forbiddenUntil(limit: Limit, nowMs: number): number {
  if (limit.resetsAtMs === undefined) return nowMs + 30_000
  const isBound = limit.kind === 'quota-spent' && limit.isUpperBound
  return isBound ? Math.min(limit.resetsAtMs, nowMs + 5 * 60_000) : limit.resetsAtMs
}

class Restart implements fc.Command<Said, Real> {
  check = (): boolean => true
  run(said: Said, real: Real): void {
    const { ledger, usage } = real.known
    const text = writeRemembered({ entries: ledger.entries(), usage: usage.entries(), override: { mode: 'auto' } })
    const remembered = readRemembered(text)
    expect(remembered).toBeDefined()
    real.known = knownFrom(createLedger(remembered?.entries))
    said.open = []
    said.owners.clear()
  }
  toString = (): string => 'restart'
}

const end: fc.Arbitrary<End> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<End>({ is: 'answered' }) },
  {
    weight: 4,
    arbitrary: fc.record({
      is: fc.constant('refused' as const),
      scope: fc.constantFrom('account' as const, 'model' as const),
      kind: fc.constantFrom('quota-spent' as const, 'rate-limited' as const),
      inMs: fc.option(fc.oneof(fc.integer({ min: 1, max: 60_000 }), fc.integer({ min: 60_000, max: 40 * 3_600_000 })), {
        nil: undefined,
      }),
      isUpperBound: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.constant<End>({ is: 'failed' }) },
  { weight: 1, arbitrary: fc.constant<End>({ is: 'left' }) },
)

const commands = fc.commands<Said, Real>(
  [
    fc.oneof(fc.integer({ min: 1, max: 40_000 }), fc.integer({ min: 1, max: 6 * 3_600_000 })).map((ms) => new Pass(ms)),
    fc.constantFrom(...models).map((model) => new Ask(model)),
    fc.tuple(fc.nat(5), end).map(([at, how]) => new Finish(at, how)),
    fc.constant(new Restart()),
  ],
  { maxCommands: 60 },
)

/** From here on the target is well: whoever asks is answered at once, and asks come every minute. */
function recovers(said: Said, real: Real): void {
  const longestMs = Math.max(0, ...[...said.waits.values()].map((untilMs) => untilMs - real.nowMs))
  const inTimeMs = real.nowMs + longestMs + 3_600_000
  const isFree = (model: Model): boolean => {
    const admission = ask(real, model)
    if (admission.is === 'skip') return false
    admission.trial?.began(real.nowMs)
    real.known.breakers.succeeded(payerOf(model), real.nowMs)
    return admission.trial === undefined
  }
  for (const model of models) {
    while (!isFree(model)) {
      real.nowMs += 60_000
      expect(real.nowMs, `${model} is skipped for ever`).toBeLessThan(inTimeMs)
    }
  }
}

describe('the memory of a target', () => {
  it('keeps its promises for any interleaving of outcomes', () => {
    fc.assert(
      fc.property(commands, (steps) => {
        const said: Said = { waits: new Map(), owners: new Map(), open: [] }
        const real: Real = { known: knownFrom(createLedger()), nowMs: 1_000_000 }
        fc.modelRun(() => ({ model: said, real }), steps)
        recovers(said, real)
      }),
      { numRuns: 2000 },
    )
  })
})
