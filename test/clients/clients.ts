/** The official SDKs, each driven in a process of its own: what there is, whether it is installed, how to call it. */

import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { parseJson } from '../../src/ir/json.ts'
import { TestProcess } from '../fakes/process.ts'

export type Api = 'messages' | 'chat' | 'responses'

export interface ClientDefinition {
  name: string
  apis: readonly Api[]
  /** The npm packages under test, by their alias in test/clients; none for Python. */
  packages: readonly string[]
  driver: string
  runtime: 'node' | 'node-22' | 'python'
  /** What its documentation has users put after the server's address (providers.md 6). */
  baseSuffix: (api: Api) => '' | '/v1'
}

const root = (): '' => ''
const v1 = (): '/v1' => '/v1'

export const clients: readonly ClientDefinition[] = [
  node('anthropic-sdk-1', ['anthropic-1'], 'anthropic.mjs', ['messages'], root),
  node('anthropic-sdk-0', ['anthropic-0'], 'anthropic.mjs', ['messages'], root),
  node('openai-7', ['openai-7'], 'openai.mjs', ['chat', 'responses'], v1, 'node-22'),
  node('openai-6', ['openai-6'], 'openai.mjs', ['chat', 'responses'], v1),
  node('openai-4', ['openai-4'], 'openai.mjs', ['chat', 'responses'], v1),
  node(
    'ai-7',
    ['ai-7', 'ai-anthropic-4', 'ai-openai-4'],
    'vercel.mjs',
    ['messages', 'chat', 'responses'],
    v1,
    'node-22',
  ),
  node('ai-6', ['ai-6', 'ai-anthropic-3', 'ai-openai-3'], 'vercel.mjs', ['messages', 'chat', 'responses'], v1),
  python('anthropic-python', 'anthropic_python.py', ['messages'], root),
  python('openai-python', 'openai_python.py', ['chat', 'responses'], v1),
]

/** Speaks an API that no provider has, and so stands apart. */
export const ollamaClient: ClientDefinition = node('ollama', ['ollama'], 'ollama.mjs', [], root)

/** What only Ollama's own client can do; `generate` takes everything but the model from `extra`. */
type OllamaOp = 'generate' | 'list' | 'show' | 'ps' | 'version'

export interface Call {
  /**
   * `loop`: whole user turns, in which the SDK offers a weather tool and answers its calls. `runner`: the same by the
   * SDK's own means, of Messages alone; `value` has what the tool was called with. `mcp`: one answer of an API that runs tools itself, of
   * which `value` has the `content` and the `events` of its stream. `compact`: of Responses alone.
   */
  op: 'create' | 'stream' | 'final' | 'loop' | 'runner' | 'compact' | 'mcp' | OllamaOp
  /** None for {@link ollamaClient}. */
  api?: Api
  /** With the suffix of the client: `baseURL(definition, address, api)`. */
  baseURL: string
  apiKey: string
  model: string
  system?: string
  messages: readonly object[]
  /** The SDK's own retries; 0 unless said. */
  maxRetries?: number
  maxTokens?: number
  timeoutMs?: number
  /** Leaves the stream after this many text chunks, as a user does who presses stop. */
  stopAfter?: number
  /** More fields of the SDK's own request, such as `tools`. */
  extra?: object
  /** For `mcp` in the words of Vercel's SDK, which has its own for every API. */
  servers?: readonly { label: string; url: string; asks?: boolean }[]
  /** For a loop: what the user says, turn by turn. */
  turns?: readonly string[]
  streams?: boolean
  /** For a loop: base64 of a PNG that the first turn shows, and its tool's results where the SDK has a place for it. */
  image?: string
  /** For a loop: the last answer of each turn is to be a forecast, `{ city, sunny }`, asked for and read by the SDK's own means. */
  forecast?: boolean
  /** For a loop over Responses: who holds the conversation. */
  keeps?: 'app' | 'provider'
}

const headers = z.record(z.string(), z.string()).optional()

const good = z.object({
  ok: z.literal(true),
  text: z.string(),
  /** Of a loop: the last text of each turn. */
  texts: z.array(z.string()).optional(),
  /** Of a loop that wants forecasts: what the SDK read out of those texts. */
  parsed: z.array(z.unknown()).optional(),
  thinking: z.string().optional(),
  toolCalls: z.array(z.object({ id: z.string(), name: z.string(), input: z.unknown() })).optional(),
  answerId: z.string().nullish(),
  model: z.string().nullish(),
  finish: z.string().nullish(),
  usage: z.record(z.string(), z.unknown()).nullish(),
  /** Of the answer's head: Trooper's own, request ids, retry advice. Not known for every helper. */
  headers,
  chunks: z.number(),
  /** What is not an answer of a model, as the client returned it. */
  value: z.unknown(),
})
const bad = z.object({
  ok: z.literal(false),
  /** Set when this version has no such function; then nothing else is. */
  skipped: z.string().optional(),
  name: z.string().optional(),
  status: z.number().nullish(),
  message: z.string().optional(),
  type: z.string().nullish(),
  code: z.union([z.string(), z.number()]).nullish(),
  headers,
})
const resultLine = z.object({ id: z.number() }).and(z.discriminatedUnion('ok', [good, bad]))

