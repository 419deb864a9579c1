import { describe, expect, it } from 'vitest'
import type { ChatRequest } from '../../ir/request.ts'
import { fitToolNames } from './tool-names.ts'

const long = `mcp__a_server_with_a_long_name__${'x'.repeat(60)}`
const request = (...names: string[]): ChatRequest => ({
  model: 'm',
  stream: false,
  messages: [
    { role: 'assistant', content: names.map((name, at) => ({ type: 'tool-call', id: `c${at}`, name, input: '{}' })) },
  ],
  tools: names.map((name) => ({ type: 'function', name, inputSchema: {} })),
  toolChoice: { type: 'tool', name: names[0] ?? '' },
  sampling: { stopSequences: [] },
  output: { type: 'text' },
  extras: {},
})

describe('tool names', () => {
  it('stay as they are where the target takes them', () => {
    const asked = request('read', long)
    expect(fitToolNames(asked, 'anthropic', 'openai-chat').request).toBe(asked)
    expect(fitToolNames(asked, 'ollama', 'openai-chat').request).toBe(asked)
  })

  it.each(['openai-chat', 'openai-responses'] as const)(
    'that %s refuses are shortened everywhere in the same way, and come back as the client knows them',
    (dialect) => {
      const other = `${long}y`
      const { request: fitted, restore } = fitToolNames(request(long, 'fs.read', 'read', other), dialect, 'ollama')
      const names = fitted.tools.map((tool) => (tool.type === 'function' ? tool.name : ''))
      for (const name of names) expect(name).toMatch(/^[a-zA-Z0-9_-]{1,64}$/)
      expect(new Set(names).size).toBe(4)
      expect(names[2]).toBe('read')
      expect(fitted.toolChoice).toEqual({ type: 'tool', name: names[0] })
      expect(fitted.messages[0]?.content).toMatchObject(names.map((name) => ({ name })))
      expect(names.map(restore)).toEqual([long, 'fs.read', 'read', other])
    },
  )

  it.each([
    ['anthropic', 128],
    ['openai-chat', 64],
    ['openai-responses', 64],
  ] as const)('that nobody offered leave so that %s takes them when they come back', (client, most) => {
    for (const target of ['ollama', 'openai-chat'] as const) {
      const { restore } = fitToolNames(request('read', 'fs.write'), target, client)
      for (const name of ['functions.read', 'get weather!', '', 'x'.repeat(200)])
        expect(restore(name)).toMatch(new RegExp(`^[a-zA-Z0-9_-]{1,${most}}$`))
      expect(restore('functions.read')).not.toBe(restore('functions_read'))
      expect(restore('no_such_tool')).toBe('no_such_tool')
      expect(restore('read')).toBe('read')
    }
    expect(fitToolNames(request('fs.write'), 'ollama', client).restore('fs.write')).toBe('fs.write')
  })
})
