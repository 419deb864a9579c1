/** The embedded models of a configuration: their processes, and how a call to one of them finds its way. */
import { randomBytes } from 'node:crypto'
import { closeSync, constants, openSync, readSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Clock } from '../clock.ts'
import type { ClientDialectName } from '../dialects/dialect.ts'
import type { Log } from '../observe/log/log.ts'
import type { Chain, Chains } from '../routing/chains.ts'
import type { Target } from '../routing/target.ts'
import { version } from '../version.ts'
import type { Report } from './assignment.ts'
import { createDownloadTeller, type ShowProgress } from './download-teller.ts'
import { findLibrary, installCommand } from './library-path.ts'
import { scheme, type ModelSource } from './source.ts'
import { createSupervisor, type Supervisor } from './supervisor.ts'

export interface Embedded {
  /** With the key of each embedded model's process. */
  chains: Chains
  /** By origin: where its process listens now. */
  ports: ReadonlyMap<string, () => Promise<number>>
  /** Begins what takes its time: a download, and finding out how a model is spoken to. */
  start(): void
  stop(): Promise<void>
}

/** Throws one sentence when a model cannot be had. `onThere` is told the URL of each whose download has ended. */
export function openEmbedded(
  chains: Chains,
  dataFolder: string,
  clock: Clock,
  log: Log,
  showProgress: ShowProgress,
  onThere: (url: string) => void = () => {},
): Embedded {
  const supervisors = new Map<string, { supervisor: Supervisor; token: string }>()
  for (const target of Object.values(chains).flatMap((chain: Chain): readonly Target[] => chain)) {
    if (!target.embedded || supervisors.has(target.url.origin)) continue
    const library = findLibrary(dataFolder)
    if (library === undefined) throw new Error(missingLibrary(dataFolder))
    const source = checked(target.embedded)
    const model = target.model ?? ''
    const token = randomBytes(24).toString('hex')
    const assignment = {
      token,
      version,
      library,
      install: installCommand(dataFolder),
      source,
      model,
      modelsFolder: join(dataFolder, 'models'),
    }
    const tell = createDownloadTeller(model, log, showProgress)
    const hear = (report: Report): void => {
      if (report.type === 'downloaded') onThere(target.url.text)
      tell(report)
    }
    const supervisor = createSupervisor(assignment, hear, clock, log)
    supervisors.set(target.url.origin, { supervisor, token })
  }
  return {
    chains: mapChains(chains, (target) => {
      const token = supervisors.get(target.url.origin)?.token
      return token === undefined ? target : { ...target, credential: { header: 'Authorization', value: token } }
    }),
    ports: new Map([...supervisors].map(([origin, { supervisor }]) => [origin, () => supervisor.port()])),
    start: () => {
      for (const { supervisor } of supervisors.values()) supervisor.start()
    },
    stop: async () => {
      await Promise.all([...supervisors.values()].map(({ supervisor }) => supervisor.stop()))
    },
  }
}

function missingLibrary(dataFolder: string): string {
  return `FALLBACK_URL=${scheme} needs the package node-llama-cpp, which does not come with Trooper; install it: ${installCommand(dataFolder)}`
}

function checked(source: ModelSource): ModelSource {
  if (source.from === 'hub') return source
  const path = resolve(source.path.replace(/^~(?=[/\\])/, homedir()))
  const problem = flawOf(path)
  if (problem !== undefined) throw new Error(`FALLBACK_URL '${scheme}${source.path}' ${problem}.`)
  return { from: 'file', path }
}

/** Every file of this format begins with its name. */
function flawOf(path: string): string | undefined {
  const head = Buffer.alloc(4)
  try {
    // A pipe is not waited for.
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      readSync(file, head, 0, head.length, 0)
    } finally {
      closeSync(file)
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    return code === 'ENOENT'
      ? 'names no file; correct the path, or give hf:<user>/<model>:<quantisation> to have it downloaded'
      : `cannot be read (${String(code)}); make it a readable file, or correct the path`
  }
  return head.toString('latin1') === 'GGUF' ? undefined : 'is no GGUF file; get the model in that format'
}

/** The same target stays the same one in every chain that it stands in. */
function mapChains(chains: Chains, change: (target: Target) => Target): Chains {
  const changed = new Map<Target, Target>()
  const of = (target: Target): Target => {
    const known = changed.get(target) ?? change(target)
    changed.set(target, known)
    return known
  }
  const chain = (name: ClientDialectName): Chain => {
    const [first, ...rest] = chains[name]
    return [of(first), ...rest.map(of)]
  }
  return {
    anthropic: chain('anthropic'),
    'openai-chat': chain('openai-chat'),
    'openai-responses': chain('openai-responses'),
    ollama: chain('ollama'),
  }
}
