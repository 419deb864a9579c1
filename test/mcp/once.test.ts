/** A tool that has run for an answer does not run again for it, whoever goes on with that answer. */
import { beforeEach, describe, expect, it } from 'vitest'
import { dialects, textOf } from '../e2e/trooper.ts'
import { planted } from '../secrets.ts'
import { askedLocally, clear, useStage } from './stage.ts'

const models = ['qwen2.5:3b', 'qwen2.5-coder:1.5b']

describe.each(['wait', 'race'])('ON_SLOW=%s', (onSlow) => {
  const stage = useStage('messages', { FALLBACK_MODEL: models.join(','), ON_SLOW: onSlow, WARM: 'never' })
  beforeEach(async () => {
    await clear(stage())
    await stage().provider.play({ mode: 'anthropic-overloaded' })
  })

  it.each([false, true])(
    'the first model runs a tool and fails with its results: the next one goes on from them; streams: %s',
    async (stream) => {
      await stage().ollama.play(
        { mode: 'ok', toolCalls: [{ name: 'docs_write', input: { query: 'pizza' } }], times: 1 },
        { mode: 'load-failed', times: 2 },
        { mode: 'ok', text: planted.localAnswer },
      )
      const { endpoint, headers } = dialects.anthropic
      const response = await fetch(stage().trooper.url + endpoint, {
        method: 'POST',
        headers: { ...headers, 'anthropic-beta': 'mcp-client-2025-11-20' },
        body: JSON.stringify({
          model: 'claude-sonnet-4-5',
          max_tokens: 500,
          stream,
          messages: [{ role: 'user', content: planted.prompt }],
          mcp_servers: [{ type: 'url', name: 'docs', url: stage().docs.url }],
          tools: [{ type: 'mcp_toolset', mcp_server_name: 'docs' }],
          tool_choice: { type: 'any' },
        }),
      })
      const text = await response.text()
      expect(text).toContain('Wrote pizza.')
      expect(textOf(text)).toContain(planted.localAnswer)
      expect(stage().docs.ran()).toEqual([{ name: 'write', arguments: { query: 'pizza' } }])
      const asked = await askedLocally(stage())
      expect(JSON.stringify(asked.at(-1)?.messages)).toContain('Wrote pizza.')
    },
  )
})
