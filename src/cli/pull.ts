/** `trooper pull`: gets the local models that are to answer, before they are needed. */
import { realClock } from '../clock.ts'
import type { Config } from '../config/schema.ts'
import type { Targets } from '../config/targets.ts'
import { createDownloadTeller } from '../embedded/download-teller.ts'
import type { Engines } from '../engines/engine.ts'
import { openEngines } from '../engines/open.ts'
import { isSameModel } from '../engines/ollama-model.ts'
import { pullModel } from '../engines/pull.ts'
import { silentLog } from '../observe/log/log.ts'
import { onOneLine } from '../observe/log/one-line.ts'
import type { Target } from '../routing/target.ts'
import { createPools, type Pools } from '../upstream/pools.ts'
import { exitConfig, readArguments, readSettings } from './read-settings.ts'
import { complain, print, showProgress, untilAskedToStop } from './terminal.ts'

/** Names on one line. */
const mostNames = 20

export async function pull(argv: string[]): Promise<number> {
  const given = readArguments(argv, 'pull', mostNames)
  if (!given.ok) return complain(given.problem, exitConfig)
  const loaded = readSettings(given.flags)
  if (!loaded.ok) return complain(loaded.problem, exitConfig)
  const { config, targets } = loaded
  const pools = createPools(config.connectMs)
  const stopped = new AbortController()
  void untilAskedToStop().then(() => stopped.abort())
  try {
    const engines = await lookAt(pools, config, targets)
    const wanted = wantedOf(targets, given.names)
    if (wanted.length === 0) return complain('No chain has a local model behind a server; see: trooper doctor', 1)
    let exitCode = 0
    for (const target of wanted)
      if (!(await get(pools, engines, target, given.names.length > 0, stopped.signal))) exitCode = 1
    return exitCode
  } finally {
    await pools.destroy()
  }
}

/** As at a start: what the configuration leaves open of the local targets is what is found. */
async function lookAt(pools: Pools, config: Config, targets: Targets): Promise<Engines> {
  const { engines, locals } = openEngines(pools, config, targets, realClock, silentLog)
  for (const target of Object.values(targets.chains).flat()) if (target.kind === 'local') await locals.prepare(target)
  return engines
}

/** The named ones at the first local server, or those that the settings name; each once. */
function wantedOf({ chains }: Targets, names: readonly string[]): Target[] {
  const local = Object.values(chains)
    .flat()
    .filter(({ kind }) => kind === 'local')
  const [first] = local.filter(({ embedded }) => !embedded)
  if (names.length > 0) return first ? names.map((model) => ({ ...first, model })) : []
  const byPlace = new Map(local.map((target) => [`${target.url.text} ${target.model ?? ''}`, target]))
  return [...byPlace.values()]
}

/** True when it is there in the end. `isNamed`: a newer one is got, too, where there is one. */
async function get(
  pools: Pools,
  engines: Engines,
  target: Target,
  isNamed: boolean,
  signal: AbortSignal,
): Promise<boolean> {
  const model = target.model ?? ''
  if (target.embedded) return tell(`${model} runs inside Trooper, which gets it at its start: trooper`)
  const identity = await engines.identify(target)
  const engine = engines.known(target)
  if (!identity) {
    const refused = { kind: 'network', problem: 'refused', requestSent: false, message: '' } as const
    return fail(`Nobody who is known answers at ${target.url.origin}; ${engine.remedy(refused, target) ?? 'start it'}.`)
  }
  const models = await engine.models(target)
  if (!isNamed && models?.some(({ name }) => isSameModel(name, model))) return tell(`${model} is there already.`)
  if (identity.name !== 'ollama') {
    const remedy = engine.remedy({ kind: 'unknown-model', message: '' }, target) ?? 'get the model there'
    return fail(`${identity.name} at ${target.url.origin} gets no models for others; ${remedy}.`)
  }
  const onProgress = createDownloadTeller(model, { info: say, warn: say, error: say }, showProgress)
  const pulled = await pullModel(pools, target, model, (done) => onProgress({ type: 'downloading', ...done }), signal)
  showProgress('')
  if (pulled.ok) return tell(`${model} is there.`)
  return fail(`${model} could not be got: ${pulled.problem}.`)
}

function say(line: string): void {
  void print(onOneLine(line))
}

async function tell(line: string): Promise<true> {
  await print(onOneLine(line))
  return true
}

function fail(problem: string): false {
  complain(problem, 1)
  return false
}
