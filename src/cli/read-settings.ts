/** What a command was told: its arguments, and the settings of flags, environment and the files of the working folder. */
import { parseArgs } from 'node:util'
import {
  agentNames,
  loadConfig,
  loadSome,
  readDotEnv,
  readFileSource,
  whereaboutsNames,
  type Loaded,
  type Some,
  type Sources,
  type Texts,
} from '../config/load.ts'
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

export function readSettings(flags: Texts): Loaded {
  const read = sourcesOf(flags)
  return read.ok ? loadConfig(read.sources) : read
}

export function readWhereabouts(flags: Texts): Some<(typeof whereaboutsNames)[number]> {
  const read = sourcesOf(flags)
  return read.ok ? loadSome(read.sources, whereaboutsNames) : read
}

/**
 * Flags and environment alone: an agent is at work in folders of anybody's, whose files must not say where the token of this installation is
 * sent, nor what an agent may do.
 */
export function readAgentSettings(flags: Texts): Some<(typeof agentNames)[number]> {
  return loadSome({ flags, environment: process.env, dotEnv: {} }, agentNames)
}

function sourcesOf(flags: Texts): { ok: true; sources: Sources } | { ok: false; problem: string } {
  try {
    const read = readDotEnv(process.cwd())
    const { flag, env } = settings.config
    const file = readFileSource(process.cwd(), flags[flag] ?? process.env[env] ?? read.dotEnv[env])
    return { ok: true, sources: { flags, environment: process.env, ...read, ...(file && { file }) } }
  } catch (error) {
    return { ok: false, problem: error instanceof Error ? error.message : 'The configuration cannot be read.' }
  }
}
