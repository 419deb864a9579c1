import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { closeJson, missingResults } from './server-tools.ts'

describe('a cut input of a tool that the provider runs', () => {
  it('is made whole, wherever it was cut', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(), (input, at) => {
        const json = JSON.stringify(input)
        const begun = json.slice(0, 1 + (at % json.length))
        expect(() => JSON.parse(begun + closeJson(begun))).not.toThrow()
      }),
      { numRuns: 500 },
    )
  })

  it.each([
    ['', ''],
    ['{"query":"rhine"}', ''],
    ['{"query":"rhi', '"}'],
    ['{"a":[1,', 'null]}'],
    ['{"a":1.', '0}'],
    ['{"a":-', '0}'],
    ['{"a":1e', '0}'],
    ['{"a":tr', 'ue}'],
    ['{"a', '":null}'],
    ['{"a":"\\u00e', '0"}'],
  ])('%j ends with %j', (begun, ending) => {
    expect(closeJson(begun)).toBe(ending)
  })
})

describe('a use without a result', () => {
  it('gets the one that the provider gives when a tool cannot be reached', () => {
    const use = (name: string) => ({ type: 'server_tool_use', id: `srvtoolu_${name}`, name, input: {} })
    const result = (type: string, name: string) => ({
      type,
      tool_use_id: `srvtoolu_${name}`,
      content: { type: `${type}_error`, error_code: 'unavailable' },
    })
    expect(missingResults([use('web_search'), use('bash_code_execution'), use('tool_search_tool_regex')])).toEqual([
      result('web_search_tool_result', 'web_search'),
      result('bash_code_execution_tool_result', 'bash_code_execution'),
      result('tool_search_tool_result', 'tool_search_tool_regex'),
    ])
    expect(missingResults([{ type: 'mcp_tool_use', id: 'mcptoolu_1', name: 'find' }])).toMatchObject([
      { type: 'mcp_tool_result', tool_use_id: 'mcptoolu_1', is_error: true },
    ])
  })

  it('is only one that has none, of a tool that the client does not run', () => {
    const use = { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search' }
    expect(missingResults([use, { type: 'web_search_tool_result', tool_use_id: 'srvtoolu_1', content: [] }])).toEqual(
      [],
    )
    expect(missingResults([{ type: 'tool_use', id: 'toolu_1', name: 'x' }, { type: 'text' }])).toEqual([])
  })
})
