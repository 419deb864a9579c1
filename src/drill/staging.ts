/** A Trooper of its own between the simulated provider and a local model: the real one, only its targets are not. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Config } from '../config/schema.ts'
import { behind, type Targets } from '../config/targets.ts'
import type { Log } from '../observe/log/log.ts'
import type { Target } from '../routing/target.ts'
import { startTrooper } from '../trooper.ts'
import type { LocalModel } from './local-model.ts'
import { startSimulatedProvider, type ProviderPace, type SimulatedProvider } from './provider.ts'
import type { Scenario } from './scenario.ts'

export interface Staging {
  /** Base URL for the app. */
  url: string
  provider: SimulatedProvider
  stop(): Promise<void>
}

/** `config` says everything but the targets; Trooper listens on the loopback only, and what it keeps is gone afterwards. */
export async function stage(
  scenario: Scenario,
  local: LocalModel,
  config: Config,
  pace: ProviderPace,
  log: Log,
): Promise<Staging> {
  const provider = await startSimulatedProvider(scenario, pace)
  const dataDir = await mkdtemp(join(tmpdir(), 'trooper-drill-'))
  const clear = async (): Promise<void> => {
    await Promise.all([provider.close(), rm(dataDir, { recursive: true, force: true })])
  }
  try {
    // What a drill shows is one request's life: nothing else is to happen beside it.
    const own = { host: '127.0.0.1', token: undefined, primaryApiKey: undefined, warm: 'never', dataDir } as const
    const trooper = await startTrooper({ ...config, ...own }, targetsOf(provider, local), log)
    return {
      url: trooper.url,
      provider,
      stop: async () => {
        await trooper.stop()
        await clear()
      },
    }
  } catch (error) {
    await clear()
    throw error
  }
}

function targetsOf({ origin }: SimulatedProvider, { targets: fallbacks }: LocalModel): Targets {
  const primary: Target = {
    name: 'primary',
    kind: 'cloud',
    dialect: 'anthropic',
    speaks: ['anthropic', 'openai-chat', 'openai-responses'],
    url: { origin, base: '/v1', query: '', text: `${origin}/v1` },
  }
  return behind(primary, fallbacks)
}
