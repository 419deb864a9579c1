/** `trooper start`: reads the configuration, listens, and says where. */
import { parseArgs } from 'node:util'
import { pino } from 'pino'
import { realClock } from '../clock.ts'
import { loadConfig, readDotEnv, readFileSource, type Sources, type Texts } from '../config/load.ts'
import { settings, type Config } from '../config/schema.ts'
import type { Targets } from '../config/targets.ts'
import { createGatherer } from '../observe/gather.ts'
import { createJsonLog, createTextLog } from '../observe/lines.ts'
import type { Log } from '../observe/log.ts'
import type { Chains } from '../routing/chains.ts'
import type { Target } from '../routing/target.ts'
import type { Trooper } from '../running.ts'
import { startTrooper } from '../trooper.ts'
import { version } from '../version.ts'

/** sysexits.h: EX_CONFIG */
const exitConfig = 78

export async function start(argv: string[]): Promise<number> {
  const flags = readFlags(argv)
  if (!flags.ok) return complain(flags.problem, exitConfig)
  const files = tryReadFiles(flags.flags)
  if (!files.ok) return complain(files.problem, exitConfig)
  const loaded = loadConfig({ flags: flags.flags, environment: process.env, ...files.sources })
  if (!loaded.ok) return complain(loaded.problem, exitConfig)
  const { log, flush } = openLog(loaded.config)
  try {
    const trooper = await startTrooper(loaded.config, loaded.targets, log)
    announce(log, trooper, loaded.config, loaded.targets)
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

type Flags = { ok: true; flags: Texts } | { ok: false; problem: string }

function readFlags(argv: string[]): Flags {
  const options = Object.fromEntries(Object.values(settings).map(({ flag }) => [flag, { type: 'string' as const }]))
  try {
    const { values } = parseArgs({ args: argv, options, strict: true, allowPositionals: false })
    return { ok: true, flags: values }
  } catch (error) {
    const problem = error instanceof Error ? (error.message.split('. ')[0] ?? '') : 'Unknown flag'
    return { ok: false, problem: `${problem}; see: trooper --help` }
  }
}

type Files = { ok: true; sources: Pick<Sources, 'dotEnv' | 'file'> } | { ok: false; problem: string }

function tryReadFiles(flags: Texts): Files {
  try {
    const dotEnv = readDotEnv(process.cwd())
    const { flag, env } = settings.config
    const file = readFileSource(process.cwd(), flags[flag] ?? process.env[env] ?? dotEnv[env])
    return { ok: true, sources: file ? { dotEnv, file } : { dotEnv } }
  } catch (error) {
    return { ok: false, problem: error instanceof Error ? error.message : 'The configuration cannot be read.' }
  }
}

function complain(problem: string, exitCode: number): number {
  process.stderr.write(`${problem}\n`)
  return exitCode
}

function openLog(config: Config): { log: Log; flush: () => void } {
  const destination = pino.destination({ dest: 1, sync: false })
  const gatherer = createGatherer(destination, realClock)
  const colour = process.stdout.isTTY && process.env['NO_COLOR'] === undefined
  const log = config.logFormat === 'json' ? createJsonLog(gatherer) : createTextLog(gatherer, realClock, colour)
  const flush = (): void => {
    gatherer.flush()
    destination.flushSync()
  }
  return { log, flush }
}

function announce(log: Log, trooper: Trooper, config: Config, targets: Targets): void {
  log.info(`🪖 Trooper proxy starting on ${trooper.url}`, { version })
  if (targets.hasOwnChains) announceChains(log, targets.chains)
  else announceUsual(log, config, targets)
  if (config.allowNoToken && config.token === undefined)
    log.warn('⚠️ TROOPER_ALLOW_NO_TOKEN is set: whoever reaches this port can spend your key')
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

function untilAskedToStop(): Promise<void> {
  return new Promise((resolve) => {
    const onSignal = (): void => {
      // A second signal ends the process at once, as by default.
      process.off('SIGINT', onSignal)
      process.off('SIGTERM', onSignal)
      resolve()
    }
    process.on('SIGINT', onSignal)
    process.on('SIGTERM', onSignal)
  })
}
