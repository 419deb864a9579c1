import { describe, expect, it } from 'vitest'
import type { JsonObject, JsonValue } from '../../ir/json.ts'
import { anyTool, noTool, type McpServer } from '../../ir/mcp.ts'
import { decodeRequest } from './request.ts'
import { decodeMcpWishes } from './mcp-servers.ts'

const docs: JsonObject = { type: 'mcp', server_label: 'docs', server_url: 'https://docs.example/mcp' }

function serversOf(tool: JsonObject, choice: JsonValue = 'auto', input: JsonValue = 'Hi'): readonly McpServer[] {
  return decodeMcpWishes([{ ...docs, ...tool }], input, choice)?.servers ?? []
}

describe('the servers of a Responses request', () => {
  it('have a credential and headers of their own', () => {
    const [server] = serversOf({ authorization: 'secret', headers: { 'X-Team': 'blue', Authorization: 'other', n: 1 } })
    expect(server?.headers).toEqual({ 'x-team': 'blue', authorization: 'Bearer secret' })
  })

  it.each<[JsonValue, object]>([
    [null, anyTool],
    [['a', 'b'], { only: ['a', 'b'] }],
    [
      { tool_names: ['a'], read_only: true },
      { only: ['a'], readOnly: true },
    ],
    [{ read_only: false }, { readOnly: false }],
  ])('offer what is allowed: %j', (allowed_tools, filter) => {
    expect(serversOf({ allowed_tools })[0]?.offered).toEqual(filter)
  })

  it.each<[JsonValue | undefined, McpServer['unasked']]>([
    [undefined, { never: noTool, always: noTool }],
    ['always', { never: noTool, always: noTool }],
    ['never', { never: anyTool, always: noTool }],
    [{ never: { tool_names: ['a'] } }, { never: { only: ['a'] }, always: noTool }],
    [
      { always: { read_only: false }, never: { read_only: true } },
      { never: { readOnly: true }, always: { readOnly: false } },
    ],
  ])('ask for the word of the client as it says: %j', (require_approval, unasked) => {
    expect(serversOf(require_approval === undefined ? {} : { require_approval })[0]?.unasked).toEqual(unasked)
  })

  it.each<[string, JsonValue, object | undefined]>([
    ['all of a server', [{ type: 'mcp', server_label: 'docs' }], { only: ['a', 'b'] }],
    ['one tool', [{ type: 'mcp', server_label: 'docs', name: 'b' }], { only: ['b'] }],
    ['another server', [{ type: 'mcp', server_label: 'mail' }], undefined],
    ['functions', [{ type: 'function', name: 'b' }], undefined],
  ])('are narrowed by a choice that allows %s', (_, tools, filter) => {
    const choice = { type: 'allowed_tools', mode: 'auto', tools }
    expect(serversOf({ allowed_tools: ['a', 'b'] }, choice)[0]?.offered).toEqual(filter)
  })

  it.each<[JsonValue, string | undefined]>([
    [{ type: 'mcp', server_label: 'docs' }, 'docs'],
    [{ type: 'mcp', server_label: 'docs', name: null }, 'docs'],
    [{ type: 'mcp', server_label: 'docs', name: 'b' }, undefined],
    [{ type: 'function', name: 'b' }, undefined],
    ['required', undefined],
  ])('have to be asked with a choice of one of them: %j', (choice, forced) => {
    expect(decodeMcpWishes([docs], 'Hi', choice)?.forced).toBe(forced)
  })

  it('are known by the last list of the conversation that is one', () => {
    const list = (tools: string[], error: string | null = null): JsonObject => ({
      type: 'mcp_list_tools',
      server_label: 'docs',
      tools: tools.map((name) => ({ name, input_schema: {} })),
      error,
    })
    const [server] = serversOf({}, 'auto', [list(['old']), list(['new']), list([], 'Gone.')])
    expect(server?.known?.map(({ name }) => name)).toEqual(['new'])
  })

  it('are not those that only the provider can reach', () => {
    const connector = { type: 'mcp', server_label: 'drive', connector_id: 'connector_googledrive' }
    expect(decodeMcpWishes([connector, { type: 'function', name: 'f' }], 'Hi', 'auto')).toBeUndefined()
  })
})

it('asks no server where a conversation is only made short', () => {
  const body = (input: JsonValue) => decodeRequest({ model: 'm', input, tools: [docs] })
  expect(body('Hi').mcp?.servers).toHaveLength(1)
  expect(body([{ type: 'compaction_trigger' }]).mcp).toBeUndefined()
})

it('knows the calls that the client has allowed and nobody has made', () => {
  const request = (id: string): JsonObject => ({
    type: 'mcp_approval_request',
    id,
    server_label: 'docs',
    name: 'write',
    arguments: '{}',
  })
  const word = (approval_request_id: string, approve: boolean): JsonObject => ({
    type: 'mcp_approval_response',
    approval_request_id,
    approve,
  })
  const input = [
    ...['mcpr_1', 'mcpr_2', 'mcpr_3', 'mcpr_4'].map(request),
    word('mcpr_1', true),
    word('mcpr_2', false),
    word('mcpr_3', true),
    {
      type: 'mcp_call',
      id: 'mcp_1',
      approval_request_id: 'mcpr_3',
      server_label: 'docs',
      name: 'write',
      arguments: '{}',
    },
  ]
  expect(decodeMcpWishes([], input, 'auto')?.approved).toEqual([
    { id: 'mcpr_1', approvalId: 'mcpr_1', server: 'docs', name: 'write', input: '{}' },
  ])
})
