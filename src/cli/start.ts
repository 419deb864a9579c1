/** `trooper start`: reads the configuration, listens, and says where. */
import { realClock } from '../clock.ts'
import type { Config } from '../config/schema.ts'
import type { Targets } from '../config/targets.ts'
import type { Findings } from '../engines/locals.ts'
import { engineLabels } from '../engines/places.ts'
import type { Log } from '../observe/log/log.ts'
import type { Chains } from '../routing/chains.ts'
import type { Target } from '../routing/target.ts'
import type { Trooper } from '../running.ts'
import { startTrooper } from '../trooper.ts'
import { version } from '../version.ts'
import { exitConfig, readArguments, readSettings } from './read-settings.ts'
import { complain, openLog, showProgress, untilAskedToStop } from './terminal.ts'

export async function start(argv: string[]): Promise<number> {
  const given = readArguments(argv, 'start')
  if (!given.ok) return complain(given.problem, exitConfig)
  const loaded = readSettings(given.flags)
  if (!loaded.ok) return complain(loaded.problem, exitConfig)
  const { log, flush } = openLog(loaded.config)
  try {
    const trooper = await startTrooper(loaded.config, loaded.targets, log, realClock, {
      showProgress,
      shown: loaded.shown,
    })
    announce(log, trooper, loaded.config, loaded.targets)
    tellFindings(log, trooper.findings, loaded.targets)
    for (const notice of loaded.notices) log.warn(`⚠️ ${notice}`)
    await untilAskedToStop()
    log.info('🪖 Trooper is stopping: answers under way may finish')
    await trooper.stop()
    return 0
  } catch (error) {
    return complain(error instanceof Error ? error.message : 'Trooper could not start.', 1)
  } finally {
    flush()
  }
}

function announce(log: Log, trooper: Trooper, config: Config, targets: Targets): void {
  log.info(`🪖 Trooper proxy starting on ${trooper.url}`, { version })
  if (targets.hasOwnChains) announceChains(log, targets.chains)
  else announceUsual(log, config, targets)
  if (config.allowNoToken && config.token === undefined)
    log.warn('⚠️ TROOPER_ALLOW_NO_TOKEN is set: whoever reaches this port can spend your key')
}

function tellFindings(log: Log, { engine, others, warnings }: Findings, { hasOwnChains, fallbacks }: Targets): void {
  const [first] = fallbacks
  const usual = first?.embedded ? engineLabels.embedded : 'none answers yet; it is asked again when it is needed'
  if (!hasOwnChains) log.info(`   Engine   : ${engine ?? usual}`)
  for (const other of others) log.info(`   Found too: ${other}`)
  for (const warning of warnings) log.warn(`⚠️ ${warning}`)
}

function announceChains(log: Log, chains: Chains): void {
  for (const [dialect, chain] of Object.entries(chains))
    log.info(`   ${dialect.padEnd(16)} : ${chain.map(({ name }: Target) => name).join(' -> ')}`)
}

function announceUsual(log: Log, config: Config, { primary, fallbacks }: Targets): void {
  log.info(`   Primary  : ${primary.url.text}`)
  log.info(`   Fallback : ${fallbacks[0]?.url.text ?? ''} (${fallbacks.map((target) => target.model).join(', ')})`)
  if (config.primaryApiKey === undefined)
    log.info("   Key      : none of its own, the client's own credential is forwarded")
  else if (primary.dialect !== 'anthropic' && config.primaryAuthHeader.toLowerCase() === 'x-api-key') {
    log.warn('⚠️ PRIMARY_AUTH_HEADER is x-api-key; providers other than Anthropic want Authorization')
  }
}
