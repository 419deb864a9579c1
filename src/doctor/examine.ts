/** Everything that has to be right before Trooper can protect anybody, in the order in which a person would look. */
import { realClock } from '../clock.ts'
import type { Loaded } from '../config/load.ts'
import { findPreset } from '../config/presets.ts'
import { settings, type Config } from '../config/schema.ts'
import type { Targets } from '../config/targets.ts'
import { dataFolder } from '../config/data-folder.ts'
import { openEmbedded, type Embedded } from '../embedded/open.ts'
import { openEngines } from '../engines/open.ts'
import { silentLog } from '../observe/log/log.ts'
import type { Target } from '../routing/target.ts'
import { createPools, type Pools } from '../upstream/pools.ts'
import { examineDataFolder } from './data-folder.ts'
import { bad, good, type Finding } from './finding.ts'
import { judgeKey } from './key-shape.ts'
import { examineLocal } from './local.ts'
import { examinePort } from './port.ts'
import { examineProvider } from './provider.ts'
import { makeRoundTrip } from './round-trip.ts'
import { examineSettings } from './settings.ts'

/** Findings as they come. */
export async function* examine(loaded: Loaded): AsyncGenerator<Finding> {
  if (!loaded.ok) return yield bad('configuration', loaded.problem, 'nothing else can be looked at before')
  const { config, targets } = loaded
  yield* examineSettings(loaded)
  yield await examinePort(config)
  yield await examineDataFolder(dataFolder(config))
  const opened = tryOpen(targets, config)
  if (!opened.ok) return yield bad('fallback', opened.problem, 'nothing else can be looked at before')
  const { embedded } = opened
  const all = allTargets(embedded)
  for (const target of all) yield* examineKey(target, targets)
  const pools = createPools(config.connectMs, embedded.ports)
  try {
    for (const target of all.filter(({ kind }) => kind === 'cloud'))
      yield await examineProvider(pools, target, Date.now())
    const local = all.filter(({ kind }) => kind === 'local')
    yield* examineLocals(pools, config, targets, local)
    if (local.length === 0)
      yield bad('fallback', 'no chain has a local model', 'add one to the chains of the configuration file')
    else yield await makeRoundTrip(config, local)
  } finally {
    await Promise.all([embedded.stop(), pools.destroy()])
  }
}

/** The processes of models inside Trooper, for as long as it is looked at them. */
function tryOpen(
  { chains }: Targets,
  config: Config,
): { ok: true; embedded: Embedded } | { ok: false; problem: string } {
  try {
    return { ok: true, embedded: openEmbedded(chains, dataFolder(config), realClock, silentLog, () => false) }
  } catch (error) {
    return { ok: false, problem: error instanceof Error ? error.message : 'The model inside Trooper cannot be had.' }
  }
}

/** As at a start: what the configuration leaves open is what is found. */
async function* examineLocals(
  pools: Pools,
  config: Config,
  targets: Targets,
  local: readonly Target[],
): AsyncGenerator<Finding> {
  const { engines, locals } = openEngines(pools, config, targets, realClock, silentLog)
  for (const target of local) {
    const refusal = await locals.prepare(target)
    yield* await examineLocal(engines, target)
    if (refusal)
      yield bad(target.name, refusal.message, engines.known(target).remedy(refusal, target) ?? 'choose another one')
  }
}

function allTargets({ chains }: Pick<Targets, 'chains'>): Target[] {
  return [...new Set(Object.values(chains).flat())]
}

function examineKey(target: Target, { primary }: Targets): Finding[] {
  const { name, kind, url, credential, provider } = target
  if (kind === 'local') return []
  const subject = target === primary ? settings.primaryApiKey.env : `key of ${name}`
  const unless = provider === undefined ? '' : `, unless it has the form of another provider's than ${provider}`
  if (!credential) return [good(subject, `not set: the key that your app sends is passed on${unless}`)]
  return [judgeKey(subject, credential.value, findPreset(undefined, new URL(url.origin).hostname)?.name)]
}
