/**
 * The local targets as they really are: what the configuration leaves open of them is found out by asking their servers, at the start and
 * for as long as nobody answers, and written into the targets themselves, so that everybody who knows one sees it.
 */
import type { Clock } from '../clock.ts'
import type { Failure } from '../ir/failure.ts'
import type { Log } from '../observe/log/log.ts'
import { localName, type OpenFallback } from '../config/targets.ts'
import type { Target } from '../routing/target.ts'
import type { EngineName, Engines, Identity, ListedModel } from './engine.ts'
import { chooseModel } from './choose-model.ts'
import { rootOf } from './kit.ts'
import { fits, type Machine } from './memory.ts'
import { isCloudName, isSameModel } from './ollama-model.ts'
import { engineLabels, type KnownPorts } from './places.ts'
import { refusalOf } from './remote.ts'
import { findEngines, mayBeAdopted, placeOf, preferred, type Sighting } from './search.ts'

export interface Locals {
  /** Makes sure that a target is what it is taken for; a failure where it may not be asked. */
  prepare(target: Target): Promise<Failure | undefined>
  /** An attempt failed so: what was found may have gone. True when the same request is worth a repeat, as something else is there now. */
  doubt(failure: Failure, target: Target): Promise<boolean>
  /** Looks at all of them for the first time, for as long as a start may wait; the rest of it is told when it is known. */
  look(targets: readonly Target[]): Promise<Findings>
}

/** What the first look found, in words for the log. */
export interface Findings {
  /** Who answers for the fallbacks, where that is known. */
  engine: string | undefined
  /** Others that were found beside it. */
  others: string[]
  warnings: string[]
}

interface Parts {
  engines: Engines
  open: OpenFallback
  machine: Machine
  /** `ALLOW_REMOTE_MODELS` */
  allowedModels: readonly string[]
  /** Where to look. */
  ports: KnownPorts
  clock: Clock
  log: Log
}

/** A start does not wait longer for servers. */
const lookMs = 300

export function createLocals(parts: Parts): Locals {
  return new LocalTargets(parts)
}

class LocalTargets implements Locals {
  readonly #parts: Parts
  #settling: Promise<void> | undefined
  #isSettled = false
  #isStarted = false
  #engine: string | undefined
  #others: string[] = []
  readonly #warnings: string[] = []

  constructor(parts: Parts) {
    this.#parts = parts
  }

