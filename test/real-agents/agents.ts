/** Agents that people point at Trooper, as they are: each in a home and a working folder of its own, with nothing to phone home to. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { arch, platform } from 'node:process'
import { fileURLToPath } from 'node:url'
import { scratchFolder } from '../fakes/output.ts'
import { TestProcess } from '../fakes/process.ts'
import { planted } from '../secrets.ts'

interface ToolCall {
  name: string
  input: Record<string, string>
}

export interface AgentDefinition {
  name: string
  endpoint: '/v1/messages' | '/v1/responses'
  /** Its tool for shell commands, as a call of it. */
  shell: (command: string) => ToolCall
  /** How it comes to call `status` of Trooper's MCP server, whose tools it keeps back until the model looks for them; unset: by a program of its own. */
  status?: readonly [ToolCall, ToolCall]
  /** What stands before the user's words: in a conversation of its own, or in the one before. */
  args: (isFirst: boolean, address: string) => string[]
  command: string
  /** Points it at this address. */
  settle: (home: string, address: string) => Record<string, string>
}

const folder = fileURLToPath(new URL('node_modules', import.meta.url))
const claude = join(folder, `@anthropic-ai/claude-code-${platform}-${arch}/claude`)
const codex = join(folder, '@openai/codex/bin/codex.js')

const codexArgs = (isFirst: boolean): string[] => [
  codex,
  'exec',
  '--skip-git-repo-check',
  '--dangerously-bypass-approvals-and-sandbox',
  ...(isFirst ? [] : ['resume', '--last']),
]

export const agents: readonly AgentDefinition[] = [
  {
    name: 'Claude Code',
    endpoint: '/v1/messages',
    shell: (command) => ({ name: 'Bash', input: { command, description: 'Writes a file' } }),
    command: claude,
    status: [
      { name: 'ToolSearch', input: { query: 'select:mcp__trooper__status' } },
      { name: 'mcp__trooper__status', input: {} },
    ],
    args: (isFirst, address) => [
      '--allowedTools=Bash,mcp__trooper__status',
      `--mcp-config=${JSON.stringify({ mcpServers: { trooper: { type: 'http', url: `${address}/mcp` } } })}`,
      ...(isFirst ? [] : ['--continue']),
      '-p',
    ],
    settle: (_home, address) => ({
      ANTHROPIC_BASE_URL: address,
      ANTHROPIC_API_KEY: planted.clientKey,
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    }),
  },
  {
    name: 'Codex with a provider of its own',
    endpoint: '/v1/responses',
    shell: (cmd) => ({ name: 'exec_command', input: { cmd } }),
    status: [
      { name: 'tool_search', input: { query: 'Trooper status' } },
      { name: 'status', input: {} },
    ],
    command: process.execPath,
    args: codexArgs,
    settle: (home, address) => {
      const provider = `name = "Trooper"\nbase_url = "${address}/v1"\nwire_api = "responses"\nenv_key = "KEY"`
      const server = `[mcp_servers.trooper]\nurl = "${address}/mcp"`
      const model = 'model = "gpt-5.5"\nmodel_provider = "trooper"'
      return configured(home, `${model}\n[model_providers.trooper]\n${provider}\n${server}`)
    },
  },
  {
    name: 'Codex with another address of OpenAI',
    endpoint: '/v1/responses',
    shell: (cmd) => ({ name: 'exec_command', input: { cmd } }),
    command: process.execPath,
    args: codexArgs,
    settle: (home, address) => {
      const env = configured(home, `openai_base_url = "${address}/v1"`)
      writeFileSync(join(home, '.codex/auth.json'), JSON.stringify({ OPENAI_API_KEY: planted.clientKey }))
      return env
    },
  },
]

function configured(home: string, config: string): Record<string, string> {
  mkdirSync(join(home, '.codex'), { recursive: true })
  writeFileSync(join(home, '.codex/config.toml'), `check_for_update_on_startup = false\n${config}\n`)
  return { KEY: planted.clientKey }
}

/** True, or why none can run here. */
export function available(): true | { skip: string } {
  if (!existsSync(join(folder, '.installed-lock.json')))
    return { skip: 'the agents are not installed: run test/real-agents/install.sh' }
  return existsSync(claude) || { skip: `Claude Code has no program for ${platform} ${arch}` }
}

export class Agent {
  readonly #definition: AgentDefinition
  readonly #home = scratchFolder('home')
  readonly #cwd = scratchFolder('project')
  readonly #address: string
  readonly #env: Record<string, string>
  #isFirst = true

  constructor(definition: AgentDefinition, address: string) {
    this.#definition = definition
    this.#address = address
    this.#env = { HOME: this.#home, ...definition.settle(this.#home, address) }
  }

  /** Gives it a task, and resolves with what it prints in the end. */
  async ask(words: string): Promise<string> {
    const { name, command, args } = this.#definition
    const options = { command, args: [...args(this.#isFirst, this.#address), words], env: this.#env, cwd: this.#cwd }
    this.#isFirst = false
    const process = new TestProcess({ name: name.toLowerCase().replaceAll(' ', '-'), ...options })
    process.endInput()
    const code = await process.exit()
    if (code !== 0) throw new Error(`${name} ended with ${code}.\n${process.stdout}${process.stderr}`)
    return process.stdout.trim()
  }

  /** What a file says that it was told to write. */
  read(file: string): string {
    return readFileSync(join(this.#cwd, file), 'utf8')
  }
}
