/** Starts the fakes and talks to their admin paths, with types. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { isObject, numberOf, parseJson } from '../../src/ir/json.ts'
import { AdminLine } from './admin-line.ts'
import type {
  LlamaServerSettings,
  LmStudioSettings,
  LocalBehaviour,
  OllamaBehaviour,
  OllamaSettings,
  ProviderBehaviour,
  ProviderSettings,
} from './control.ts'
import { type JournalText, journalSchema, type SeenRequest } from './journal.ts'
import { scratchFolder } from './output.ts'
import { TestProcess } from './process.ts'

export type FakeProvider = FakeServer<ProviderBehaviour, ProviderSettings>
export type FakeOllama = FakeServer<OllamaBehaviour, OllamaSettings>

export async function startProvider(settings?: ProviderSettings): Promise<FakeProvider> {
  const fake = await start<ProviderBehaviour, ProviderSettings>('provider')
  if (settings !== undefined) await fake.configure(settings)
  return fake
}

export async function startOllama(settings?: OllamaSettings): Promise<FakeOllama> {
  const fake = await start<OllamaBehaviour, OllamaSettings>('ollama')
  if (settings !== undefined) await fake.configure(settings)
  return fake
}

export type FakeLlamaServer = FakeServer<LocalBehaviour, LlamaServerSettings>
export type FakeLmStudio = FakeServer<LocalBehaviour, LmStudioSettings>

export async function startLlamaServer(settings?: LlamaServerSettings): Promise<FakeLlamaServer> {
  const fake = await start<LocalBehaviour, LlamaServerSettings>('llama-server')
  if (settings !== undefined) await fake.configure(settings)
  return fake
}

export async function startLmStudio(settings?: LmStudioSettings): Promise<FakeLmStudio> {
  const fake = await start<LocalBehaviour, LmStudioSettings>('lm-studio')
  if (settings !== undefined) await fake.configure(settings)
  return fake
}

class FakeServer<Behaviour, Settings> {
  readonly process: TestProcess
  /** `http://127.0.0.1:<port>`, no slash at the end. */
  readonly url: string
  readonly #admin: AdminLine

  constructor(process: TestProcess, port: number) {
    this.process = process
    this.url = `http://127.0.0.1:${port}`
    this.#admin = new AdminLine(this.url)
  }

  /** From now on requests get these, in this order; a good answer when they are used up. */
  async play(...plan: Behaviour[]): Promise<void> {
    await this.#admin.ask('/__control', { plan })
  }

  async configure(settings: Settings): Promise<void> {
    await this.#admin.ask('/__control', { settings })
  }

  /** Lets every answer that waits at its `holdAfter` go on. */
  async release(): Promise<void> {
    await this.#admin.ask('/__release', {})
  }

  /** Closes every connection, whoever may wait for an answer on it. */
  async hangUp(): Promise<void> {
    await this.#admin.ask('/__hang-up', {})
    this.#admin.renew()
  }

  /** Forgets plan, settings and journal. With settings of its own at once: nobody who asks meanwhile sees others. */
  async reset(settings?: Settings): Promise<void> {
    await this.#admin.ask('/__reset', { settings })
  }

  async journal(after = -1): Promise<JournalText> {
    return journalSchema.parse(JSON.parse(await this.#admin.ask(`/__log?after=${after}`)))
  }

  /** The requests to this path (its end), or all. */
  async requests(path = ''): Promise<SeenRequest[]> {
    const { requests } = await this.journal()
    return requests.filter(({ url }) => new URL(url, this.url).pathname.endsWith(path))
  }

  /** The journal as soon as `isTrue` of it; the test's own time limit is the only one. */
  async journalWhen(isTrue: (journal: JournalText) => boolean): Promise<JournalText> {
    let journal = await this.journal()
    while (!isTrue(journal)) journal = await this.journal(journal.version)
    return journal
  }

  stop(): Promise<number | null> {
    this.#admin.renew()
    return this.process.stop()
  }
}

const bundles = new Map<string, Promise<string>>()

/** Node 20 runs no TypeScript, so each fake is bundled once per test worker. */
function bundle(name: string): Promise<string> {
  let bundled = bundles.get(name)
  if (bundled === undefined) {
    bundled = buildBundle(name)
    bundles.set(name, bundled)
  }
  return bundled
}

async function buildBundle(name: string): Promise<string> {
  const entry = fileURLToPath(new URL(`${name}.ts`, import.meta.url))
  if (!existsSync(entry)) throw new Error(`There is no fake named ${name}.`)
  const outfile = join(scratchFolder('bundle'), `${name}.mjs`)
  await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm' })
  return outfile
}

async function start<Behaviour, Settings>(name: string): Promise<FakeServer<Behaviour, Settings>> {
  const script = await bundle(name)
  const process = new TestProcess({ name, args: [script] })
  const port = await process.line((line) => {
    const ready = parseJson(line)
    return isObject(ready) ? numberOf(ready['port']) : undefined
  })
  return new FakeServer(process, port)
}