  async prepare(target: Target): Promise<Failure | undefined> {
    if (!this.#isSettled && this.#parts.open.targets.includes(target)) await this.#settleOnce()
    const { engines, open, allowedModels } = this.#parts
    if (open.origins.includes(target)) await this.#findOut(target)
    const engine = await engines.at(target)
    if (mustMove(engine.name, target)) this.#correct(target, engine.name)
    return refusalOf(target, engine, allowedModels)
  }

  async doubt(failure: Failure, target: Target): Promise<boolean> {
    const { engines } = this.#parts
    const before = engines.known(target).name
    const doubts = engines.doubt(failure, target)
    if (doubts.isOtherServer || failure.kind === 'unknown-model') this.#isSettled = false
    if (doubts.isWorthARepeat || !doubts.isOtherServer || failure.kind === 'network') return doubts.isWorthARepeat
    // It answered, and in a way in which the one that was known would not.
    if ((await engines.at(target)).name === before) return false
    await this.prepare(target)
    return true
  }

  async look(targets: readonly Target[]): Promise<Findings> {
    const all = async (): Promise<void> => {
      for (const target of targets) {
        const refusal = await this.prepare(target)
        if (refusal?.kind !== 'remote-model') continue
        const engine = await this.#parts.engines.at(target)
        const advice = engine.remedy(refusal, target) ?? 'choose another one'
        this.#warn(`${refusal.message} It is not asked: ${advice}`, target)
      }
      await this.#tellStranger()
    }
    const { clock } = this.#parts
    let cancel = (): void => {}
    const late = new Promise<void>((resolve) => {
      cancel = clock.after(lookMs, resolve)
    })
    await Promise.race([all(), late])
    cancel()
    this.#isStarted = true
    return { engine: this.#engine, others: this.#others, warnings: this.#warnings }
  }

  /** Any page of any program answers somehow: a person should know before the quota is gone. */
  async #tellStranger(): Promise<void> {
    const { place, targets } = this.#parts.open
    const [first] = targets
    if (!first || this.#isSettled || place === 'search' || !(await this.#parts.engines.isStranger(first))) return
    this.#warn(`${first.url.origin} answers, but as no local server that is known does: is FALLBACK_URL right?`, first)
  }

  /** What is known by the start is said with it. */
  #warn(text: string, { name }: Target): void {
    if (this.#isStarted) this.#parts.log.warn(`⚠️ ${text}`, { target: name })
    else this.#warnings.push(text)
  }

  #settleOnce(): Promise<void> {
    this.#settling ??= this.#settle().finally(() => {
      this.#settling = undefined
    })
    return this.#settling
  }

  async #settle(): Promise<void> {
    const sighting = await this.#find()
    if (!sighting) return
    const { targets, place, isModelOpen } = this.#parts.open
    const [first] = targets
    if (place !== 'given') for (const target of targets) move(target, sighting)
    if (isModelOpen) await this.#choose(sighting)
    this.#isSettled = true
    this.#engine = describe(sighting.identity)
    if (this.#isStarted && first)
      this.#parts.log.info(`🪖 Local models: ${this.#engine} at ${first.url.text} (${first.model ?? ''})`)
  }

  /** Its server is asked once, and again when it was away (engines.ts). */
  async #findOut(target: Target): Promise<void> {
    const identity = await this.#parts.engines.identify(target)
    if (identity) move(target, { identity, origin: target.url.origin, root: rootOf(target.url) })
  }

  async #find(): Promise<Sighting | undefined> {
    const { engines, open, ports } = this.#parts
    if (open.place === 'search') {
      const found = await findEngines(engines, ports)
      const isChosen = ({ name }: ListedModel): boolean =>
        !open.isModelOpen && open.targets.some(({ model = '' }) => isSameModel(model, name))
      const chosen = await preferred(found, (sighting) => this.#modelsAt(sighting), isChosen)
      this.#others = found.filter((sighting) => sighting !== chosen).map(tellOther)
      return chosen
    }
    const [first] = open.targets
    const identity = first && (await engines.identify(first))
    return identity && { identity, origin: first.url.origin, root: rootOf(first.url) }
  }

  /** Those that may answer. */
  async #modelsAt(sighting: Sighting): Promise<ListedModel[]> {
    const { engines, open, allowedModels } = this.#parts
    const [first] = open.targets
    if (!first) return []
    const there = { ...first, ...placeOf(sighting) }
    const models = (await (await engines.at(there)).models(there)) ?? []
    return models.filter(
      ({ name, remoteHost }) =>
        (remoteHost === undefined && !isCloudName(name)) || allowedModels.some((other) => isSameModel(other, name)),
    )
  }

  #correct(target: Target, name: EngineName): void {
    const configured = target.url.text
    move(target, { identity: { name }, origin: target.url.origin, root: rootOf(target.url) })
    this.#warn(
      `${engineLabels[name]} is asked at ${target.url.text}: ${configured} takes no whole conversation`,
      target,
    )
  }

  /** Nobody said which model: the usual one, or the best of those that are there. */
  async #choose(sighting: Sighting): Promise<void> {
    const [target] = this.#parts.open.targets
    if (!target) return
    const { machine, open } = this.#parts
    const model = chooseModel(await this.#modelsAt(sighting), open.usualModel, (bytes) => fits(machine, bytes))
    if (model === undefined) return
    target.model = model
    target.name = localName(model)
  }
}

function move(target: Target, sighting: Sighting): void {
  const { dialect, url } = placeOf(sighting)
  target.dialect = dialect
  target.speaks = [dialect]
  target.url = url
}

/** Ollama cuts what comes by its compatible endpoints in silence (local-engines.md 1.6, 1.8); the others do not speak its own dialect. */
function mustMove(engine: EngineName, { dialect }: Target): boolean {
  if (engine === 'ollama') return dialect !== 'ollama'
  return dialect === 'ollama' && ['lm-studio', 'llama-server', 'vllm'].includes(engine)
}

function describe({ name, version }: Identity): string {
  return version === undefined ? engineLabels[name] : `${engineLabels[name]} ${version}`
}

function tellOther({ identity, origin }: Sighting): string {
  const where = `${describe(identity)} at ${origin}`
  return mayBeAdopted(identity.name) ? where : `${where} (to use it, set FALLBACK_URL)`
}
