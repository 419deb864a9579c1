/**
 * Adds exchanges that have ended to what Prometheus is told. The cells of a dialect and a target are looked up once: an answered
 * exchange costs ~20 additions.
 */
import type { ClientDialectName } from '../../dialects/dialect.ts'
import type { Usage } from '../../ir/events.ts'
import type { Chains } from '../../routing/chains.ts'
import type { Bill, Cost } from '../prices/bill.ts'
import {
  fallbackOf,
  firstContentMs,
  isFailure,
  isSeam,
  reasonOf,
  type AttemptEntry,
  type Entry,
} from '../journal/entry.ts'
import { createExchangeMeters } from './exchange-meters.ts'
import { beginAll, beginDialect } from './from-zero.ts'
import type { Buckets, Cell } from './meters.ts'

type ExchangeOutcome = 'answered' | 'fallback' | 'failed' | 'gone'
type AttemptOutcome = 'answered' | 'failed' | 'broken' | 'skipped' | 'lost' | 'gone'

/** Of the clients of one dialect, and of what they ask. */
interface ExchangeCells {
  outcomes: Record<ExchangeOutcome, Cell>
  times: Record<ExchangeOutcome, Buckets>
}

/** Of the calls of one target for the clients of one dialect. */
interface AttemptCells {
  outcomes: Record<AttemptOutcome, Cell>
  times: Buckets
  firstContent: Buckets
}

interface TargetCells {
  input: Cell
  output: Cell
  cost: Cell
  costUnknown: Cell
  seams: Cell
  omittedMessages: Cell
  omittedTokens: Cell
}

export class ExchangeCounts {
  readonly meters = createExchangeMeters()
  readonly #chains: Chains
  readonly #exchanges: Cells<Entry['about'], Cells<ClientDialectName, ExchangeCells>> = new Map()
  readonly #attempts: Cells<string, Cells<ClientDialectName, AttemptCells>> = new Map()
  readonly #targets: Cells<string, TargetCells> = new Map()

  constructor(chains: Chains) {
    this.#chains = chains
    beginAll(this.meters, chains)
  }

  add(entry: Entry, bill: Bill): void {
    const outcome = outcomeOf(entry)
    const { outcomes, times } = this.#cellsFor(entry)
    outcomes[outcome].value += 1
    for (const attempt of entry.attempts) this.#addAttempt(entry, attempt)
    if (entry.about !== 'conversation') return
    times[outcome].observe((entry.totalMs ?? 0) / 1000)
    if (entry.isStream) this.#addFirstContent(entry, outcome)
    if (outcome === 'fallback') this.#addFallback(entry)
    if (entry.end.is === 'failed') this.meters.exchangeFailures.at(entry.dialect, entry.end.reason).value += 1
    for (const cost of bill.costs) this.#addCost(cost.target, cost)
    if (bill.notSpent) this.#addNotSpent(bill.notSpent)
  }

