/** `trooper mcp` as a process: what it says where no Trooper runs, and how it ends. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { afterEach, describe, expect, it } from 'vitest'
import type { Client } from '@modelcontextprotocol/client'
import { emptyFolder, spawnTrooper, startTrooper } from '../e2e/trooper.ts'
import { scratchFolder } from '../fakes/output.ts'
import { TestProcess } from '../fakes/process.ts'
import { ownPort } from '../own-port.ts'
import { planted } from '../secrets.ts'
import { connectOverStdio, program, use } from './agent.ts'

const clients: Client[] = []
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()))
})

async function connected(env: Record<string, string>): Promise<Client> {
  const client = await connectOverStdio(env)
  clients.push(client)
  return client
}

describe('trooper mcp without a running Trooper', () => {
  it('has its tools, prompts and manual all the same, and says what to do', async () => {
    const port = String(await ownPort())
    const client = await connected({ TROOPER_PORT: port, TROOPER_MCP_WRITE: 'on' })
    expect((await client.listTools()).tools).toHaveLength(9)
    expect((await client.listPrompts()).prompts).toHaveLength(5)
    const readme = await client.readResource({ uri: 'trooper://docs/README' })
    expect(readme.contents).toHaveLength(1)
    for (const [name, args] of [
      ['status', {}],
      ['ask_local_model', { prompt: 'Hi' }],
      ['warm', {}],
    ] as const) {
      const { isError, text } = await use(client, name, args)
      expect(isError).toBe(true)
      expect(text).toBe(
        `No Trooper answers at http://127.0.0.1:${port}: ask the person to start it with \`npx trooper\` (or to set TROOPER_PORT here to the port on which theirs listens), and call this tool again.`,
      )
    }
  })

  it('finds the one that is started later', async () => {
    const port = String(await ownPort())
    const folder = scratchFolder('data')
    const client = await connected({ TROOPER_PORT: port, TROOPER_DATA_DIR: folder })
    expect((await use(client, 'status')).isError).toBe(true)
    const trooper = await startTrooper({ TROOPER_PORT: port, TROOPER_DATA_DIR: folder })
    expect((await use(client, 'status')).isError).toBe(false)
    await trooper.process.stop()
  })

  it('does not take anybody else for a Trooper', async () => {
    const stranger = createServer((_, response) => response.end('<html>')).listen(0, '127.0.0.1')
    await once(stranger, 'listening')
    const address = stranger.address()
    const client = await connected({ TROOPER_PORT: String(typeof address === 'object' && address?.port) })
    const { isError, text } = await use(client, 'status')
    expect([isError, text]).toEqual([true, expect.stringMatching(/^What answers here is no Trooper's API; /)])
    stranger.close()
  })
})

describe('trooper mcp beside a Trooper that wants a token', () => {
  it('uses TROOPER_TOKEN, or the token of the same folder', async () => {
    const folder = scratchFolder('data')
    const secrets = { TROOPER_TOKEN: planted.token, PRIMARY_API_KEY: planted.primaryKey }
    const trooper = await startTrooper({ TROOPER_DATA_DIR: folder, ...secrets })
    const { port } = new URL(trooper.url)
    const elsewhere = scratchFolder('data')
    const isErrorWith = async (env: Record<string, string>): Promise<boolean> =>
      (await use(await connected({ TROOPER_PORT: port, ...env }), 'status')).isError
    expect(await isErrorWith({ TROOPER_DATA_DIR: elsewhere })).toBe(true)
    expect(await isErrorWith({ TROOPER_DATA_DIR: elsewhere, ...secrets })).toBe(false)
    expect(await isErrorWith({ TROOPER_DATA_DIR: folder })).toBe(false)
    await trooper.process.stop()
  })
})

describe('the process of trooper mcp', () => {
  it('believes no file of the folder in which its agent is at work', async () => {
    const cwd = emptyFolder()
    writeFileSync(join(cwd, '.env'), 'TROOPER_HOST=evil.example\nTROOPER_MCP_WRITE=on\n')
    writeFileSync(join(cwd, 'trooper.yaml'), 'settings: { host: evil.example, mcp-write: on }\n')
    const port = String(await ownPort())
    const client = await connectOverStdio({ TROOPER_PORT: port }, 'legacy', cwd)
    clients.push(client)
    expect((await use(client, 'status')).text).toContain(`No Trooper answers at http://127.0.0.1:${port}`)
    expect((await use(client, 'probe')).text).toContain('TROOPER_MCP_WRITE=on')
  })

  it('says nothing on stdout but its answers, and ends when the agent does', async () => {
    const process = new TestProcess({
      name: 'trooper-mcp',
      args: [program, 'mcp'],
      env: { TROOPER_PORT: String(await ownPort()) },
      cwd: emptyFolder(),
    })
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } }
    process.write(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params }))
    await process.line((line) => (line.includes('"serverInfo"') ? true : undefined))
    process.endInput()
    expect(await process.exit()).toBe(0)
    expect(
      process.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).jsonrpc),
    ).toEqual(['2.0'])
    expect(process.stderr).toBe('')
  })

  it('refuses a setting that is wrong in one sentence', async () => {
    const process = spawnTrooper({ TROOPER_MCP_WRITE: 'perhaps' }, ['mcp'])
    expect(await process.exit()).toBe(78)
    expect(process.stderr).toMatch(/^TROOPER_MCP_WRITE 'perhaps' .*\n$/)
  })
})

describe('whoever has no agent', () => {
  it('loads nothing of it: the package of MCP is in files of its own, which only /mcp and trooper mcp ask for', () => {
    const all = readdirSync('dist').filter((file) => file.endsWith('.js'))
    const textOf = (file: string): string => readFileSync(join('dist', file), 'utf8')
    const importsOf = (file: string): string[] =>
      [...textOf(file).matchAll(/^(?:import|export)[^;]*?from "\.\/([\w-]+\.js)";|^import "\.\/([\w-]+\.js)";/gm)].map(
        ([, named, bare]) => named ?? bare ?? '',
      )
    const isOfMcp = (file: string): boolean => textOf(file).includes('node_modules/@modelcontextprotocol/server/')
    expect(all.some(isOfMcp)).toBe(true)
    const start = [...textOf('trooper.js').matchAll(/import\("\.\/([\w-]+\.js)"\)\)\.start/g)].map(
      ([, file]) => file ?? '',
    )
    expect(start).toHaveLength(1)
    const loaded = new Set([...start, 'index.js'])
    for (const file of loaded) for (const next of importsOf(file)) loaded.add(next)
    expect(loaded.size).toBeGreaterThan(3)
    expect([...loaded].filter(isOfMcp)).toEqual([])
  })
})
