/** What a command was told: its arguments, and the settings of flags, environment and the files of a folder that it may believe. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { dataFolder } from '../config/data-folder.ts'
import {
  agentNames,
  loadConfig,
  loadSome,
  nameSettings,
  readDotEnv,
  readFileSource,
  usualFile,
  whereaboutsNames,
  type Loaded,
  type Some,
  type Sources,
  type Texts,
} from '../config/load.ts'
import { isEveryAddress, isLoopbackHost } from '../config/own-place.ts'
import { settings } from '../config/schema.ts'
import type { Setting } from '../config/setting.ts'
import { aboutOf, type CommandAbout, type CommandName } from './about.ts'

/** sysexits.h: EX_CONFIG */
export const exitConfig = 78

export type Arguments =
  | {
      ok: true
      /** The flags with a value, without their dashes: its settings', and the command's own. */
      flags: Texts
      /** The flags without a value. */
      switches: ReadonlySet<string>
      /** What is no flag. */
      names: readonly string[]
    }
  | { ok: false; problem: string }

/** `names`: how many words it takes that are no flags. */
export function readArguments(argv: string[], command: CommandName, names = 0): Arguments {
  const about = aboutOf(command)
  const texts = settingsOf(about).map(({ flag }) => [flag, { type: 'string' as const }])
  const own = about.flags.map(({ name, letter, value }) => {
    const type = value === undefined ? ('boolean' as const) : ('string' as const)
    return [name, { type, ...(letter !== undefined && { short: letter }) }]
  })
  const options: NonNullable<Parameters<typeof parseArgs>[0]>['options'] = Object.fromEntries([...texts, ...own])
  const see = command === 'start' ? 'trooper --help' : `trooper ${command} --help`
  try {
    const { values, positionals } = parseArgs({ args: argv, options, strict: true, allowPositionals: names > 0 })
    const [extra] = positionals.slice(names)
    if (extra !== undefined) return { ok: false, problem: `'${extra}' is one word too many; see: ${see}` }
    const given = Object.entries(values)
    return {
      ok: true,
      flags: Object.fromEntries(given.flatMap(([flag, value]) => (typeof value === 'string' ? [[flag, value]] : []))),
      switches: new Set(given.flatMap(([flag, value]) => (value === true ? [flag] : []))),
      names: positionals,
    }
  } catch (error) {
    const problem = error instanceof Error ? (error.message.split(/\.\s/)[0] ?? '') : 'Unknown flag'
    return { ok: false, problem: `${problem}; see: ${see}` }
  }
}

/** The settings that are flags of a command. */
export function settingsOf(about: CommandAbout): Setting[] {
  switch (about.settings) {
    case 'all':
      return Object.values(settings)
    case 'whereabouts':
      return [...whereaboutsNames.map((name) => settings[name]), settings.config]
    case 'agent':
      return agentNames.map((name) => settings[name])
    case 'none':
      return []
  }
}

/** Of a person who set Trooper up in this folder, or in the data folder. */
export function readSettings(flags: Texts): Loaded {
  const read = sourcesOf(flags, settledFolder(flags))
  return read.ok ? loadConfig(read.sources) : read
}

/** For a program that is started in anybody's folder: one whose files named the provider would be sent the keys of whoever works there. */
export function readOwnSettings(flags: Texts): Loaded {
  const read = sourcesOf(flags, ownFolder(flags))
  return read.ok ? loadConfig(read.sources) : read
}

/** A file may say at which port of this machine Trooper is, but not on which machine: the token of this installation is sent there. */
export function readWhereabouts(flags: Texts): Some<(typeof whereaboutsNames)[number]> {
  const sources = sourcesOf(flags, settledFolder(flags))
  if (!sources.ok) return sources
  const read = loadSome(sources.sources, whereaboutsNames)
  const told = readToldAlone(flags, whereaboutsNames)
  if (!read.ok || !told.ok) return read.ok ? told : read
  const { host } = read.values
  if (isLoopbackHost(host) || isEveryAddress(host) || host === told.values.host) return read
  const problem = `${settings.host.env} '${host}' stands in a file, and Trooper's token would be sent there; if your Trooper is there, say --${settings.host.flag} ${host}.`
  return { ok: false, problem }
}

/** An agent is at work in folders of anybody's, whose files must not say where the token is sent, nor what an agent may do. */
export function readAgentSettings(flags: Texts): Some<(typeof agentNames)[number]> {
  return readToldAlone(flags, agentNames)
}

function readToldAlone<N extends keyof typeof settings>(flags: Texts, names: readonly N[]): Some<N> {
  return loadSome({ flags, environment: process.env, dotEnv: {} }, names)
}

/** The files of the working folder that nobody but {@link readSettings} believes, where they are about Trooper. */
export function unreadFiles(folder: string): string[] {
  return [...(hasOurNames(folder) ? ['.env'] : []), ...(existsSync(join(folder, usualFile)) ? [usualFile] : [])]
}

function hasOurNames(folder: string): boolean {
  try {
    return Object.keys(readDotEnv(folder).dotEnv).some((name) => /^(PRIMARY|FALLBACK|TROOPER)_/.test(name))
  } catch {
    // One that cannot be read says nothing to anybody.
    return false
  }
}

/** The working folder if it has something to say of Trooper, else the person's own. */
function settledFolder(flags: Texts): string {
  const folder = process.cwd()
  return existsSync(join(folder, usualFile)) || hasSettings(folder) ? folder : ownFolder(flags)
}

function hasSettings(folder: string): boolean {
  try {
    return nameSettings(Object.keys(readDotEnv(folder).dotEnv))
  } catch {
    // Whoever reads it next says that it cannot be read: it may have been meant.
    return true
  }
}

function ownFolder(flags: Texts): string {
  const { flag, env, default: byDefault } = settings.dataDir
  return dataFolder({ dataDir: flags[flag] || process.env[env] || byDefault })
}

function sourcesOf(flags: Texts, folder: string): { ok: true; sources: Sources } | { ok: false; problem: string } {
  try {
    const read = readDotEnv(folder)
    const { flag, env } = settings.config
    const told = flags[flag] || process.env[env]
    const named = told || (read.dotEnv[env] && resolve(folder, read.dotEnv[env]))
    const file = readFileSource(folder, named || undefined)
    return { ok: true, sources: { flags, environment: process.env, ...read, ...(file && { file }) } }
  } catch (error) {
    return { ok: false, problem: error instanceof Error ? error.message : 'The configuration cannot be read.' }
  }
}
