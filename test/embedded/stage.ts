/** Trooper before a fake provider, with a tiny model inside. */
import { startProvider, type FakeProvider } from '../fakes/start.ts'
import { startTrooper, type RunningTrooper } from '../e2e/trooper.ts'
import { dataFolderWithLibrary, tinyModel, type TinyModel } from './equipment.ts'

export interface EmbeddedStage {
  provider: FakeProvider
  trooper: RunningTrooper
  stop(): Promise<void>
}

export async function startEmbeddedStage(
  endpoint: string,
  model: TinyModel,
  env: Record<string, string> = {},
): Promise<EmbeddedStage> {
  const provider = await startProvider()
  const trooper = await startTrooper({
    PRIMARY_URL: `${provider.url}${endpoint}`,
    FALLBACK_URL: `embedded:${tinyModel(model)}`,
    TROOPER_DATA_DIR: dataFolderWithLibrary(),
    ...env,
  })
  return {
    provider,
    trooper,
    stop: async () => {
      await Promise.all([trooper.process.stop(), provider.stop()])
    },
  }
}
