import { describe, expect, it } from 'vitest'
import { plainRequest } from '../../test/plain-request.ts'
import { anyTool, noTool, type McpFilter, type McpServer, type McpTool } from '../ir/mcp.ts'
import type { ChatRequest, FunctionTool } from '../ir/request.ts'
import { createOffer, type Listed } from './offer.ts'
import { mustAsk } from './passes.ts'

function server(label: string, more: Partial<McpServer> = {}): McpServer {
  const unasked = { never: anyTool, always: noTool }
  return { label, url: `https://${label}.example`, headers: {}, offered: anyTool, unasked, ...more }
}

function tool(name: string, readOnlyHint = false): McpTool {
  return { name, inputSchema: { type: 'object' }, annotations: { readOnlyHint } }
}

function listed(one: McpServer, ...names: string[]): Listed {
  return { server: one, list: { server: one.label, tools: names.map((name) => tool(name)) } }
}

const own = (name: string): FunctionTool => ({ type: 'function', name, inputSchema: { type: 'object' } })

const asked = (more: Partial<ChatRequest> = {}): ChatRequest => ({ ...plainRequest, ...more })

const namesOf = ({ tools }: ChatRequest): unknown[] =>
  tools.map((one) => (one.type === 'function' ? one.name : one.kind))

describe('the tools of servers', () => {
  it('have names of their own beside those of the client and of each other', () => {
    const request = asked({ tools: [own('docs_search')] })
    const offer = createOffer(request, [
      listed(server('docs'), 'search', 'get page/1'),
      listed(server('mail'), 'search'),
    ])
    const offered = offer.request(request)
    expect(namesOf(offered)).toEqual(['docs_search', 'docs_search_2', 'docs_get_page_1', 'mail_search'])
    expect(offer.find('docs_search')).toBeUndefined()
    expect(offer.find('docs_search_2')).toMatchObject({
      is: 'tool',
      server: { label: 'docs' },
      tool: { name: 'search' },
    })
    expect(offer.find('docs_get_page_1')).toMatchObject({ is: 'tool', tool: { name: 'get page/1' } })
    expect(namesOf(offer.withdraw(offered))).toEqual(['docs_search'])
  })

  it('are known by their own name too where only one has it', () => {
    const offer = createOffer(asked(), [listed(server('docs'), 'search', 'write'), listed(server('mail'), 'search')])
    expect(offer.find('write')).toMatchObject({ is: 'tool', server: { label: 'docs' } })
    expect(offer.find('search')).toBeUndefined()
    expect(offer.find('docs_burn')).toMatchObject({ is: 'unknown', server: { label: 'docs' }, name: 'burn' })
    expect(offer.find('burn')).toBeUndefined()
  })

  it.each<[McpFilter, string[]]>([
    [anyTool, ['s_read', 's_write']],
    [noTool, []],
    [{ only: ['write', 'other'] }, ['s_write']],
    [{ except: ['write'] }, ['s_read']],
    [{ readOnly: true }, ['s_read']],
    [{ readOnly: false }, ['s_write']],
    [{ only: ['write'], readOnly: true }, []],
  ])('that pass %j are offered: %j', (offered, names) => {
    const one = server('s', { offered })
    const offer = createOffer(asked(), [
      { server: one, list: { server: 's', tools: [tool('read', true), tool('write')] } },
    ])
    expect(namesOf(offer.request(asked()))).toEqual(names)
  })

  it('take the place of what stood for them, and of nothing else', () => {
    const opaque = (kind: string, value: object) => ({ type: 'opaque', dialect: 'anthropic', kind, value }) as const
    const request = asked({
      tools: [
        opaque('mcp_toolset', { type: 'mcp_toolset', mcp_server_name: 'docs' }),
        opaque('mcp_toolset', { type: 'mcp_toolset', mcp_server_name: 'other' }),
        opaque('web_search_20250305', { type: 'web_search_20250305', name: 'web_search' }),
      ] as ChatRequest['tools'],
      extras: { anthropic: { mcp_servers: [{ name: 'docs' }, { name: 'other' }], container: 'c' } },
    })
    const offered = createOffer(request, [listed(server('docs'), 'search')]).request(request)
    expect(namesOf(offered)).toEqual(['mcp_toolset', 'web_search_20250305', 'docs_search'])
    expect(offered.extras).toEqual({ anthropic: { mcp_servers: [{ name: 'other' }], container: 'c' } })
  })

  it('that cannot be had are told of, unless the model has to go on with words of its own', () => {
    const down: Listed = { server: server('docs'), list: { server: 'docs', tools: [], error: 'Gone.' } }
    const last = createOffer(asked(), [down]).request(asked()).messages.at(-1)
    expect(JSON.stringify(last)).toContain("cannot be called: 'docs'")
    const begun = asked({ messages: [{ role: 'assistant', content: [{ type: 'text', text: 'I' }] }] })
    expect(createOffer(begun, [down]).request(begun).messages).toEqual(begun.messages)
  })
})

it('counts as many calls as the client allows', () => {
  const limited = asked({ extras: { 'openai-responses': { max_tool_calls: 3, store: true } } })
  const offer = createOffer(limited, [])
  expect(offer.mostCalls).toBe(3)
  expect(offer.request(limited).extras).toEqual({ 'openai-responses': { store: true } })
  expect(createOffer(asked(), []).mostCalls).toBe(Number.POSITIVE_INFINITY)
})

it.each<[McpServer['unasked'], boolean, boolean]>([
  [{ never: anyTool, always: noTool }, false, false],
  [{ never: noTool, always: noTool }, true, true],
  [{ never: { readOnly: true }, always: noTool }, false, true],
  [{ never: anyTool, always: { only: ['read'] } }, true, false],
])('%j: reading waits for a word: %s, writing: %s', (unasked, read, write) => {
  const one = server('s', { unasked })
  expect([mustAsk(tool('read', true), one), mustAsk(tool('write'), one)]).toEqual([read, write])
})
