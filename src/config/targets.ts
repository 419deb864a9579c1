/** The targets that a configuration describes, and their order for the clients of each dialect. */
import type { ClientDialectName } from '../dialects/dialect.ts'
import type { Chain, Chains } from '../routing/chains.ts'
import { endpointOf, guessAt, portOf } from '../engines/places.ts'
import { readModelSource, scheme } from '../embedded/source.ts'
import { readTargetUrl, endpointPaths, type Target } from '../routing/target.ts'
import type { FileConfig, TargetEntry } from './file.ts'
import { isLoopbackHost } from './own-place.ts'
import { findPreset, keyHeader } from './presets.ts'
import { settings, withoutSecrets, type Config, type SettingName } from './schema.ts'

/** What the configuration leaves open of the fallbacks; their servers themselves say it (engines/locals.ts). */
export interface OpenFallback {
  /** In priority order. Their places and models are what is likeliest, until their server has been asked. */
  targets: readonly Target[]
  /** `search`: whoever listens where local servers usually do; `origin`: whoever answers there; `given`: an endpoint. */
  place: 'search' | 'origin' | 'given'
  /** Nobody chose a model: the usual one, or another one that is there. */
  isModelOpen: boolean
  usualModel: string
  /** Local targets of the configuration file, each with an origin of its own, of which whoever answers there is asked. */
  origins: readonly Target[]
}

export interface Targets {
  /** What `PRIMARY_*` and `FALLBACK_*` describe: the chain of every dialect that the file does not speak of. */
  primary: Target
  /** In priority order, at least one. */
  fallbacks: Target[]
  chains: Chains
  /** The file says who is asked in which order. */
  hasOwnChains: boolean
  open: OpenFallback
}

/** Whether a setting was made by somebody. */
export type IsSet = (name: SettingName) => boolean

type Built<T> = { ok: true; value: T } | { ok: false; problem: string }

export function buildTargets(
  config: Config,
  file: FileConfig,
  isSet: IsSet,
): { ok: true; targets: Targets } | { ok: false; problem: string } {
  const primary = buildPrimary(config)
  if (!primary.ok) return primary
  const fallbacks = buildFallbacks(config)
  if (!fallbacks.ok) return fallbacks
  const known = new Map([primary.value, ...fallbacks.value].map((target) => [target.name, target]))
  const origins: Target[] = []
  for (const [name, entry] of Object.entries(file.targets)) {
    const built = buildNamed(name, entry)
    if (!built.ok) return built
    known.set(name, built.value)
    if (entry.url !== undefined && isOrigin(entry.url)) origins.push(built.value)
  }
  if (isIdle(file))
    return {
      ok: false,
      problem: `No chain names a target of the configuration file, so none would be asked; give it chains (docs/configuration.md).`,
    }
  const chains = buildChains(file, known, [primary.value, ...fallbacks.value])
  if (!chains.ok) return chains
  const hasOwnChains = Object.keys(file.chains).length > 0
  const open = { ...openOf(config, fallbacks.value, isSet), origins }
  return {
    ok: true,
    targets: { primary: primary.value, fallbacks: fallbacks.value, chains: chains.value, hasOwnChains, open },
  }
}

/** Targets that stand beside others may be there for later; where all of them do, the chains were forgotten. */
function isIdle({ targets, chains }: FileConfig): boolean {
  const named = new Set(Object.values(chains).flat())
  const names = Object.keys(targets)
  return names.length > 0 && !names.some((name) => named.has(name))
}

function buildPrimary(config: Config): Built<Target> {
  const url = new URL(config.primaryUrl)
  const primary = readTargetUrl(url)
  if (!primary) return { ok: false, problem: unknownPath('primaryUrl', config.primaryUrl) }
  const preset = findPreset(config.primaryProvider, url.hostname)
  return {
    ok: true,
    value: {
      name: 'primary',
      kind: 'cloud',
      ...primary,
      speaks: [primary.dialect, ...(preset?.speaks ?? [])],
      ...(preset && { provider: preset.name }),
      ...(preset?.quirks === undefined ? {} : { quirks: preset.quirks }),
      ...credentialOf(config.primaryAuthHeader, config.primaryApiKey),
    },
  }
}

