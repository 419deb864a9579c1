// The processes of a run: started, pinned, measured, asked and ended by their own handles.
import { execFileSync, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** Linux reports CPU time in hundredths of a second, whatever the kernel's own clock. */
const tickMs = 10

const running = new Set()

/** Two cores and `taskset`: the measured proxy has one for itself. */
export const canPin = hasTaskset()

function hasTaskset() {
  try {
    execFileSync('taskset', ['-c', '0,1', 'true'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** `taskset` becomes the program it starts, so the child's pid is the one to measure. */
function launch(core, args, options) {
  const command = canPin ? ['taskset', '-c', String(core), process.execPath, ...args] : [process.execPath, ...args]
  const child = spawn(command[0], command.slice(1), { stdio: ['pipe', 'pipe', 'inherit'], ...options })
  running.add(child)
  child.once('exit', () => running.delete(child))
  return child
}

/** Flags of Node's for a program that is to be asked for its memory. */
export const askable = ['--expose-gc', '--import', new URL('memory.mjs', import.meta.url).href]

function memoryOf(child) {
  const answer = new Promise((resolve) => child.once('message', resolve))
  child.send('memory')
  return answer
}

/** A script of this folder that talks in lines of JSON; its first line is awaited where it has one to say. */
export class Script {
  #lines
  #child

  constructor(core, name, args = [], flags = []) {
    const options = { stdio: ['pipe', 'pipe', 'inherit', 'ipc'] }
    this.#child = launch(core, [...flags, fileURLToPath(new URL(name, import.meta.url)), ...args], options)
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]()
  }

  get pid() {
    return this.#child.pid
  }

  async read() {
    const { value, done } = await this.#lines.next()
    if (done) throw new Error('A process of the benchmark ended too early.')
    return JSON.parse(value)
  }

  ask(question) {
    this.#child.stdin.write(`${JSON.stringify(question)}\n`)
    return this.read()
  }

  memory() {
    return memoryOf(this.#child)
  }

  stop() {
    return end(this.#child)
  }
}

/** Trooper as people run it: the built program, settings from the environment, text log to a file. `flags` are Node's. */
export async function startTrooper(core, entry, origin, folder, { settings = {}, flags = [] } = {}) {
  const port = await freePort()
  const log = openSync(join(folder, `trooper-${port}.log`), 'w')
  const env = { PATH: process.env['PATH'], HOME: folder, PRIMARY_URL: `${origin}/v1/messages`, ...settings }
  // Its own folder, so that nobody's `.env` is read.
  const child = launch(core, [...flags, entry, 'start', '--port', String(port)], {
    cwd: folder,
    env,
    stdio: ['ignore', log, 'inherit', 'ipc'],
  })
  closeSync(log)
  await untilHealthy(child, port)
  return { port, pid: child.pid, memory: () => memoryOf(child), stop: () => end(child) }
}

/** Nobody listens there, as long as nobody is told. */
export async function freePort() {
  const server = createServer()
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address()
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function untilHealthy(child, port) {
  const deadlineMs = performance.now() + 10_000
  while (performance.now() < deadlineMs && child.exitCode === null) {
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined)
    if (answer?.ok) return
    await pause(50)
  }
  throw new Error('Trooper did not start.')
}

export function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    child.once('exit', resolve)
    child.kill('SIGKILL')
  })
}

/** Whatever happens, nothing that was started here goes on. */
export async function endAll() {
  await Promise.all([...running].map((child) => end(child)))
}

/** User and system time of all threads since the process began, in milliseconds. */
export function cpuMs(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  // The name in brackets may hold spaces; the fields after it may not. utime and stime are the 14th and 15th of all.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * tickMs
}
