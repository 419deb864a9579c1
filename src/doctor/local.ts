/** Whether a local model is there, what it can do, and how long a conversation it can read here. */
import { freemem, totalmem } from 'node:os'
import type { Engine, Engines, ListedModel, LoadState } from '../engines/engine.ts'
import { truncateVersion } from '../engines/ollama-model.ts'
import type { Target } from '../routing/target.ts'
import { bad, doubtful, good, type Finding } from './finding.ts'

export async function examineLocal(engines: Engines, target: Target): Promise<Finding[]> {
  const place = target.embedded ? target.url.text : target.url.origin
  const identity = await engines.identify(target)
  if (!identity) {
    const refused = { kind: 'network', problem: 'refused', requestSent: false, message: '' } as const
    const remedy = engines.known(target).remedy(refused, target) ?? 'start it'
    return [bad(target.name, `no local server that is known answers at ${place}`, remedy)]
  }
  const engine = await engines.at(target)
  const { name, version } = identity
  const found = good(target.name, `${name}${version === undefined ? '' : ` ${version}`} answers at ${place}`)
  const identified = (await engine.cutsInSilence(target)) ? tooOld(target, found.says) : found
  const models = await engine.models(target)
  const missing = models && !models.some((model) => isNamed(model, target.model ?? ''))
  if (missing) return [identified, missingModel(engine, target, models)]
  return [identified, await examineModel(engine, target)]
}

function tooOld({ name }: Target, says: string): Finding {
  return doubtful(
    name,
    `${says}; it cannot be forbidden to cut what it has no room for, so conversations get less of its window`,
    `update Ollama to ${truncateVersion} or newer: https://ollama.com/download`,
  )
}

/** Ollama's own names have a tag, and `latest` where nobody wrote one. */
function isNamed({ name }: ListedModel, model: string): boolean {
  return name === model || name === `${model}:latest`
}

function missingModel(engine: Engine, target: Target, models: readonly ListedModel[]): Finding {
  const others = models.filter(({ isChat }) => isChat).map(({ name }) => name)
  const has = others.length === 0 ? 'no model at all' : others.slice(0, 8).join(', ')
  const remedy =
    engine.remedy({ kind: 'unknown-model', message: '' }, target) ?? 'load it there, or correct FALLBACK_MODEL'
  return bad(target.name, `the model ${target.model ?? ''} is not there; it has ${has}`, remedy)
}

async function examineModel(engine: Engine, target: Target): Promise<Finding> {
  const { can, limitTokens } = await engine.facts(target)
  const window = await engine.windowFor(agentTokens, target)
  const skills = [
    can.tools ? 'tools' : 'no tools',
    ...(can.vision ? ['images'] : []),
    ...(thinks(can) ? ['thinking'] : []),
  ]
  const says = [
    target.model ?? '',
    skills.join(', '),
    limitTokens === undefined ? undefined : `made for ${tokens(limitTokens)}`,
    window === undefined ? undefined : `an agent's conversation gets ${tokens(window)} here`,
    describeState(await engine.state(target)),
    `${gigabytes(freemem())} of ${gigabytes(totalmem())} memory free`,
  ]
  const line = says.filter((part) => part !== undefined).join('; ')
  if (!can.tools)
    return doubtful(
      target.name,
      line,
      'agents need a model with tools: set FALLBACK_MODEL to one of those in the README',
    )
  if (window !== undefined && window < agentTokens)
    return doubtful(
      target.name,
      line,
      'longer conversations are made to fit; a smaller model leaves more memory for them',
    )
  return good(target.name, line)
}

/** What coding agents send with their first question, and room for some turns (local-engines.md 1.9). */
const agentTokens = 32_768

function thinks({ thinking }: { thinking?: string }): boolean {
  return thinking !== undefined && thinking !== 'never'
}

function describeState(state: LoadState): string | undefined {
  switch (state.is) {
    case 'loaded':
      return state.windowTokens === undefined ? 'in memory' : `in memory with ${tokens(state.windowTokens)}`
    case 'loading':
      return 'being loaded'
    case 'unloaded':
      return 'not in memory: the first answer has to wait for it'
    case 'unknown':
    case 'unreachable':
      return undefined
  }
}

function tokens(count: number): string {
  return `${count.toLocaleString('en')} tokens`
}

function gigabytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`
}
