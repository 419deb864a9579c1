/** Puts a configuration together: defaults <- file <- `.env` <- environment <- flags, each value knowing where it came from. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { emptyFile, readConfigFile, type FileConfig } from './file.ts'
import type { Target } from '../routing/target.ts'
import { nearMisses, silentLines } from './oddities.ts'
import { findOwn, isLoopbackHost } from './own-place.ts'
import { settings, withoutSecrets, type Config, type SettingName } from './schema.ts'
import { showSetting, type Origin, type ShownSetting } from './shown.ts'
import { buildTargets, type Targets } from './targets.ts'

export type Texts = Readonly<Record<string, string | undefined>>

export interface Sources {
  /** By flag name, without dashes. */
  flags: Texts
  environment: Texts
  dotEnv: Texts
  /** Of the `.env`, by their numbers: lines that say nothing. */
  silentLines?: readonly number[]
  /** `trooper.yaml`, where there is one. */
  file?: { path: string; text: string }
}

export type Loaded =
  | {
      ok: true
      config: Config
      targets: Targets
      /** As people and agents may see them, each with where it was. */
      shown: ShownSetting[]
      /** What a person should hear of, a sentence each. */
      notices: string[]
    }
  | { ok: false; problem: string }

/** Never throws; a problem is one sentence that names variable, value and remedy. */
export function loadConfig(sources: Sources): Loaded {
  const read = readValues(sources, settingNames)
  if (!read.ok) return read
  const { values, shown, isSet, file } = read
  if (!hasAll(values, settingNames)) return { ok: false, problem: lacking }
  const targets = buildTargets(values, file, (name) => isSet.has(name))
  const problem = targets.ok ? contradiction(values, targets.targets) : targets.problem
  return problem === undefined && targets.ok
    ? { ok: true, config: values, targets: targets.targets, shown, notices: noticesOf(sources) }
    : { ok: false, problem: problem ?? '' }
}

/** What it takes to find a Trooper that runs, and to be let in. */
export const whereaboutsNames = ['host', 'port', 'token', 'dataDir'] as const satisfies readonly SettingName[]
export type Whereabouts = Pick<Config, (typeof whereaboutsNames)[number]>

/** The same for an agent, and what that may do there. */
export const agentNames = [...whereaboutsNames, 'mcpWrite'] as const satisfies readonly SettingName[]

export type Some<N extends SettingName> = { ok: true; values: Pick<Config, N> } | { ok: false; problem: string }

/** Of these settings alone: nothing else need be right for whoever wants no more. */
export function loadSome<N extends SettingName>(sources: Sources, names: readonly N[]): Some<N> {
  const read = readValues(sources, names)
  if (!read.ok) return read
  const { values } = read
  return hasAll(values, names) ? { ok: true, values } : { ok: false, problem: lacking }
}

const lacking = 'The configuration lacks a value that has no default.'

type ReadValues =
  | { ok: true; values: object; shown: ShownSetting[]; isSet: ReadonlySet<SettingName>; file: FileConfig }
  | { ok: false; problem: string }

function readValues(sources: Sources, names: readonly SettingName[]): ReadValues {
  const unknown = unknownVariable(sources)
  if (unknown !== undefined) return { ok: false, problem: unknown }
  const read = sources.file
    ? readConfigFile(sources.file.path, sources.file.text, { ...sources.dotEnv, ...sources.environment })
    : { ok: true as const, file: emptyFile }
  if (!read.ok) return read
  const values: Record<string, unknown> = {}
  const shown: ShownSetting[] = []
  const isSet = new Set<SettingName>()
  for (const name of names) {
    const { text, origin } = find(name, sources, read.file.settings)
    shown.push(showSetting(name, text, origin))
    if (text === undefined) continue
    const parsed = settings[name].schema.safeParse(text)
    if (!parsed.success)
      return { ok: false, problem: complaint(name, text, parsed.error.issues[0]?.message ?? 'is invalid') }
    values[name] = parsed.data
    if (origin !== 'default') isSet.add(name)
  }
  return { ok: true, values, shown, isSet, file: read.file }
}

const settingNames = Object.keys(settings).filter((name): name is SettingName => name in settings)

/** Each value came from its own schema; what has a default is there. */
function hasAll<N extends SettingName>(values: object, names: readonly N[]): values is Pick<Config, N> {
  return names.every((name) => settings[name].default === undefined || name in values)
}

/** An empty text is an unset one: `.env.example` lists keys without values. */
function find(
  name: SettingName,
  { flags, environment, dotEnv }: Sources,
  file: Texts,
): { text: string | undefined; origin: Origin } {
  const { env, flag, default: byDefault } = settings[name]
  if (flags[flag]) return { text: flags[flag], origin: 'flag' }
  if (environment[env]) return { text: environment[env], origin: 'environment' }
  if (dotEnv[env]) return { text: dotEnv[env], origin: '.env' }
  if (file[flag]) return { text: file[flag], origin: 'file' }
  return { text: byDefault, origin: 'default' }
}

