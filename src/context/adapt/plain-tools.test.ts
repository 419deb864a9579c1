import { describe, expect, it } from 'vitest'
import { clientDialects, targetDialects } from '../../dialects/registry.ts'
import type { DialectName } from '../../ir/request.ts'
import { withKnownTools } from './plain-tools.ts'

const request = clientDialects['openai-responses'].decodeRequest({
  model: 'm',
  tools: [
    { type: 'custom', name: 'apply_patch', description: 'Patches.', format: { type: 'text' } },
    { type: 'local_shell' },
    { type: 'namespace', name: 'clock', tools: [{ type: 'function', name: 'sleep', parameters: { type: 'object' } }] },
  ],
  input: [
    { role: 'user', content: 'Go.' },
    { type: 'custom_tool_call', call_id: 'call_1', name: 'apply_patch', input: '+one' },
    { type: 'custom_tool_call_output', call_id: 'call_1', output: 'done' },
    { type: 'function_call', call_id: 'call_2', name: 'sleep', namespace: 'clock', arguments: '{}' },
    { type: 'function_call_output', call_id: 'call_2', output: '' },
  ],
})

function wireFor(kind: 'cloud' | 'local', dialect: DialectName): string {
  return JSON.stringify(targetDialects[dialect].encodeRequest(withKnownTools(request, { kind, dialect }), () => {}))
}

describe("tools of OpenAI's own kinds", () => {
  it.each([
    ['a provider of Chat Completions', 'cloud', 'openai-chat'],
    ['a local server of Chat Completions', 'local', 'openai-chat'],
    ['a local server of Responses', 'local', 'openai-responses'],
  ] as const)('are functions for %s, their calls too', (_who, kind, dialect) => {
    const wire = wireFor(kind, dialect)
    for (const name of ['apply_patch', 'local_shell', 'sleep']) expect(wire).toContain(`"name":"${name}"`)
    expect(wire).not.toMatch(/"type":"(custom|custom_tool_call|custom_tool_call_output|local_shell|namespace)"/)
    expect(wire).not.toContain('"namespace"')
    expect(wire).toContain(String.raw`"arguments":"{\"input\":\"+one\"}"`)
  })

  it('stay what they are for a provider of Responses', () => {
    expect(withKnownTools(request, { kind: 'cloud', dialect: 'openai-responses' })).toBe(request)
  })
})
