/**
 * The embedded engine, in a process of its own: a crash of native code, a model that is being loaded and a prompt that is being read
 * do not touch the proxy. What it is told comes in one line on stdin, whose end is its end; what it has to tell goes to stdout.
 */
import { createInterface } from 'node:readline'
import type { Assignment, Report } from '../assignment.ts'
import { fetchModel } from './download.ts'
import { Engine, prepared } from './engine.ts'
import type { Library } from './library.ts'
import { Refusal } from './refusal.ts'
import { createEmbeddedServer } from './serve.ts'

process.stdin.on('end', () => process.exit(0))
// A terminal's Ctrl+C reaches all processes behind it, a service manager's stop too: answers under way may finish, so Trooper says when.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
// The library prints its warnings, and might quote what it warns of.
for (const level of ['log', 'info', 'warn', 'error', 'debug'] as const) console[level] = () => {}

createInterface(process.stdin).once('line', (line) => {
  const assignment: Assignment = JSON.parse(line)
  start(assignment)
})

function start(assignment: Assignment): void {
  const engine = openEngine(assignment)
  const server = createEmbeddedServer({ ...assignment, engine })
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    if (typeof address === 'object' && address) report({ type: 'listening', port: address.port })
  })
}

function report(said: Report): void {
  process.stdout.write(`${JSON.stringify(said)}\n`)
}

/** At once for a file; for a model of a hub, not before it is downloaded. */
function openEngine({ library: url, install, source, modelsFolder }: Assignment): () => Promise<Engine> {
  let library: Promise<Library> | undefined
  const load = (): Promise<Library> => (library ??= import(url))
  if (source.from === 'file') {
    const engine = load().then((loaded) => prepared(new Engine(loaded, install, source.path)))
    engine.catch(() => {})
    return () => engine
  }
  const download = fetchModel(
    load,
    (library, path) => new Engine(library, install, path),
    source.uri,
    modelsFolder,
    report,
  )
  return async () => {
    const state = download()
    if (state.at === 'there') return state.engine
    throw new Refusal(503, state.problem)
  }
}
