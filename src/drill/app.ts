/** The app of a drill: asks as an SDK of its wire format would, and tells what came back. */
import type { JsonObject } from '../ir/json.ts'
import { readStream, readWhole, type AppDialect, type ReadAnswer } from './read-answer.ts'
import { noteTool } from './script.ts'

/** The wire formats by the last word of their paths, as people know them. */
export type Wire = 'messages' | 'chat' | 'responses'
export const wires: readonly Wire[] = ['messages', 'chat', 'responses']

export interface Turn {
  role: 'user' | 'assistant'
  content: string
}

export interface Question {
  wire: Wire
  streamed: boolean
  /** Who asks: what is remembered of one key does not concern another. */
  apiKey: string
  conversation: readonly Turn[]
  offersTool: boolean
  /** When the app gives up. */
  patienceMs: number
}

export interface Seen extends ReadAnswer {
  /** `0` when there was no answer at all. */
  status: number
  /** The local model that answered, where one did. */
  fallback: string | undefined
  /** Why it answered. */
  reason: string | undefined
  body: string
  tookMs: number
}

export async function ask(url: string, question: Question): Promise<Seen> {
  const { wire, streamed, apiKey, patienceMs } = question
  const { dialect, path, credential, body } = formats[wire]
  const startedAtMs = Date.now()
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...credential(apiKey) },
    body: JSON.stringify(body(question)),
    signal: AbortSignal.timeout(patienceMs),
  }).catch(() => undefined)
  const text = response ? await readText(response) : ''
  const read = streamed && response?.ok ? readStream : readWhole
  return {
    status: response?.status ?? 0,
    fallback: response?.headers.get('x-trooper-fallback') ?? undefined,
    reason: response?.headers.get('x-trooper-reason') ?? undefined,
    body: text,
    tookMs: Date.now() - startedAtMs,
    ...read(dialect, text),
  }
}

/** What came, also when the connection broke before the end. */
async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  try {
    for await (const chunk of response.body ?? []) chunks.push(chunk)
  } catch {
    // What is missing shows in the answer itself.
  }
  return Buffer.concat(chunks).toString('utf8')
}

interface Format {
  dialect: AppDialect
  path: string
  credential: (key: string) => Record<string, string>
  body: (question: Question) => JsonObject
}

const maxTokens = 300
const bearer = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` })

const formats: { readonly [W in Wire]: Format } = {
  messages: {
    dialect: 'anthropic',
    path: '/v1/messages',
    credential: (key) => ({ 'x-api-key': key, 'anthropic-version': '2023-06-01' }),
    body: ({ conversation, streamed, offersTool }) => ({
      model: 'claude-sonnet-4-5',
      max_tokens: maxTokens,
      messages: conversation.map(({ role, content }) => ({ role, content })),
      stream: streamed,
      ...(offersTool && { tools: [{ ...described, input_schema: noteTool.parameters }] }),
    }),
  },
  chat: {
    dialect: 'openai-chat',
    path: '/v1/chat/completions',
    credential: bearer,
    body: ({ conversation, streamed, offersTool }) => ({
      model: 'gpt-4.1',
      max_tokens: maxTokens,
      messages: conversation.map(({ role, content }) => ({ role, content })),
      stream: streamed,
      ...(offersTool && { tools: [{ type: 'function', function: { ...described, parameters: noteTool.parameters } }] }),
    }),
  },
  responses: {
    dialect: 'openai-responses',
    path: '/v1/responses',
    credential: bearer,
    body: ({ conversation, streamed, offersTool }) => ({
      model: 'gpt-4.1',
      max_output_tokens: maxTokens,
      input: conversation.map(({ role, content }) => ({ role, content })),
      stream: streamed,
      ...(offersTool && { tools: [{ type: 'function', ...described, parameters: noteTool.parameters }] }),
    }),
  },
}

const described = { name: noteTool.name, description: noteTool.description }