function buildFallbacks(config: Config): Built<Target[]> {
  if (config.fallbackUrl.startsWith(scheme)) {
    const built = buildEmbedded(config.fallbackUrl, ({ model }) => localName(model))
    return built.ok
      ? { ok: true, value: [built.value] }
      : { ok: false, problem: `FALLBACK_URL '${config.fallbackUrl}' ${built.problem}.` }
  }
  const url = new URL(config.fallbackUrl)
  const fallback = readLocalUrl(url)
  if (!fallback) return { ok: false, problem: unknownPath('fallbackUrl', config.fallbackUrl) }
  const targets = [...new Set(config.fallbackModel)].map((model) => ({
    name: localName(model),
    kind: 'local' as const,
    ...fallback,
    speaks: [fallback.dialect],
    model,
    ...credentialOf('Authorization', config.fallbackApiKey),
  }))
  return { ok: true, value: targets }
}

/** One provider for every dialect, and these behind it: all of them known, so that nobody is searched for or asked what it is. */
export function behind(primary: Target, fallbacks: readonly Target[]): Targets {
  const chain = [primary, ...fallbacks] as const
  const chains = { anthropic: chain, 'openai-chat': chain, 'openai-responses': chain, ollama: chain }
  const open = { targets: fallbacks, place: 'given', isModelOpen: false, usualModel: '', origins: [] } as const
  return { primary, fallbacks: [...fallbacks], chains, hasOwnChains: false, open }
}

export function localName(model: string): string {
  return `local/${model}`
}

function openOf(config: Config, targets: readonly Target[], isSet: IsSet): Omit<OpenFallback, 'origins'> {
  const usualModel = settings.fallbackModel.default
  if (config.fallbackUrl.startsWith(scheme)) return { targets: [], place: 'given', isModelOpen: false, usualModel }
  const place = isSet('fallbackUrl') ? (isOrigin(config.fallbackUrl) ? 'origin' : 'given') : 'search'
  return { targets, place, isModelOpen: !isSet('fallbackModel'), usualModel }
}

/** Of a local server: its endpoint, or as much of it as is needed to ask who answers there. */
function readLocalUrl(url: URL): ReturnType<typeof readTargetUrl> {
  return readTargetUrl(url) ?? guessEndpoint(url)
}

function isOrigin(text: string): boolean {
  return !text.startsWith(scheme) && readTargetUrl(new URL(text)) === undefined
}

