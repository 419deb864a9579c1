#!/usr/bin/env node
/** argv -> command; the only file that ends the process. */
import { version } from './version.ts'

type Command = (argv: string[]) => Promise<number>

/** Loaded when asked for: one command does not pay for another's imports. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  start: async () => (await import('./cli/start.ts')).start,
  run: async () => (await import('./cli/run.ts')).run,
  doctor: async () => (await import('./cli/doctor.ts')).doctor,
  drill: async () => (await import('./cli/drill.ts')).drill,
  help: async () => (await import('./cli/help.ts')).help,
}

async function main(argv: string[]): Promise<number> {
  const [first = 'start', ...rest] = argv
  if (first === '--version' || first === '-v') {
    process.stdout.write(`${version}\n`)
    return 0
  }
  if (ownPart(argv).some((word) => word === '--help' || word === '-h'))
    return (await import('./cli/help.ts')).help(argv)
  const name = first.startsWith('-') ? 'start' : first
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!load) {
    process.stderr.write(`Trooper has no command '${first}'; see: trooper --help\n`)
    return 1
  }
  const command = await load()
  return command(first.startsWith('-') ? argv : rest)
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
