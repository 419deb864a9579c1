#!/usr/bin/env node
/** argv -> command; the only file that ends the process. */
import { isCommand, type CommandName } from './cli/about.ts'
import { noCommand } from './cli/no-command.ts'
import { version } from './version.ts'

type Command = (argv: string[]) => Promise<number>

/** Loaded when asked for: one command does not pay for another's imports. */
const commands: { readonly [N in CommandName]: () => Promise<Command> } = {
  start: async () => (await import('./cli/start.ts')).start,
  run: async () => (await import('./cli/run.ts')).run,
  status: async () => (await import('./cli/status.ts')).status,
  logs: async () => (await import('./cli/logs.ts')).logs,
  override: async () => (await import('./cli/override.ts')).override,
  probe: async () => (await import('./cli/probe.ts')).probe,
  pull: async () => (await import('./cli/pull.ts')).pull,
  doctor: async () => (await import('./cli/doctor.ts')).doctor,
  drill: async () => (await import('./cli/drill.ts')).drill,
  mcp: async () => (await import('./cli/mcp.ts')).mcp,
  completion: async () => (await import('./cli/completion.ts')).completion,
  help: async () => (await import('./cli/help.ts')).help,
}

async function main(argv: string[]): Promise<number> {
  const [first = 'start', ...rest] = argv
  if (first === '--version' || first === '-v') {
    process.stdout.write(`${version}\n`)
    return 0
  }
  const isNamed = !first.startsWith('-')
  const name = isNamed ? first : 'start'
  if (ownPart(argv).some((word) => word === '--help' || word === '-h'))
    return (await commands.help())(isNamed && isCommand(name) ? [name] : [])
  if (!isCommand(name)) {
    process.stderr.write(`${noCommand(first)}\n`)
    return 1
  }
  const command = await commands[name]()
  return command(isNamed ? rest : argv)
}

/** What stands behind `--` is another program's. */
function ownPart(argv: string[]): string[] {
  const end = argv.indexOf('--')
  return end === -1 ? argv : argv.slice(0, end)
}

// Whoever reads no further (`| head`) is no fault.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
// Explicit, so that nothing left open (a paused client, a pipe on stdin) keeps a stopped Trooper alive.
process.exit(await main(process.argv.slice(2)))
