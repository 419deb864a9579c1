/** Package entry: Trooper inside another program. */
import { realClock } from './clock.ts'
import { loadConfig } from './config/load.ts'
import { silentLog, type Log } from './observe/log/log.ts'
import type { Trooper } from './running.ts'
import { startTrooper } from './trooper.ts'

export type { Log } from './observe/log/log.ts'
export type { Trooper } from './running.ts'

/**
 * Starts Trooper with settings named as in the environment (`PRIMARY_URL`, …); nothing is read from the process.
 * Rejects with one sentence when a setting is wrong or the port is taken.
 */
export async function createTrooper(
  settings: Readonly<Record<string, string | undefined>>,
  log: Log = silentLog,
): Promise<Trooper> {
  const loaded = loadConfig({ flags: {}, environment: settings, dotEnv: {} })
  if (!loaded.ok) throw new Error(loaded.problem)
  return startTrooper(loaded.config, loaded.targets, log, realClock, { shown: loaded.shown })
}
