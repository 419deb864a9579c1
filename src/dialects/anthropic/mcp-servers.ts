/** The MCP servers that a Messages request names (SDK: BetaRequestMCPServerURLDefinition, BetaMCPToolset), with what messages change of their tools. */
import { arrayOf, defined, objectOf, stringOf, type JsonObject, type JsonValue } from '../../ir/json.ts'
import { anyTool, noTool, type McpFilter, type McpServer, type McpTool } from '../../ir/mcp.ts'
import { decodeListing, decodeTools } from './mcp-blocks.ts'

export function decodeMcpServers(body: JsonObject): McpServer[] {
  const servers = arrayOf(body['mcp_servers']).map(objectOf)
  if (servers.length === 0) return []
  const blocks = arrayOf(body['messages'])
    .flatMap((message) => arrayOf(objectOf(message)['content']))
    .map(objectOf)
  const toolsets = [...arrayOf(body['tools']).map(objectOf), ...blocks.flatMap(definitionIn)]
  const withdrawn = withdrawnIn(blocks)
  return servers.flatMap((server) => {
    const label = stringOf(server['name'])
    const url = stringOf(server['url'])
    if (label === undefined || url === undefined || withdrawn.has(label)) return []
    const toolset = toolsets.findLast((tool) => tool['type'] === 'mcp_toolset' && tool['mcp_server_name'] === label)
    const hidden = [...withdrawn.values()].flatMap((one) =>
      typeof one === 'object' && one.server === label ? [one.name] : [],
    )
    return [decodeServer(server, label, url, toolset, hidden, knownIn(blocks, label, toolset))]
  })
}

function decodeServer(
  server: JsonObject,
  label: string,
  url: string,
  toolset: JsonObject | undefined,
  hidden: readonly string[],
  known: McpTool[] | undefined,
): McpServer {
  const token = stringOf(server['authorization_token'])
  const offered = toolset ? filterOfToolset(toolset) : filterOfConfiguration(objectOf(server['tool_configuration']))
  return {
    label,
    url,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    offered: { ...offered, except: [...(offered.except ?? []), ...hidden] },
    // Who names a server here lets the model use it.
    unasked: { never: anyTool, always: noTool },
    ...defined({ known }),
  }
}

function filterOfToolset({ default_config, configs }: JsonObject): McpFilter {
  const isOn = objectOf(default_config)['enabled'] !== false
  const names = Object.entries(objectOf(configs)).flatMap(([name, config]) => {
    const { enabled = isOn } = objectOf(config)
    return enabled === isOn ? [] : [name]
  })
  return isOn ? { except: names } : { only: names }
}

/** As it was before there were toolsets. */
function filterOfConfiguration({ enabled, allowed_tools }: JsonObject): McpFilter {
  if (enabled === false) return noTool
  return Array.isArray(allowed_tools) ? { only: allowed_tools.filter((name) => typeof name === 'string') } : anyTool
}

/** The list that the client pins, or that came with an earlier answer. */
function knownIn(blocks: readonly JsonObject[], label: string, toolset: JsonObject | undefined): McpTool[] | undefined {
  if (Array.isArray(toolset?.['tools'])) return decodeTools(toolset['tools'])
  const listed = blocks.flatMap((block) => decodeListing(block) ?? [])
  return listed.findLast(({ server }) => server === label)?.tools.slice()
}

/** A toolset that a message brings. */
function definitionIn(block: JsonObject): JsonObject[] {
  const tool = objectOf(block['tool'])
  if (block['type'] !== 'tool_addition' || tool['type'] !== 'tool_definition') return []
  return [objectOf(tool['definition'])]
}

type Withdrawn = Map<string, 'server' | { server: string; name: string }>

/** What messages take away and do not give back: whole servers by their label, single tools by both names. */
function withdrawnIn(blocks: readonly JsonObject[]): Withdrawn {
  const withdrawn: Withdrawn = new Map()
  for (const { type, tool } of blocks) {
    if (type !== 'tool_removal' && type !== 'tool_addition') continue
    const { server_name, name, type: kind } = objectOf(tool)
    const server = stringOf(server_name)
    if (server === undefined) continue
    const isTool = kind === 'mcp_tool_reference'
    const key = isTool ? keyOf(server, name) : server
    if (type === 'tool_addition') withdrawn.delete(key)
    else withdrawn.set(key, isTool ? { server, name: stringOf(name) ?? '' } : 'server')
  }
  return withdrawn
}

/** No label has a line break. */
function keyOf(server: string, name: JsonValue | undefined): string {
  return `${server}\n${stringOf(name) ?? ''}`
}