function complaint(name: SettingName, text: string, problem: string): string {
  const setting = settings[name]
  const shown = 'secret' in setting ? '' : ` '${withoutSecrets(text)}'`
  const example = setting.default ? `, for example ${setting.env}=${setting.default}` : ''
  return `${setting.env}${shown} ${problem}; correct it${example}.`
}

/** A misspelt variable would be ignored in silence, and with it what it was to protect. */
function unknownVariable({ environment, dotEnv }: Sources): string | undefined {
  const known = settingNames.map((name): string => settings[name].env).filter((env) => env.startsWith('TROOPER_'))
  const unknown = [...Object.keys(environment), ...Object.keys(dotEnv)].find(
    (env) => env.startsWith('TROOPER_') && !known.includes(env) && !isInjected(env),
  )
  return unknown === undefined
    ? undefined
    : `${unknown} is no setting of Trooper; remove it or use one of ${known.join(', ')}.`
}

function noticesOf({ environment, dotEnv, silentLines: silent = [] }: Sources): string[] {
  const names = [...new Set([...Object.keys(environment), ...Object.keys(dotEnv)])]
  const known = settingNames.map((name): string => settings[name].env)
  return [
    ...silent.map((line) => `.env line ${line} says nothing: a line is NAME=value, or begins with #`),
    ...nearMisses(names, known).map(({ name, meant }) => `${name} is no setting of Trooper; is ${meant} meant?`),
  ]
}

/** Some of these variables are settings of Trooper, or would be told as slips of the hand. */
export function nameSettings(names: readonly string[]): boolean {
  const known = settingNames.map((name): string => settings[name].env)
  const isOurs = (env: string): boolean => known.includes(env) || (env.startsWith('TROOPER_') && !isInjected(env))
  return names.some(isOurs) || nearMisses(names, known).length > 0
}

/** Kubernetes describes a service named `trooper` to every container beside it: TROOPER_SERVICE_HOST, TROOPER_PORT_3000_TCP, … */
function isInjected(env: string): boolean {
  return /^TROOPER_(SERVICE_(HOST|PORT)|PORT_\d+_(TCP|UDP))/.test(env)
}

function contradiction(config: Config, targets: Targets): string | undefined {
  const keyless = config.token === undefined ? undefined : firstWithoutKey(targets)
  if (keyless !== undefined) {
    const remedy =
      keyless === targets.primary
        ? 'PRIMARY_API_KEY must be set too'
        : `the target '${keyless.name}' needs a key of its own`
    return `TROOPER_TOKEN takes the place of the key that clients send, so ${remedy}.`
  }
  if (!isLoopbackHost(config.host) && config.token === undefined && !config.allowNoToken) {
    return `TROOPER_HOST '${config.host}' lets other machines spend your key; set TROOPER_TOKEN, or use 127.0.0.1.`
  }
  const own = findOwn(targets.chains, config)
  return (
    own &&
    `${whereNamed(own, targets)} is Trooper itself, which would ask itself for ever; correct it, or TROOPER_PORT.`
  )
}

function whereNamed(target: Target, { primary, fallbacks }: Targets): string {
  if (target === primary) return `PRIMARY_URL '${withoutSecrets(target.url.text)}'`
  if (fallbacks.includes(target)) return `FALLBACK_URL '${withoutSecrets(target.url.text)}'`
  return `The url of the target '${target.name}'`
}

/** A provider that would be sent what clients send: the token, which is not meant for it. */
function firstWithoutKey({ chains }: Targets): Target | undefined {
  return Object.values(chains)
    .flat()
    .find(({ kind, credential }) => kind === 'cloud' && !credential)
}

/** What a folder's `.env` says; nothing when there is no such file. Throws a sentence when there is one that cannot be read. */
export function readDotEnv(folder: string): Pick<Sources, 'dotEnv' | 'silentLines'> {
  const path = join(folder, '.env')
  try {
    // Some editors put a byte order mark before the first name.
    const text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '')
    return { dotEnv: parseEnv(text), silentLines: silentLines(text) }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (isAbsent(code)) return { dotEnv: {} }
    throw new Error(`${path} cannot be read (${String(code)}); make it a readable file, or remove it.`, {
      cause: error,
    })
  }
}

/** The configuration file's name where none is named. */
export const usualFile = 'trooper.yaml'

/** The configuration file that is named, or the usual one if it is there. Throws a sentence when it cannot be read. */
export function readFileSource(folder: string, named: string | undefined): { path: string; text: string } | undefined {
  const path = join(folder, usualFile)
  try {
    return { path: named ?? usualFile, text: readFileSync(named ?? path, 'utf8') }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (isAbsent(code) && named === undefined) return undefined
    throw new Error(
      `${named ?? path} cannot be read (${String(code)}); make it a readable file, or correct TROOPER_CONFIG.`,
      {
        cause: error,
      },
    )
  }
}

/** The file is not there, or its folder is no folder. */
function isAbsent(code: unknown): boolean {
  return code === 'ENOENT' || code === 'ENOTDIR'
}