/** Of an origin alone, or with the `/v1` that apps are given, the likeliest endpoint for its port; `undefined` for any other path. */
function guessEndpoint({ origin, pathname, search }: URL): ReturnType<typeof readTargetUrl> {
  if (!/^(?:\/v1)?\/*$/.test(pathname) || search !== '') return undefined
  return endpointOf(guessAt(portOf(origin)), { origin, root: '' })
}

/** A model inside Trooper; its file's name is its own. */
function buildEmbedded(text: string, nameOf: (read: { model: string }) => string): Built<Target> {
  const read = readModelSource(text)
  if (!read.ok) return read
  const { source, model, url } = read.value
  return {
    ok: true,
    value: {
      name: nameOf(read.value),
      kind: 'local',
      dialect: 'ollama',
      speaks: ['ollama'],
      url,
      model,
      embedded: source,
    },
  }
}

function credentialOf(header: string, value: string | undefined): Pick<Target, 'credential'> {
  return value === undefined ? {} : { credential: { header, value } }
}

function buildNamed(name: string, entry: TargetEntry): Built<Target> {
  const preset = entry.preset === undefined ? undefined : findPreset(entry.preset, '')
  const text = entry.url ?? (preset && `https://${preset.host}${preset.path}`)
  if (text === undefined)
    return { ok: false, problem: `The target '${name}' has neither a url nor a preset; give it one of them.` }
  if (text.startsWith(scheme)) {
    const built = buildEmbedded(text, () => name)
    return built.ok ? built : { ok: false, problem: `The url of the target '${name}' ${built.problem}.` }
  }
  const url = new URL(text)
  const known = preset ?? findPreset(undefined, url.hostname)
  const kind = entry.kind ?? (known || !isLoopbackHost(url.hostname) ? 'cloud' : 'local')
  const place = kind === 'local' ? readLocalUrl(url) : readTargetUrl(url)
  if (!place) return { ok: false, problem: unknownPathOf(name, entry) }
  if (kind === 'local' && entry.model === undefined)
    return { ok: false, problem: `The local target '${name}' has no model; say which one it is to run.` }
  const header =
    entry.header ?? (known ? keyHeader(known) : place.dialect === 'anthropic' ? 'x-api-key' : 'Authorization')
  return {
    ok: true,
    value: {
      name,
      kind,
      ...place,
      speaks: kind === 'cloud' ? [place.dialect, ...(known?.speaks ?? [])] : [place.dialect],
      ...(known && kind === 'cloud' && { provider: known.name }),
      ...(known?.quirks === undefined ? {} : { quirks: known.quirks }),
      ...(entry.model === undefined ? {} : { model: entry.model }),
      ...(entry.models === undefined ? {} : { models: Object.entries(entry.models) }),
      ...credentialOf(header, entry.key),
    },
  }
}

const dialects: readonly ClientDialectName[] = ['anthropic', 'openai-chat', 'openai-responses', 'ollama']

function buildChains(file: FileConfig, known: ReadonlyMap<string, Target>, usual: Target[]): Built<Chains> {
  const chains: Partial<Record<ClientDialectName, Chain>> = {}
  for (const dialect of dialects) {
    const key = file.chains[dialect] ? dialect : 'default'
    const names = file.chains[key]
    const chain = names ? findAll(key, names, known) : { ok: true as const, value: usual }
    if (!chain.ok) return chain
    const [first, ...rest] = chain.value
    if (!first) return { ok: false, problem: `chains.${key} names nobody.` }
    const keyless = rest.find((target) => target.kind === 'cloud' && !target.credential)
    if (keyless) return { ok: false, problem: needsKey(keyless, key) }
    chains[dialect] = [first, ...rest]
  }
  const { anthropic, 'openai-chat': chat, 'openai-responses': responses, ollama } = chains
  if (!anthropic || !chat || !responses || !ollama) return { ok: false, problem: 'A dialect has no chain.' }
  return { ok: true, value: { anthropic, 'openai-chat': chat, 'openai-responses': responses, ollama } }
}

function findAll(key: string, names: readonly string[], known: ReadonlyMap<string, Target>): Built<Target[]> {
  const missing = names.find((name) => !known.has(name))
  if (missing !== undefined)
    return {
      ok: false,
      problem: `chains.${key} names '${missing}', which is no target; use one of ${[...known.keys()].join(', ')}.`,
    }
  return { ok: true, value: [...new Set(names)].flatMap((name) => known.get(name) ?? []) }
}

/** The client's own key is meant for the first one only, and must not reach another provider. */
function needsKey({ name }: Target, key: string): string {
  return `The target '${name}' in chains.${key} needs a key of its own: only the first of a chain is sent the client's.`
}

/** Nobody can tell that a server of another machine is one's own. */
function unknownPathOf(name: string, { kind }: TargetEntry): string {
  const hint = kind === undefined ? '; or, where it is a local server, add kind: local' : ''
  return `The url of the target '${name}' names no dialect; end its path with one of ${knownPaths}${hint}.`
}

const knownPaths = Object.values(endpointPaths).join(', ')

function unknownPath(name: SettingName, url: string): string {
  return `${settings[name].env} '${withoutSecrets(url)}' names no dialect; end its path with one of ${knownPaths}.`
}
