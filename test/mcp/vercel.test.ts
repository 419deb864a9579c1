/** Vercel's SDK, which refuses what is not exactly of its shape, with MCP servers that its provider would run. */
import { beforeEach, describe, expect, it } from 'vitest'
import { available, clients, type ClientDefinition } from '../clients/clients.ts'
import { planted } from '../secrets.ts'
import { askWithServers, clear, useClient, useStage, type McpStage } from './stage.ts'

const calling = (name: string) => ({ name, input: { query: 'pizza' } })
const away = { messages: 'anthropic-overloaded', responses: 'openai-overloaded' } as const

function testsOf(definition: ClientDefinition, api: 'messages' | 'responses', stage: () => McpStage): void {
  const usable = available(definition)
  if (usable !== true) return it.skip(`skipped: ${usable.skip}`)
  const client = useClient(definition)
  beforeEach(async () => {
    await clear(stage())
    await stage().provider.play({ mode: away[api] })
  })

  it.each([false, true])('reads calls, results, failures and the answer; streams: %s', async (streams) => {
    const down = `${stage().docs.origin}/nothing-here`
    const servers = [
      { label: 'docs', url: stage().docs.url },
      { label: 'down', url: down },
    ]
    await stage().ollama.play(
      { mode: 'ok', toolCalls: [calling('docs_search'), calling('docs_fail'), calling('docs_burn')], times: 1 },
      { mode: 'ok', text: planted.localAnswer },
    )
    const { content } = await askWithServers(client(), stage(), api, {}, { servers, streams })
    const types = content.map(({ type }) => type)
    expect(types.filter((type) => type === 'tool-call')).toHaveLength(3)
    expect(types.filter((type) => type === 'tool-result' || type === 'tool-error')).toHaveLength(3)
    expect(content.at(-1)).toMatchObject({ type: 'text', text: planted.localAnswer })
    expect(JSON.stringify(content)).toContain(planted.mcpResult)
  })

  if (api === 'responses')
    it.each([false, true])('reads that a call waits for a word; streams: %s', async (streams) => {
      const servers = [{ label: 'docs', url: stage().docs.url, asks: true }]
      await stage().ollama.play({ mode: 'ok', toolCalls: [calling('docs_write')] })
      const { content } = await askWithServers(client(), stage(), api, {}, { servers, streams })
      expect(content.map(({ type }) => type)).toContain('tool-approval-request')
    })
}

const vercel = clients.filter(({ name }) => name.startsWith('ai-'))

describe('Messages', () => {
  const stage = useStage('messages')
  describe.each(vercel)('$name', (definition) => testsOf(definition, 'messages', stage))
})

describe('Responses', () => {
  const stage = useStage('responses')
  describe.each(vercel)('$name', (definition) => testsOf(definition, 'responses', stage))
})