export type Result = z.infer<typeof good> | z.infer<typeof bad>

/** True, or why this client cannot run here. */
export function available(client: ClientDefinition): true | { skip: string } {
  if (client.runtime === 'python') {
    return existsSync(pythonPath) || { skip: 'test/clients/.venv is missing: run test/clients/install.sh' }
  }
  const missing = client.packages.find((name) => !existsSync(inFolder(`node_modules/${name}`)))
  if (missing !== undefined) return { skip: `${missing} is not installed: run test/clients/install.sh` }
  return commandOf(client) === undefined ? { skip: 'needs Node >= 22, and there is no binary for this platform' } : true
}

/** Where this client has to be pointed to reach the server at `address`. */
export function baseURL(client: ClientDefinition, address: string, api: Api): string {
  return address + client.baseSuffix(api)
}

/** The drivers that this worker runs and no test uses just now: loading an SDK takes longer than most of what is asked of it. */
const idle = new Map<ClientDefinition, TestProcess[]>()
let calls = 0

/** A driver makes its SDK's client anew for each call, and so nothing goes over from one test to the next. */
export class Client {
  readonly definition: ClientDefinition
  readonly #process: TestProcess
  #underWay = 0

  constructor(definition: ClientDefinition) {
    this.definition = definition
    this.#process = idle.get(definition)?.pop() ?? startDriver(definition)
  }

  /** One call; several may be under way at once. */
  async call(call: Call): Promise<Result> {
    calls += 1
    const id = calls
    const from = this.#process.lineCount
    this.#underWay += 1
    this.#process.write(JSON.stringify({ id, ...call }))
    const result = await this.#process.line((line) => {
      const read = resultLine.safeParse(parseJson(line))
      return read.success && read.data.id === id ? read.data : undefined
    }, from)
    this.#underWay -= 1
    return result
  }

  /** Leaves the driver to the next test; one that still waits for an answer is ended. */
  async stop(): Promise<void> {
    if (this.#underWay > 0 || this.#process.exited) await this.#process.stop()
    else idle.set(this.definition, [...(idle.get(this.definition) ?? []), this.#process])
  }
}

function startDriver(definition: ClientDefinition): TestProcess {
  const command = commandOf(definition)
  if (command === undefined) throw new Error(`${definition.name} can't run here; ask available() first.`)
  return new TestProcess({
    name: definition.name,
    command,
    args: [inFolder(`drivers/${definition.driver}`), ...definition.packages],
    env: { PYTHONDONTWRITEBYTECODE: '1' },
    stdoutIsData: true,
  })
}

const pythonPath = inFolder('.venv/bin/python')

function commandOf(client: ClientDefinition): string | undefined {
  if (client.runtime === 'python') return pythonPath
  return client.runtime === 'node' ? process.execPath : newerNode()
}

/** A Node that runs today's majors: the present one if it does, else one from the package registry. */
export function newerNode(major: 22 | 24 = 24): string | undefined {
  if (Number(process.versions.node.split('.')[0]) >= 22) return process.execPath
  const folders = [`node-${major}`, `node-${major}-arm64`]
  return folders.map((folder) => inFolder(`node_modules/${folder}/bin/node`)).find((path) => existsSync(path))
}

/** The program of a package that is installed beside the drivers. */
export function programOf(name: string): string {
  return inFolder(`node_modules/${name}/dist/index.js`)
}

function inFolder(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url))
}

function node(
  name: string,
  packages: readonly string[],
  driver: string,
  apis: readonly Api[],
  baseSuffix: ClientDefinition['baseSuffix'],
  runtime: 'node' | 'node-22' = 'node',
): ClientDefinition {
  return { name, packages, driver, apis, baseSuffix, runtime }
}

function python(
  name: string,
  driver: string,
  apis: readonly Api[],
  baseSuffix: ClientDefinition['baseSuffix'],
): ClientDefinition {
  return { name, packages: [], driver, apis, baseSuffix, runtime: 'python' }
}
