/** What Prometheus is told of exchanges: one meter a question that a person asks. docs/metrics.md has them all. */
import { Counter, Histogram } from './meters.ts'

/** Of a local model that reads a long prompt as of a cloud's cached answer. */
const seconds = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600]
const tokensPerSecond = [1, 2, 5, 10, 20, 30, 50, 75, 100, 150, 200, 300, 500]

function counter(name: string, labels: string[], help: string): Counter {
  return new Counter({ name: `trooper_${name}`, help, labels })
}

function times(name: string, labels: string[], help: string): Histogram {
  return new Histogram({ name: `trooper_${name}`, help, labels }, seconds)
}

function speeds(name: string, labels: string[], help: string): Histogram {
  return new Histogram({ name: `trooper_${name}`, help, labels }, tokensPerSecond)
}

export type ExchangeMeters = ReturnType<typeof createExchangeMeters>

export function createExchangeMeters() {
  return { ...createClientMeters(), ...createAttemptMeters(), ...createTargetMeters() }
}

/** What clients see. */
function createClientMeters() {
  return {
    exchanges: counter(
      'exchanges_total',
      ['dialect', 'about', 'outcome'],
      'Requests that are over, by what came of them: answered by the first target, by a fallback, failed, or gone, as the client left.',
    ),
    exchangeFailures: counter(
      'exchange_failures_total',
      ['dialect', 'reason'],
      'Conversations that ended with an error for the client, by the reason for which the first target did not answer.',
    ),
    exchangeTimes: times(
      'exchange_duration_seconds',
      ['dialect', 'outcome'],
      'From a conversation request to the end of its answer.',
    ),
    firstContent: times(
      'exchange_first_content_seconds',
      ['dialect', 'outcome'],
      'From a conversation request to the first content of its streamed answer.',
    ),
    fallbacks: counter(
      'fallbacks_total',
      ['dialect', 'target', 'reason'],
      'Conversations that another than the first target answered, by who did and why the first one did not.',
    ),
    notSpent: counter(
      'not_spent_usd_total',
      [],
      'What the conversations that local models answered would have cost at the first target.',
    ),
    notSpentUnknown: counter(
      'not_spent_unknown_total',
      [],
      'Conversations that a local model answered and of which nobody knows what they would have cost.',
    ),
  }
}

/** What became of the calls of a target for the clients of a dialect. */
function createAttemptMeters() {
  const labels = ['target', 'dialect']
  return {
    attempts: counter(
      'attempts_total',
      [...labels, 'outcome'],
      'Calls of a target, by what came of them. Skipped: not asked; broken: in the middle of the answer; lost: another one was faster; gone: the client left.',
    ),
    attemptFailures: counter(
      'attempt_failures_total',
      [...labels, 'reason'],
      'Calls of a target that failed or broke off, by reason.',
    ),
    skips: counter(
      'skips_total',
      [...labels, 'reason'],
      'How often a target was not asked because of what is known of it, by reason.',
    ),
    attemptTimes: times(
      'attempt_duration_seconds',
      labels,
      'From the call of a target to the end of its whole answer to a conversation.',
    ),
    attemptFirstContent: times(
      'attempt_first_content_seconds',
      labels,
      'From the call of a target to the first content of its streamed answer.',
    ),
  }
}

/** What a target did, whoever asked. */
function createTargetMeters() {
  const labels = ['target']
  return {
    seams: counter('seams_total', labels, 'Streamed answers that broke off and that this target went on with.'),
    queueTimes: times('queue_wait_seconds', labels, 'How long requests waited for their turn at a local engine.'),
    tokens: counter('tokens_total', [...labels, 'direction'], 'Tokens that a target said it read and wrote.'),
    cachedTokens: counter(
      'cached_tokens_total',
      [...labels, 'direction'],
      'Of the tokens that a target read, those that came from its cache or went there.',
    ),
    speeds: speeds(
      'output_tokens_per_second',
      labels,
      'How fast streamed answers were written, from their first content to their end.',
    ),
    omittedMessages: counter(
      'omitted_messages_total',
      labels,
      'Messages that a target could not be shown, as its window is too small.',
    ),
    omittedTokens: counter(
      'omitted_tokens_total',
      labels,
      'Tokens of what a target could not be shown: messages, and parts of others.',
    ),
    cost: counter('cost_usd_total', labels, 'What conversations cost at a target, as far as prices are known.'),
    costUnknown: counter(
      'cost_unknown_total',
      labels,
      'Conversations of which nobody knows what they cost at a target.',
    ),
  }
}
