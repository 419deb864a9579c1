import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../ir/json.ts'
import { anyTool, noTool } from '../../ir/mcp.ts'
import { decodeMcpServers } from './mcp-servers.ts'

const docs = { type: 'url', name: 'docs', url: 'https://docs.example/mcp' }
const toolset = (more: object = {}): JsonObject => ({ type: 'mcp_toolset', mcp_server_name: 'docs', ...more })

function offered(body: JsonObject): unknown {
  return decodeMcpServers({ mcp_servers: [docs], ...body })[0]?.offered
}

describe('the servers of a Messages request', () => {
  it('have a credential of their own, and run what the model calls without asking', () => {
    const body = {
      mcp_servers: [
        { ...docs, authorization_token: 'secret' },
        { type: 'url', name: 'mail', url: 'https://m.example' },
      ],
    }
    expect(decodeMcpServers(body)).toEqual([
      {
        label: 'docs',
        url: docs.url,
        headers: { authorization: 'Bearer secret' },
        offered: { except: [] },
        unasked: { never: anyTool, always: noTool },
      },
      expect.objectContaining({ label: 'mail', headers: {} }),
    ])
  })

  it.each<[what: string, configuration: JsonObject | null, filter: object]>([
    ['everything', null, { except: [] }],
    ['everything', { enabled: true }, { except: [] }],
    ['nothing', { enabled: false }, { only: [], except: [] }],
    ['some tools', { allowed_tools: ['a', 'b'] }, { only: ['a', 'b'], except: [] }],
    ['everything', { allowed_tools: null }, { except: [] }],
  ])('offer %s as tool_configuration says: %j', (_, tool_configuration, filter) => {
    expect(offered({ mcp_servers: [{ ...docs, tool_configuration }] })).toEqual(filter)
  })

  it.each<[what: string, set: object, filter: object]>([
    ['everything', {}, { except: [] }],
    ['all but one', { configs: { a: { enabled: false }, b: { defer_loading: true } } }, { except: ['a'] }],
    ['nothing', { default_config: { enabled: false } }, { only: [], except: [] }],
    ['one', { default_config: { enabled: false }, configs: { a: { enabled: true } } }, { only: ['a'], except: [] }],
  ])('offer %s as their toolset says: %j', (_, set, filter) => {
    expect(offered({ tools: [toolset(set)] })).toEqual(filter)
  })

  it('lose and get back what messages take from them and give them', () => {
    const change = (type: string, tool: object): JsonObject => ({
      role: 'system',
      content: [{ type, tool: { ...tool } }],
    })
    const tool = { type: 'mcp_tool_reference', server_name: 'docs', name: 'a' }
    const all = { type: 'mcp_toolset_reference', server_name: 'docs' }
    const removed = change('tool_removal', tool)
    expect(offered({ tools: [toolset()], messages: [removed] })).toEqual({ except: ['a'] })
    expect(offered({ tools: [toolset()], messages: [removed, change('tool_addition', tool)] })).toEqual({ except: [] })
    expect(offered({ tools: [toolset()], messages: [change('tool_removal', all)] })).toBeUndefined()
    const definition = { type: 'tool_definition', definition: toolset({ default_config: { enabled: false } }) }
    expect(offered({ messages: [change('tool_addition', definition)] })).toEqual({ only: [], except: [] })
  })

  it('are known by the list that is pinned, else by the last one of the conversation', () => {
    const listing = (name: string): JsonObject => ({
      role: 'assistant',
      content: [
        { type: 'mcp_tool_listing', mcp_server_name: 'docs', tools: [{ name, input_schema: { type: 'object' } }] },
      ],
    })
    const messages = [listing('old'), listing('new')]
    const known = (body: JsonObject): unknown =>
      decodeMcpServers({ mcp_servers: [docs], messages, ...body })[0]?.known?.map(({ name }) => name)
    expect(known({})).toEqual(['new'])
    expect(known({ tools: [toolset({ tools: [{ name: 'pinned', input_schema: {} }] })] })).toEqual(['pinned'])
  })

  it('are none where none is named, or none can be reached', () => {
    expect(decodeMcpServers({})).toEqual([])
    expect(decodeMcpServers({ mcp_servers: [{ type: 'url', name: 'docs' }, null] })).toEqual([])
  })
})
