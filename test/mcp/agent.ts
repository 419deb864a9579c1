/** The official client, as an agent has it, connected to the running program in each of the ways that agents use. */
import { fileURLToPath } from 'node:url'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import * as z from 'zod'
import { emptyFolder, startStage, type Stage } from '../e2e/trooper.ts'
import { scratchFolder } from '../fakes/output.ts'

export const program = fileURLToPath(new URL('../../dist/trooper.js', import.meta.url))

/** `legacy`: the handshake of before 2026-07-28, which most agents still speak; `auto`: the newest that both know. */
type Era = 'legacy' | 'auto'

export interface Way {
  transport: 'http' | 'stdio'
  era: Era
}

export const ways: Way[] = [
  { transport: 'http', era: 'legacy' },
  { transport: 'http', era: 'auto' },
  { transport: 'stdio', era: 'legacy' },
  { transport: 'stdio', era: 'auto' },
]

export interface McpStage extends Stage {
  /** Where the running Trooper keeps its token. */
  folder: string
}

/** `env` is the Trooper's; what a program over stdio is told stands in `connect`. */
export async function startMcpStage(env: Record<string, string> = {}): Promise<McpStage> {
  const folder = scratchFolder('data')
  const stage = await startStage('/v1/messages', { TROOPER_DATA_DIR: folder, WARM: 'never', ...env })
  return { ...stage, folder }
}

export async function connect(
  way: Way,
  stage: Pick<McpStage, 'trooper' | 'folder'>,
  env: Record<string, string> = {},
): Promise<Client> {
  if (way.transport === 'http') return connectOverHttp(stage.trooper.url, way.era)
  const port = new URL(stage.trooper.url).port
  return connectOverStdio({ TROOPER_PORT: port, TROOPER_DATA_DIR: stage.folder, ...env }, way.era)
}

export async function connectOverHttp(
  url: string,
  era: Era = 'legacy',
  headers: Record<string, string> = {},
): Promise<Client> {
  const client = newClient(era)
  await client.connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { requestInit: { headers } }))
  return client
}

export async function connectOverStdio(
  env: Record<string, string>,
  era: Era = 'legacy',
  cwd = emptyFolder(),
): Promise<Client> {
  const client = newClient(era)
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [program, 'mcp'],
    env: { PATH: process.env['PATH'] ?? '', HOME: scratchFolder('home'), ...env },
    cwd,
    stderr: 'pipe',
  })
  await client.connect(transport)
  return client
}

function newClient(era: Era): Client {
  return new Client({ name: 'test-agent', version: '1.0.0' }, { versionNegotiation: { mode: era } })
}

/** What a tool says: its words, its fields, or that it could not. */
export interface Said {
  text: string
  fields: Record<string, unknown>
  isError: boolean
}

/** Keeps what a call says of its progress, for whoever waits for a word of it. */
export class Progress {
  readonly told: string[] = []
  #onWord = (): void => {}

  readonly onprogress = ({ message = '' }: { message?: string | undefined }): void => {
    this.told.push(message)
    this.#onWord()
  }

  /** The first word of it that matches. */
  async saying(pattern: RegExp): Promise<string> {
    for (;;) {
      const said = this.told.find((message) => pattern.test(message))
      if (said !== undefined) return said
      await new Promise<void>((resolve) => {
        this.#onWord = resolve
      })
    }
  }
}

type CallOptions = NonNullable<Parameters<Client['callTool']>[1]>

export async function use(
  client: Client,
  name: string,
  args: Record<string, unknown> = {},
  options: CallOptions = {},
): Promise<Said> {
  const result = await client.callTool({ name, arguments: args }, options)
  const text = result.content.map((part) => (part.type === 'text' ? part.text : `[${part.type}]`)).join('\n')
  const fields = z.record(z.string(), z.unknown()).parse(result.structuredContent ?? {})
  return { text, fields, isError: result.isError === true }
}
