/** Trooper as an MCP server: the same tools, resources and prompts over HTTP and over stdio. */
import { McpServer } from '@modelcontextprotocol/server'
import { version } from '../version.ts'
import type { Desk } from './desk.ts'
import { addPrompts } from './prompts.ts'
import { addResources } from './resources.ts'
import { createKit } from './tool.ts'
import { addAsk } from './tools/ask.ts'
import { addDrill } from './tools/drill.ts'
import { addExplain } from './tools/explain.ts'
import { addOverride } from './tools/override.ts'
import { addStatus } from './tools/status.ts'
import { addTargets } from './tools/targets.ts'
import { addWake } from './tools/wake.ts'

export interface McpParts {
  desk: Desk
  /** `TROOPER_MCP_WRITE` */
  mayChange: boolean
  nowMs: () => number
  /** A fault of Trooper's own, for its log. */
  onFault: (error: unknown) => void
}

const instructions =
  'Trooper stands between apps and their AI provider; when the provider cannot answer (quota spent, overloaded, unreachable), a local model does. Ask `status` first: it says who answers now, why, and until when. `explain_exchange` says why a request went where it went. `ask_local_model` delegates work to the local model of this machine. The manual is in the resources trooper://docs/….'

const unchanging = { listChanged: false }

/** One for each connection, or request where a transport has none: costs a millisecond. */
export function createMcpServer({ desk, mayChange, nowMs, onFault }: McpParts): McpServer {
  const server = new McpServer(
    { name: 'trooper', title: 'Trooper', version },
    {
      instructions,
      // What there is stays the same until the next start: nobody need listen for changes.
      capabilities: { tools: unchanging, resources: unchanging, prompts: unchanging },
    },
  )
  const kit = createKit(desk, mayChange, nowMs, onFault)
  for (const add of [addStatus, addExplain, addTargets, addAsk, addOverride, addWake, addDrill]) add(server, kit)
  addResources(server, desk)
  addPrompts(server)
  return server
}
