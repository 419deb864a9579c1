/** Plays scenarios against a Trooper in this process, and judges what an app saw of them. */
import { setTimeout as delay } from 'node:timers/promises'
import { loadConfig } from '../config/load.ts'
import { type Config } from '../config/schema.ts'
import type { Log } from '../observe/log/log.ts'
import { ask, wires, type Seen, type Turn, type Wire } from './app.ts'
import { isRight, outcomeOf } from './judge.ts'
import type { LocalModel } from './local-model.ts'
import type { ProviderPace } from './provider.ts'
import { outcomeWanted, type Outcome, type Scenario } from './scenario.ts'
import { stage } from './staging.ts'

/** One message of a conversation, as the app saw it answered. */
export interface Step {
  question: string
  seen: Seen
  /** What Trooper said in its log. */
  log: readonly string[]
  outcome: Outcome
  ok: boolean
}

/** One conversation of one app. */
export interface Run {
  wire: Wire
  streamed: boolean
  steps: Step[]
  ok: boolean
}

export interface Played {
  scenario: Scenario
  runs: Run[]
  ok: boolean
}

const atOnce: ProviderPace = { wordMs: 0, lateMs: 1000, soonMs: 1000 }

/** The provider's clocks, so that a silence counts as one after a second, in scenarios that are about silence. */
const shortClocks = {
  HEAD_TIMEOUT: '1',
  FIRST_CONTENT_TIMEOUT: '1',
  STALL_TIMEOUT: '1',
  THINKING_TIMEOUT: '1',
  WHOLE_ANSWER_TIMEOUT: '1',
}

/** All at once: each conversation has a provider, a Trooper and a key of its own. */
export async function playScenario(scenario: Scenario, local: LocalModel, chosen = wires): Promise<Played> {
  const runs = await Promise.all(
    chosen.flatMap((wire) => [true, false].map((streamed) => converse(scenario, local, wire, streamed))),
  )
  return { scenario, runs, ok: runs.every(({ ok }) => ok) }
}

async function converse(scenario: Scenario, local: LocalModel, wire: Wire, streamed: boolean): Promise<Run> {
  const log = new RecordedLog()
  const staging = await stage(scenario, local, configFor(scenario), atOnce, log)
  const { url, provider } = staging
  const conversation: Turn[] = []
  const steps: Step[] = []
  try {
    for (const message of scenario.messages) {
      if (message.afterReset) await delay(Math.max(0, provider.resetsAtMs - Date.now()) + 50)
      const question = questions[steps.length % questions.length] ?? ''
      conversation.push({ role: 'user', content: question })
      log.begin()
      const offersTool = message.act.do === 'break-off' && message.act.tool === true
      const patienceMs = local.isStandIn ? 30_000 : 300_000
      const seen = await ask(url, { wire, streamed, apiKey: 'drill', conversation, offersTool, patienceMs })
      conversation.push({ role: 'assistant', content: seen.text })
      const outcome = outcomeOf(seen, log.mentions(local))
      const { isStandIn } = local
      const ok = isRight(seen, outcome, outcomeWanted(message, streamed), { isStandIn, refusal: provider.refusal })
      steps.push({ question, seen, log: log.lines, outcome, ok })
    }
  } finally {
    await staging.stop()
  }
  return { wire, streamed, steps, ok: steps.every(({ ok }) => ok) }
}

const questions = ['Hello, who are you?', 'And what do you do?', 'Are you still there?']

/** The defaults: what is expected of a scenario must not depend on a person's settings. */
function configFor({ isAboutSilence }: Scenario): Config {
  const environment = { TROOPER_PORT: '0', TRANSCRIPTS: 'off', ...(isAboutSilence && shortClocks) }
  const loaded = loadConfig({ flags: {}, environment, dotEnv: {} })
  if (!loaded.ok) throw new Error(loaded.problem)
  return loaded.config
}

/** Keeps what is said during one message, for a person, and whom it is about. */
class RecordedLog implements Log {
  #lines: string[] = []
  readonly #targets = new Set<string>()

  begin(): void {
    this.#lines = []
    this.#targets.clear()
  }

  get lines(): readonly string[] {
    return this.#lines
  }

  mentions({ targets }: LocalModel): boolean {
    return targets.some(({ name }) => this.#targets.has(name))
  }

  info: Log['info'] = (text, fields) => this.#take(text, fields)
  warn: Log['warn'] = (text, fields) => this.#take(text, fields)
  error: Log['error'] = (text, fields) => this.#take(text, fields)

  #take(text: string, fields: Parameters<Log['info']>[1]): void {
    this.#lines.push(text)
    const target = fields?.['target']
    if (typeof target === 'string') this.#targets.add(target)
  }
}
