/** Trooper between a spent provider, a local model, and MCP servers of the official package; its clients are the official SDKs. */
import { afterAll, beforeAll } from 'vitest'
import { z } from 'zod'
import { baseURL, Client, type Api, type Call, type ClientDefinition } from '../clients/clients.ts'
import { startStage, type Stage } from '../e2e/trooper.ts'
import { planted } from '../secrets.ts'
import { saying, startMcpServer, type TestServer, type TestTool } from './server.ts'

const endpoints = { messages: '/v1/messages', chat: '/v1/chat/completions', responses: '/v1/responses' } as const

/** Two servers with a tool of one name; one tool of the first only reads. */
const docsTools: TestTool[] = [
  { name: 'search', isReadOnly: true, answer: () => saying(planted.mcpResult) },
  { name: 'write', answer: (query) => saying(`Wrote ${query}.`) },
  { name: 'fail', answer: () => ({ ...saying('The shelf is empty.'), isError: true }) },
]
const mailTools: TestTool[] = [{ name: 'search', answer: (query) => saying(`No mail about ${query}.`) }]

export interface McpStage extends Stage {
  docs: TestServer
  mail: TestServer
}

/** For all tests of a file: how to get at it, once it is there. */
export function useStage(api: Api, env: Record<string, string> = {}): () => McpStage {
  let stage: McpStage | undefined
  beforeAll(async () => {
    const [docs, mail] = await Promise.all([startMcpServer(docsTools), startMcpServer(mailTools)])
    const trooper = await startStage(endpoints[api], { MCP_SERVERS: `${docs.origin},${mail.url}`, ...env })
    stage = { ...trooper, docs, mail }
  })
  afterAll(async () => {
    await Promise.all([stage?.stop(), stage?.docs.stop(), stage?.mail.stop()])
  })
  return () => {
    if (!stage) throw new Error('The stage is not there yet.')
    return stage
  }
}

/** Nothing is left of what the test before did. */
export async function clear({ provider, ollama, docs, mail }: McpStage): Promise<void> {
  docs.seen.length = 0
  mail.seen.length = 0
  await Promise.all([provider.reset(), ollama.reset()])
}

export function useClient(definition: ClientDefinition): () => Client {
  let client: Client | undefined
  beforeAll(() => {
    client = new Client(definition)
  })
  afterAll(() => client?.stop())
  return () => {
    if (!client) throw new Error('The client is not there yet.')
    return client
  }
}

const told = z.object({ content: z.array(z.record(z.string(), z.unknown())), events: z.array(z.unknown()) })

export type Told = z.infer<typeof told> & { usage: unknown; finish: unknown; answerId: unknown }

/** One answer of the SDK's beta API; an error of the SDK fails the test. */
export async function askWithServers(
  client: Client,
  stage: McpStage,
  api: 'messages' | 'responses',
  extra: object,
  more: Partial<Call> = {},
): Promise<Told> {
  const result = await client.call({
    op: 'mcp',
    api,
    baseURL: baseURL(client.definition, stage.trooper.url, api),
    apiKey: planted.clientKey,
    model: api === 'messages' ? 'claude-sonnet-4-5' : 'gpt-5',
    messages: [{ role: 'user', content: planted.prompt }],
    extra,
    ...more,
  })
  if (!result.ok) throw new Error(`The SDK failed: ${result.name} ${result.message}`)
  const { usage, finish, answerId } = result
  return { ...told.parse(result.value), usage, finish, answerId }
}

/** A body that the local model was sent. */
interface Asked {
  messages: { role: string; content: string; images?: string[]; tool_calls?: { function: object }[] }[]
  tools?: { function: { name: string; description: string } }[]
}

export async function askedLocally({ ollama }: McpStage): Promise<Asked[]> {
  const requests = await ollama.requests('/api/chat')
  return requests.map(({ bodyText }) => JSON.parse(bodyText) as Asked)
}
