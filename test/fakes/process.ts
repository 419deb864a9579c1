/** Runs the programs of a test as processes of their own, and sees to it that none outlives the test. */

import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { threadId } from 'node:worker_threads'
import { describeHung } from './hung.ts'
import { zoneAtNoon } from './noon.ts'
import { outputFolder, scratchFolder } from './output.ts'

export interface ProcessOptions {
  /** Names the output files. */
  name: string
  /** Default: the Node that runs the tests. */
  command?: string
  args: readonly string[]
  /** Beside PATH, an empty HOME of its own and a time zone in which no day ends; nothing else is inherited, least of all real keys. */
  env?: Readonly<Record<string, string>>
  cwd?: string
  /**
   * Makes a Node script that does not read stdin end with its parent all the same.
   * A script that reads stdin itself has to end when stdin does.
   */
  endWithParent?: boolean
  /** Keeps stdout out of the searched files: for drivers, whose results quote the answers they got. */
  stdoutIsData?: boolean
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>

/** Watches stdin from inside the started script, without keeping it alive. */
const leash = `data:text/javascript,process.stdin.on('end',()=>process.exit(0)).resume().unref?.()`

/** Longer than Trooper itself waits for answers that are under way; reached only by a process that hangs. */
const killAfterMs = 30_000

const running = new Set<TestProcess>()
let started = 0

process.once('exit', () => {
  for (const child of running) child.signal('SIGKILL')
})

/** Every process of this worker that has not ended, and how far it is. */
export function describeRunning(): string[] {
  return [...running].map((child) => child.describe())
}

export class TestProcess {
  readonly name: string
  readonly #child: Child
  readonly #lines: string[] = []
  readonly #watchers = new Set<() => void>()
  readonly #exit: Promise<number | null>
  #exited = false
  #stderr = ''

  constructor(options: ProcessOptions) {
    started += 1
    this.name = `${options.name}-${process.pid}-${threadId}-${started}`
    const preload = options.endWithParent === true ? ['--import', leash] : []
    const child = spawn(options.command ?? process.execPath, [...preload, ...options.args], {
      cwd: options.cwd,
      env: { PATH: process.env['PATH'] ?? '', HOME: scratchFolder('home'), TZ: zoneAtNoon(), ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    this.#child = child
    running.add(this)
    // A write to a process that has just ended is no fault of the test.
    child.stdin.on('error', () => undefined)
    this.#exit = this.#collect(options.stdoutIsData === true)
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error(`${this.name} did not start.`)
    return this.#child.pid
  }

  get exited(): boolean {
    return this.#exited
  }

  /** Everything printed so far. */
  get stdout(): string {
    return this.#lines.map((line) => `${line}\n`).join('')
  }

  get stderr(): string {
    return this.#stderr
  }

  /** How far it is, for a test that ran out of time. */
  describe(): string {
    const { pid, spawnargs, exitCode, signalCode } = this.#child
    const hasEnded = exitCode !== null || signalCode !== null
    const { name, stdout, stderr } = this
    return describeHung({ name, pid, command: spawnargs.join(' '), hasEnded, stdout, stderr })
  }

  /** The exit code, or `null` after a signal, once all output is in the files. */
  exit(): Promise<number | null> {
    return this.#exit
  }

  /** How many lines of stdout there are so far. */
  get lineCount(): number {
    return this.#lines.length
  }

  /** The first value `read` gets out of a line of stdout, of the lines so far, from the one at `from` on, and those to come. */
  async line<T>(read: (line: string) => T | undefined, from = 0): Promise<T> {
    for (let next = from; ;) {
      for (; next < this.#lines.length; next += 1) {
        const value = read(this.#lines[next] ?? '')
        if (value !== undefined) return value
      }
      if (this.#exited) throw new Error(`${this.name} ended before the awaited line.\n${this.stdout}${this.stderr}`)
      await this.#change()
    }
  }

  /** Waits until stderr matches. */
  async stderrMatching(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.#stderr)) {
      if (this.#exited) throw new Error(`${this.name} ended before stderr matched ${pattern}.\n${this.#stderr}`)
      await this.#change()
    }
  }

  write(line: string): void {
    this.#child.stdin.write(`${line}\n`)
  }

  /** Tells a program that reads stdin that there is no more. */
  endInput(): void {
    this.#child.stdin.end()
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** Ends it and waits for the end. */
  async stop(): Promise<number | null> {
    if (this.#exited) return this.#exit
    const timer = setTimeout(() => {
      console.error(`It was told to end, and is killed: ${this.describe()}`)
      this.#child.kill('SIGKILL')
    }, killAfterMs)
    this.#child.kill('SIGTERM')
    const code = await this.#exit
    clearTimeout(timer)
    return code
  }

  async #collect(stdoutIsData: boolean): Promise<number | null> {
    const child = this.#child
    const files = [this.#keep(child.stderr, 'err')]
    if (!stdoutIsData) files.push(this.#keep(child.stdout, 'out'))
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.#lines.push(line)
      this.#changed()
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text
      this.#changed()
    })
    const closed = once(child, 'close')
    closed.catch(() => undefined)
    try {
      await closed
    } catch (error) {
      // The program could not be started at all.
      this.#stderr += String(error)
    }
    running.delete(this)
    await Promise.all(files)
    this.#exited = true
    this.#changed()
    return child.exitCode
  }

  async #keep(stream: Readable, kind: 'out' | 'err'): Promise<void> {
    const file = createWriteStream(join(outputFolder(), `${this.name}.${kind}.log`))
    await finished(stream.pipe(file))
  }

  #changed(): void {
    for (const watcher of this.#watchers) watcher()
    this.#watchers.clear()
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#watchers.add(resolve))
  }
}