  #addFirstContent(entry: Entry, outcome: ExchangeOutcome): void {
    const ms = firstContentMs(entry)
    if (ms !== undefined) this.meters.firstContent.at(entry.dialect, outcome).observe(ms / 1000)
  }

  #addFallback(entry: Entry): void {
    const target = fallbackOf(entry)?.target ?? ''
    this.meters.fallbacks.at(entry.dialect, target, reasonOf(entry) ?? 'server-error').value += 1
  }

  #addAttempt(entry: Entry, attempt: AttemptEntry): void {
    const { target, end } = attempt
    const outcome = outcomeOfAttempt(attempt)
    const cells = this.#cellsAt(target, entry.dialect)
    cells.outcomes[outcome].value += 1
    if (end.is === 'skipped') this.meters.skips.at(target, entry.dialect, end.reason).value += 1
    if (isFailure(end)) this.meters.attemptFailures.at(target, entry.dialect, end.reason).value += 1
    if (entry.about !== 'conversation' || end.is === 'skipped') return
    this.#addTimes(entry, attempt, cells)
    this.#addContent(attempt)
  }

  #addTimes({ isStream }: Entry, attempt: AttemptEntry, { times, firstContent }: AttemptCells): void {
    const { target, startMs, turnMs, contentMs, endMs, end, usage } = attempt
    if (turnMs !== undefined) this.meters.queueTimes.at(target).observe((turnMs - startMs) / 1000)
    if (isStream && contentMs !== undefined) firstContent.observe((contentMs - startMs) / 1000)
    if (end.is !== 'answered' || endMs === undefined) return
    times.observe((endMs - startMs) / 1000)
    const writingMs = isStream && contentMs !== undefined ? endMs - contentMs : 0
    if (writingMs > 0 && usage?.outputTokens !== undefined)
      this.meters.speeds.at(target).observe((usage.outputTokens / writingMs) * 1000)
  }

  #addContent(attempt: AttemptEntry): void {
    const { target, usage, omitted } = attempt
    const cells = this.#cellsOf(target)
    if (isSeam(attempt)) cells.seams.value += 1
    if (usage) this.#addTokens(target, usage, cells)
    if (!omitted) return
    cells.omittedMessages.value += omitted.messages
    cells.omittedTokens.value += omitted.tokens
  }

  #addTokens(target: string, usage: Usage, { input, output }: TargetCells): void {
    const { inputTokens = 0, outputTokens = 0, cacheReadTokens = 0, cacheWriteTokens = 0 } = usage
    input.value += inputTokens
    output.value += outputTokens
    if (cacheReadTokens > 0) this.meters.cachedTokens.at(target, 'read').value += cacheReadTokens
    if (cacheWriteTokens > 0) this.meters.cachedTokens.at(target, 'write').value += cacheWriteTokens
  }

  #addCost(target: string, { usd, isWhole }: Cost): void {
    const { cost, costUnknown } = this.#cellsOf(target)
    cost.value += usd
    if (!isWhole) costUnknown.value += 1
  }

  #addNotSpent({ usd, isWhole }: Cost): void {
    this.meters.notSpent.at().value += usd
    if (!isWhole) this.meters.notSpentUnknown.at().value += 1
  }

  #cellsFor({ dialect, about }: Entry): ExchangeCells {
    const cells = known(this.#exchanges, about, () => new Map<ClientDialectName, ExchangeCells>())
    return known(cells, dialect, () => {
      if (about === 'conversation') beginDialect(this.meters, dialect, this.#chains[dialect])
      const count = (outcome: ExchangeOutcome): Cell => this.meters.exchanges.at(dialect, about, outcome)
      const time = (outcome: ExchangeOutcome): Buckets => this.meters.exchangeTimes.at(dialect, outcome)
      return {
        outcomes: {
          answered: count('answered'),
          fallback: count('fallback'),
          failed: count('failed'),
          gone: count('gone'),
        },
        times: { answered: time('answered'), fallback: time('fallback'), failed: time('failed'), gone: time('gone') },
      }
    })
  }

  #cellsAt(target: string, dialect: ClientDialectName): AttemptCells {
    const cells = known(this.#attempts, target, () => new Map<ClientDialectName, AttemptCells>())
    return known(cells, dialect, () => {
      const count = (outcome: AttemptOutcome): Cell => this.meters.attempts.at(target, dialect, outcome)
      return {
        outcomes: {
          answered: count('answered'),
          failed: count('failed'),
          broken: count('broken'),
          skipped: count('skipped'),
          lost: count('lost'),
          gone: count('gone'),
        },
        times: this.meters.attemptTimes.at(target, dialect),
        firstContent: this.meters.attemptFirstContent.at(target, dialect),
      }
    })
  }

  #cellsOf(target: string): TargetCells {
    return known(this.#targets, target, () => ({
      input: this.meters.tokens.at(target, 'input'),
      output: this.meters.tokens.at(target, 'output'),
      cost: this.meters.cost.at(target),
      costUnknown: this.meters.costUnknown.at(target),
      seams: this.meters.seams.at(target),
      omittedMessages: this.meters.omittedMessages.at(target),
      omittedTokens: this.meters.omittedTokens.at(target),
    }))
  }
}

/** Nested, as a key put together of two costs more than the additions. */
type Cells<K, T> = Map<K, T>

function known<K, T>(cells: Cells<K, T>, key: K, create: () => T): T {
  const there = cells.get(key)
  if (there) return there
  const made = create()
  cells.set(key, made)
  return made
}

function outcomeOf(entry: Entry): ExchangeOutcome {
  const { is } = entry.end
  if (is === 'answered') return fallbackOf(entry) ? 'fallback' : 'answered'
  return is === 'gone' ? 'gone' : 'failed'
}

/** One without an end had a fault of Trooper's own. */
function outcomeOfAttempt({ end }: AttemptEntry): AttemptOutcome {
  if (end.is === 'open') return 'failed'
  return 'reason' in end && end.reason === 'client-gone' ? 'gone' : end.is
}
