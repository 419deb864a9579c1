/** What a command was told: its arguments, and the settings of flags, environment and the files of the working folder. */
import { parseArgs } from 'node:util'
import { loadConfig, readDotEnv, readFileSource, type Loaded, type Sources, type Texts } from '../config/load.ts'
import { settings } from '../config/schema.ts'

/** sysexits.h: EX_CONFIG */
export const exitConfig = 78

export type Arguments =
  | {
      ok: true
      /** The flags with a value, without their dashes: every setting's, and the command's own. */
      flags: Texts
      /** The flags without a value. */
      switches: ReadonlySet<string>
      /** What is no flag. */
      names: readonly string[]
    }
  | { ok: false; problem: string }

/** What a command knows beside the settings. */
interface Own {
  flags?: readonly string[]
  switches?: readonly string[]
  names?: boolean
}

export function readArguments(argv: string[], { flags = [], switches = [], names = false }: Own = {}): Arguments {
  const texts = [...Object.values(settings).map(({ flag }) => flag), ...flags]
  const options = {
    ...Object.fromEntries(texts.map((flag) => [flag, { type: 'string' as const }])),
    ...Object.fromEntries(switches.map((flag) => [flag, { type: 'boolean' as const }])),
  }
  try {
    const { values, positionals } = parseArgs({ args: argv, options, strict: true, allowPositionals: names })
    const given = Object.entries(values)
    return {
      ok: true,
      flags: Object.fromEntries(given.flatMap(([flag, value]) => (typeof value === 'string' ? [[flag, value]] : []))),
      switches: new Set(given.flatMap(([flag, value]) => (value === true ? [flag] : []))),
      names: positionals,
    }
  } catch (error) {
    const problem = error instanceof Error ? (error.message.split(/\.\s/)[0] ?? '') : 'Unknown flag'
    return { ok: false, problem: `${problem}; see: trooper --help` }
  }
}

export function readSettings(flags: Texts): Loaded {
  const files = tryReadFiles(flags)
  return files.ok ? loadConfig({ flags, environment: process.env, ...files.sources }) : files
}

type Files = { ok: true; sources: Pick<Sources, 'dotEnv' | 'silentLines' | 'file'> } | { ok: false; problem: string }

function tryReadFiles(flags: Texts): Files {
  try {
    const read = readDotEnv(process.cwd())
    const { flag, env } = settings.config
    const file = readFileSource(process.cwd(), flags[flag] ?? process.env[env] ?? read.dotEnv[env])
    return { ok: true, sources: file ? { ...read, file } : read }
  } catch (error) {
    return { ok: false, problem: error instanceof Error ? error.message : 'The configuration cannot be read.' }
  }
}
