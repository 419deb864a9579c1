/** What the manual says of agents: configurations that can be read, and that start what they name. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Client } from '@modelcontextprotocol/client'
import * as z from 'zod'
import { isCommand } from '../../src/cli/about.ts'
import { startTrooper, type RunningTrooper } from '../e2e/trooper.ts'
import { connectOverHttp, connectOverStdio } from './agent.ts'

const page = readFileSync('docs/mcp.md', 'utf8')
const readme = readFileSync('README.md', 'utf8')

const blocksOf = (text: string, language: string): string[] =>
  [...text.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, block = '']) => block)

const server = z.union([
  z.strictObject({ url: z.string() }),
  z.strictObject({ command: z.literal('npx'), args: z.array(z.string()) }),
])
const mcpJson = z.strictObject({ mcpServers: z.strictObject({ trooper: server }) })

/** As much of TOML as stands there: a table, and values that JSON would write alike. */
function readToml(text: string): Record<string, unknown> {
  const [head = '', ...lines] = text.trim().split('\n')
  const values = lines.map((line) => {
    const [, key = '', value = ''] = /^(\w+) = (.+)$/.exec(line) ?? []
    return [key, JSON.parse(value)]
  })
  return { [head]: Object.fromEntries(values) }
}

describe('docs/mcp.md and README.md', () => {
  const url = 'http://localhost:3000/mcp'

  it('have JSON that agents can read, with a place or a command of Trooper', () => {
    const blocks = blocksOf(page, 'json')
    expect(blocks).toHaveLength(2)
    const [desktop, cursor] = blocks.map((block) => mcpJson.parse(JSON.parse(block)).mcpServers.trooper)
    expect(desktop).toEqual({ command: 'npx', args: ['-y', 'trooper', 'mcp'] })
    expect(cursor).toEqual({ url })
  })

  it('have TOML that Codex can read', () => {
    const [codex = ''] = blocksOf(page, 'toml')
    expect(readToml(codex)).toEqual({ '[mcp_servers.trooper]': { url, tool_timeout_sec: 600 } })
  })

  it.each([
    ['docs/mcp.md', page],
    ['README.md', readme],
  ])('name in %s no command that does not exist', (_file, text) => {
    expect(text).toContain(`claude mcp add --transport http trooper ${url}`)
    const named = [...text.matchAll(/(?:npx(?: -y)?|node dist\/)\s*trooper(?:\.js)? ([a-z]+)/g)].map(
      ([, name = '']) => name,
    )
    expect(named).toContain('mcp')
    expect(named.filter((name) => !isCommand(name))).toEqual([])
  })
})

describe('what agents are told', () => {
  let trooper: RunningTrooper
  let client: Client
  beforeAll(async () => {
    trooper = await startTrooper({})
    client = await connectOverHttp(trooper.url)
  })
  afterAll(async () => {
    await client.close()
    await trooper.process.stop()
  })

  it('has a row for every tool, and for no other', async () => {
    const { tools } = await client.listTools()
    const rows = [...page.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name)
    expect(rows).toEqual(tools.map(({ name }) => name))
  })

  it('is the manual as it is in the repository', async () => {
    const { resources } = await client.listResources()
    expect(resources.map(({ uri }) => uri)).toContain('trooper://docs/mcp')
    const [content] = (await client.readResource({ uri: 'trooper://docs/mcp' })).contents
    expect(content && 'text' in content && content.text).toBe(page)
  })

  it('is the same where the command of the manual is started', async () => {
    const { port } = new URL(trooper.url)
    const overStdio = await connectOverStdio({ TROOPER_PORT: port })
    expect((await overStdio.listTools()).tools).toEqual((await client.listTools()).tools)
    expect(overStdio.getInstructions()).toBe(client.getInstructions())
    await overStdio.close()
  })
})
