/** The built program as a process, in front of a fake provider and a fake Ollama. */
import { fileURLToPath } from 'node:url'
import { scratchFolder } from '../fakes/output.ts'
import { TestProcess } from '../fakes/process.ts'
import { startOllama, startProvider, type FakeOllama, type FakeProvider } from '../fakes/start.ts'
import { planted } from '../secrets.ts'

export const program = fileURLToPath(new URL('../../dist/trooper.js', import.meta.url))

export interface RunningTrooper {
  process: TestProcess
  /** `http://127.0.0.1:<port>`. */
  url: string
}

/** An empty working folder, so that no `.env` gets in. */
export function emptyFolder(): string {
  return scratchFolder('cwd')
}

export function spawnTrooper(env: Record<string, string>, args: string[] = [], cwd = emptyFolder()): TestProcess {
  return new TestProcess({ name: 'trooper', args: [program, ...args], env, cwd, endWithParent: true })
}

/** The same before a reader that leaves at the first line; its exit code is the program's. */
export function spawnUnread(env: Record<string, string>, args: string[]): TestProcess {
  const script = '"$0" "$@" | head -n 1; exit "${PIPESTATUS[0]}"'
  const options = { command: 'bash', args: ['-c', script, process.execPath, program, ...args] }
  return new TestProcess({ name: 'trooper', ...options, env, cwd: emptyFolder() })
}

/** Where nobody listens: without it Trooper would look for whatever runs on the machine of the tests. */
const noEngine = 'http://127.0.0.1:9/api/chat'

export async function startTrooper(env: Record<string, string>, args: string[] = []): Promise<RunningTrooper> {
  return listening(spawnTrooper({ TROOPER_PORT: '0', FALLBACK_URL: noEngine, ...env }, args))
}

/** The same under flags of Node's; it does not watch over its own end. */
export async function startTrooperUnder(flags: string[], env: Record<string, string>): Promise<RunningTrooper> {
  const options = {
    name: 'trooper',
    args: [...flags, program],
    env: { TROOPER_PORT: '0', FALLBACK_URL: noEngine, ...env },
    cwd: emptyFolder(),
  }
  return listening(new TestProcess(options))
}

async function listening(process: TestProcess): Promise<RunningTrooper> {
  const port = await process.line((line) => /starting on http:\S+:(\d+)/.exec(line)?.[1])
  return { process, url: `http://127.0.0.1:${port}` }
}

export const localModel = 'qwen2.5:3b'

/** Trooper between both fakes, its primary in the dialect that `endpoint` names. */
export interface Stage {
  provider: FakeProvider
  ollama: FakeOllama
  trooper: RunningTrooper
  stop(): Promise<void>
}

export async function startStage(endpoint: string, env: Record<string, string> = {}): Promise<Stage> {
  const [provider, ollama] = await Promise.all([startProvider(), startOllama()])
  const trooper = await startTrooper({
    PRIMARY_URL: `${provider.url}${endpoint}`,
    FALLBACK_URL: `${ollama.url}/api/chat`,
    FALLBACK_MODEL: localModel,
    ...env,
  })
  return {
    provider,
    ollama,
    trooper,
    stop: async () => {
      await Promise.all([trooper.process.stop(), provider.stop(), ollama.stop()])
    },
  }
}

/** A request of each dialect, as its SDK would send it. */
export const dialects = {
  anthropic: {
    endpoint: '/v1/messages',
    headers: { 'content-type': 'application/json', 'x-api-key': planted.clientKey, 'anthropic-version': '2023-06-01' },
    body: (prompt: string, stream: boolean) => ({
      model: 'claude-sonnet-4-5',
      max_tokens: 1000,
      system: 'Be brief.',
      messages: [{ role: 'user', content: prompt }],
      stream,
    }),
  },
  'openai-chat': {
    endpoint: '/v1/chat/completions',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${planted.clientKey}` },
    body: (prompt: string, stream: boolean) => ({
      model: 'gpt-4.1',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: prompt },
      ],
      stream,
    }),
  },
  'openai-responses': {
    endpoint: '/v1/responses',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${planted.clientKey}` },
    body: (prompt: string, stream: boolean) => ({ model: 'gpt-4.1', instructions: 'Be brief.', input: prompt, stream }),
  },
} as const

export type TestedDialect = keyof typeof dialects
export const dialectNames: TestedDialect[] = ['anthropic', 'openai-chat', 'openai-responses']

export function ask(
  url: string,
  dialect: TestedDialect,
  stream: boolean,
  prompt: string = planted.prompt,
): Promise<Response> {
  const { endpoint, headers, body } = dialects[dialect]
  return fetch(url + endpoint, { method: 'POST', headers, body: JSON.stringify(body(prompt, stream)) })
}

/** Everything an answer says, whichever dialect and form it has. */
export function textOf(answer: string): string {
  const documents = answer.startsWith('{')
    ? [answer]
    : answer.split('\n').flatMap((line) => (line.startsWith('data: {') ? [line.slice('data: '.length)] : []))
  return documents.map((document) => pieceOf(JSON.parse(document))).join('')
}

interface Said {
  type?: string
  delta?: string | { text?: string }
  content?: { text?: string }[]
  output?: { content?: { text?: string }[] }[]
  choices?: { message?: { content?: string }; delta?: { content?: string | null } }[]
}

function pieceOf(said: Said): string {
  if (typeof said.delta === 'string') return said.type === 'response.output_text.delta' ? said.delta : ''
  if (said.delta) return said.delta.text ?? ''
  const choice = said.choices?.[0]
  if (choice) return choice.message?.content ?? choice.delta?.content ?? ''
  const blocks = said.content ?? said.output?.flatMap((item) => item.content ?? []) ?? []
  return blocks.map((block) => block.text ?? '').join('')
}
