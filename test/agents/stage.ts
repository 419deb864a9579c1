/** Everybody who may have to answer an agent: a provider of each dialect, and a local model of each kind. */
import { arrayOf, objectOf, parseJson, stringOf, type JsonObject } from '../../src/ir/json.ts'
import { startTrooper, type RunningTrooper } from '../e2e/trooper.ts'
import type { Content, LocalModel } from '../fakes/control.ts'
import type { SeenRequest } from '../fakes/journal.ts'
import { startOllama, startProvider, type FakeOllama, type FakeProvider } from '../fakes/start.ts'
import { sendTo, type AgentRequest } from './agent-request.ts'

const endpoints = {
  messages: '/v1/messages',
  chat: '/v1/chat/completions',
  responses: '/v1/responses',
} as const
export type Cloud = keyof typeof endpoints
export const clouds: Cloud[] = ['messages', 'chat', 'responses']

const localModels = {
  'a local model with tools': 'qwen2.5:3b',
  'a local model that thinks': 'qwen3:8b',
  'a local model without tools': 'gemma3:4b',
} as const
export type Local = keyof typeof localModels
export const locals: Local[] = ['a local model with tools', 'a local model that thinks', 'a local model without tools']

export type Answerer = Cloud | Local

/** With windows that hold an agent's whole afternoon. */
const roomy: LocalModel[] = [
  { name: 'qwen2.5:3b', contextLength: 262_144, capabilities: ['completion', 'tools'] },
  { name: 'qwen3:8b', contextLength: 262_144, capabilities: ['completion', 'tools', 'thinking'] },
  { name: 'gemma3:4b', contextLength: 262_144, capabilities: ['completion', 'vision'] },
]

export interface Answer {
  status: number
  headers: Headers
  text: string
}

export function isLocal(answerer: Answerer): answerer is Local {
  return answerer in localModels
}

export class AgentStage {
  readonly provider: FakeProvider
  readonly ollama: FakeOllama
  readonly #troopers: ReadonlyMap<Answerer, RunningTrooper>

  constructor(provider: FakeProvider, ollama: FakeOllama, troopers: ReadonlyMap<Answerer, RunningTrooper>) {
    this.provider = provider
    this.ollama = ollama
    this.#troopers = troopers
  }

  /** For an agent that speaks the dialect of `own`. */
  static async start(own: Cloud): Promise<AgentStage> {
    const [provider, ollama] = await Promise.all([startProvider(), startOllama()])
    // Models are looked at when Trooper starts.
    await ollama.configure({ models: roomy })
    const start = async (answerer: Answerer): Promise<[Answerer, RunningTrooper]> => {
      const endpoint = endpoints[isLocal(answerer) ? own : answerer]
      const trooper = await startTrooper({
        PRIMARY_URL: provider.url + endpoint,
        FALLBACK_URL: `${ollama.url}/api/chat`,
        FALLBACK_MODEL: isLocal(answerer) ? localModels[answerer] : localModels['a local model with tools'],
        WAIT_MAX: '0',
      })
      return [answerer, trooper]
    }
    const troopers = await Promise.all([...clouds, ...locals].map(start))
    return new AgentStage(provider, ollama, new Map(troopers))
  }

  async stop(): Promise<void> {
    const troopers = [...this.#troopers.values()].map(({ process }) => process.stop())
    await Promise.all([...troopers, this.provider.stop(), this.ollama.stop()])
  }

  async reset(): Promise<void> {
    await Promise.all([this.provider.reset(), this.ollama.reset({ models: roomy })])
  }

  urlOf(answerer: Answerer): string {
    return this.#troopers.get(answerer)?.url ?? ''
  }

  /** Asks so that this one answers, and says this. A local model answers because its provider breaks the connection once. */
  async ask(answerer: Answerer, request: AgentRequest, content: Content = {}): Promise<Answer> {
    if (isLocal(answerer)) {
      await this.provider.play({ mode: 'reset', times: 1 })
      await this.ollama.play({ mode: 'ok', ...content })
    } else await this.provider.play({ mode: 'ok', ...content })
    return this.send(answerer, request)
  }

  /** Asks where a local model answers otherwise, while its provider is there. */
  async askCloudBehind(local: Local, request: AgentRequest, content: Content = {}): Promise<Answer> {
    await this.provider.play({ mode: 'ok', ...content })
    return this.send(local, request)
  }

  async send(answerer: Answerer, request: AgentRequest): Promise<Answer> {
    if (request.remembered) await this.provider.configure({ remembers: [request.remembered] })
    const response = await sendTo(this.urlOf(answerer), request)
    return { status: response.status, headers: response.headers, text: await response.text() }
  }

  /** What this one was asked last. */
  async heardBy(answerer: Answerer): Promise<JsonObject> {
    const requests = isLocal(answerer)
      ? await this.ollama.requests('/api/chat')
      : await this.provider.requests(endpoints[answerer])
    return objectOf(parseJson(requests.at(-1)?.bodyText ?? ''))
  }

  /** The names of the tools that this one was offered last. */
  async toolsOffered(local: Local): Promise<string[]> {
    return arrayOf((await this.heardBy(local))['tools']).map(
      (tool) => stringOf(objectOf(objectOf(tool)['function'])['name']) ?? '',
    )
  }

  /** Everything that this one was told last. */
  async wordsTold(local: Local): Promise<string> {
    const messages = arrayOf((await this.heardBy(local))['messages'])
    return messages.map((message) => stringOf(objectOf(message)['content']) ?? '').join('\n')
  }

  /** Who spoke in turn, as this one was told last, a letter each. */
  async rolesTold(local: Local): Promise<string> {
    const messages = arrayOf((await this.heardBy(local))['messages'])
    return messages.map((message) => (stringOf(objectOf(message)['role']) ?? '?').charAt(0)).join('')
  }

  /** Why requests were turned away as malformed: by nobody, if all is well. */
  async refusals(): Promise<(string | undefined)[]> {
    const [cloud, local] = await Promise.all([this.provider.journal(), this.ollama.journal()])
    const seen: SeenRequest[] = [...cloud.requests, ...local.requests]
    return seen.flatMap(({ rejected }) => (rejected === undefined ? [] : [rejected]))
  }
}
