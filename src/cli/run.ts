/** `trooper run -- claude`: one program behind Trooper, which is started for it where none runs yet. */
import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { realClock } from '../clock.ts'
import { dataFolder } from '../config/data-folder.ts'
import type { Loaded } from '../config/load.ts'
import { settings, type Config } from '../config/schema.ts'
import type { Setting } from '../config/setting.ts'
import { silentLog, type Log } from '../observe/log/log.ts'
import { startTrooper } from '../trooper.ts'
import { readInstallToken } from '../state/install-token.ts'
import { findOwnTrooper } from '../upstream/find-trooper.ts'
import { zstd } from '../upstream/zstd.ts'
import { clientArguments, clientVariables } from './client-settings.ts'
import { exitConfig, readArguments, readOwnSettings, unreadFiles } from './read-settings.ts'
import { complain, openLog } from './terminal.ts'

type Working = Extract<Loaded, { ok: true }>

/** As shells say it. */
const exitNotFound = 127

export async function run(argv: string[]): Promise<number> {
  const end = argv.indexOf('--')
  const [command, ...rest] = end === -1 ? [] : argv.slice(end + 1)
  if (command === undefined) return complain('Say what to run behind Trooper, as in: trooper run -- claude', exitConfig)
  const given = readArguments(argv.slice(0, end), 'run')
  if (!given.ok) return complain(given.problem, exitConfig)
  const loaded = readOwnSettings(given.flags)
  if (!loaded.ok) return complain(loaded.problem, exitConfig)
  try {
    for (const notice of [...loaded.notices, ...unreadNotices(loaded.config)]) complain(notice, 0)
    return await runBehind(loaded, command, rest)
  } catch (error) {
    return complain(error instanceof Error ? error.message : 'Trooper could not start.', 1)
  }
}

async function runBehind(loaded: Working, command: string, rest: string[]): Promise<number> {
  const { config, targets } = loaded
  // One that a person has started, at the place that the settings name.
  const running = await findOwnTrooper(config.host, config.port, readInstallToken(dataFolder(config)))
  if (running?.isOwn === false) complain(strangerAt(running.url, config), 0)
  const own = running?.isOwn ? undefined : await startOwn(loaded)
  const url = own?.url ?? running?.url ?? ''
  try {
    const variables = clientVariables(url, targets.chains, config.token)
    return await runProgram(command, [...clientArguments(command, url, zstd !== undefined), ...rest], variables)
  } finally {
    await own?.stop()
  }
}

/** Every app sends its key to whoever listens there. */
function strangerAt(url: string, config: Config): string {
  return `What listens at ${url} says that it is Trooper, but does not know the token in ${dataFolder(config)}: the program runs behind a Trooper of its own.`
}

function unreadNotices(config: Config): string[] {
  const folder = dataFolder(config)
  if (folder === process.cwd()) return []
  return unreadFiles(process.cwd()).map(
    (name) =>
      `${name} of this folder is not read by trooper run, which believes no folder that it works in; what is yours belongs in ${join(folder, name)}.`,
  )
}

interface Own {
  url: string
  stop: () => Promise<void>
}

/** On a port of its own: it ends with its program, and another one's `trooper run` must not have come to rely on it. */
async function startOwn({ config, targets, shown }: Working): Promise<Own> {
  const { log, flush } = openRunLog(config)
  const trooper = await startTrooper({ ...config, port: 0 }, targets, log, realClock, { shown })
  return {
    url: trooper.url,
    stop: async () => {
      await trooper.stop(0)
      flush()
    },
  }
}

/** Without a place for it the program runs all the same. */
function openRunLog(config: Config): { log: Log; flush: () => void } {
  const file = join(dataFolder(config), 'run.log')
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    return openLog(config, file)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
    complain(
      `${file} cannot be written${code}: Trooper keeps no log; set TROOPER_DATA_DIR to a folder that it may use.`,
      0,
    )
    return { log: silentLog, flush: () => {} }
  }
}

/** Its terminal and its end are the program's; the exit code too. */
function runProgram(command: string, args: string[], variables: Record<string, string>): Promise<number> {
  const program = spawn(command, args, { stdio: 'inherit', env: { ...withoutSecrets(process.env), ...variables } })
  // A terminal sends Ctrl+C to both: it is the program's to decide what that means.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => program.kill('SIGTERM'))
  return new Promise((resolve) => {
    program.once('error', (error) => resolve(complain(startProblem(command, error), exitNotFound)))
    program.once('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])))
  })
}

/** Trooper's own keys are not the program's: an agent runs commands of a model's. */
function withoutSecrets(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const all: Setting[] = Object.values(settings)
  const isSecret = (name: string): boolean => all.some(({ env, secret }) => env === name && secret === true)
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !isSecret(name)))
}

function startProblem(command: string, error: Error): string {
  const isMissing = 'code' in error && error.code === 'ENOENT'
  return isMissing
    ? `'${command}' is not on this machine's PATH; install it, or give its whole path.`
    : `'${command}' could not be started (${error.message}).`
}
