/** A drill under a live Trooper, so that people can rehearse with an app of their own. */
import type { Config } from '../config/schema.ts'
import type { Targets } from '../config/targets.ts'
import type { Log } from '../observe/log/log.ts'
import { configuredModels, findLocalModel } from './local-model.ts'
import type { ProviderPace } from './provider.ts'
import { describeScenario } from './report.ts'
import type { Scenario } from './scenario.ts'
import { stage } from './staging.ts'
import { createPaint } from './text.ts'

export interface Served {
  /** What to point an app at, and what will happen to it. */
  introduction: string
  stop(): Promise<void>
}

/** A person is to see the words come, and has time to type between two messages. */
const livePace: ProviderPace = { wordMs: 25, lateMs: 15_000, soonMs: 20_000 }
/** A wait that Trooper sits out itself has to stay below WAIT_MAX. */
const briefMs = 1000

/** Everything but the targets is as the person has set it. Rejects with one sentence when the port is taken. */
export async function serveScenario(
  scenario: Scenario,
  config: Config,
  targets: Targets,
  forceStandIn: boolean,
  log: Log,
): Promise<Served> {
  const local = await findLocalModel(configuredModels(targets), forceStandIn, livePace.wordMs)
  try {
    const staging = await stage(scenario, local, config, paceFor(scenario), log)
    return {
      introduction: introduce(scenario, staging.url, local.sentence),
      stop: async () => {
        await staging.stop()
        await local.close()
      },
    }
  } catch (error) {
    await local.close()
    throw error
  }
}

function paceFor({ messages }: Scenario): ProviderPace {
  const isBrief = messages.some(({ act }) => act.do === 'refuse' && act.once)
  return isBrief ? { ...livePace, soonMs: briefMs } : livePace
}

function introduce(scenario: Scenario, url: string, localModel: string): string {
  return [
    `🪖 Trooper drill on ${url}, with a simulated provider behind it. Nothing is asked of a real one; any API key will do.`,
    localModel,
    '',
    describeScenario(scenario, createPaint(false)),
    '',
    'Point your app at it, and talk to it as ever:',
    `  Claude Code, Anthropic SDKs  ANTHROPIC_BASE_URL=${url}`,
    `  OpenAI SDKs                  OPENAI_BASE_URL=${url}/v1`,
    `  Codex                        openai_base_url = "${url}/v1"`,
    `  Ollama apps                  OLLAMA_HOST=${url}`,
    '',
    'The provider counts the messages of each conversation; what Trooper learns of a spent quota holds for all of them.',
    'Ctrl-C ends the drill.',
  ].join('\n')
}
