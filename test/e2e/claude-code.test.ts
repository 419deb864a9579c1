/** Claude Code through Trooper: whatever it sends, whoever answers, nobody refuses it and it can read the answer (real-clients.md 2). */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { AgentRequest } from '../agents/agent-request.ts'
import * as claude from '../agents/claude-code.ts'
import { afterTool, longHistory, toolSearchFollowUp } from '../agents/claude-code-history.ts'
import { AgentStage, clouds, isLocal, locals } from '../agents/stage.ts'
import { strictClients } from '../conformance/strict-clients.ts'

const bash = { command: 'echo "probe"\n# 世界', description: 'Echo' }

const requests: Record<string, () => AgentRequest> = {
  'its first request': claude.firstRequest,
  'its first request for an older model': claude.olderModelRequest,
  'its first request with a subscription': claude.subscriptionRequest,
  'a request of a subagent': claude.subagentRequest,
  'a request for structured output': claude.structuredRequest,
  'a web search on the side': claude.webSearchRequest,
  'the result of a tool': () => afterTool(claude.firstRequest(), 'toolu_trooper01', 'Bash', bash, 'probe'),
  'a tool that was searched for': () => toolSearchFollowUp(claude.firstRequest()),
  'a plea to make the conversation short': claude.compactionRequest,
  'a history of 120 messages': longHistory,
}
/** With what the stand-in for Anthropic does not know. */
const relayedOnly: Record<string, () => AgentRequest> = {
  'its first interactive request': claude.interactiveRequest,
  'its first request without betas': claude.withoutBetasRequest,
}

describe('Claude Code', () => {
  let stage: AgentStage
  beforeAll(async () => {
    stage = await AgentStage.start('messages')
  })
  afterAll(() => stage.stop())
  beforeEach(() => stage.reset())

  describe.each([...clouds, ...locals])('answered by %s', (answerer) => {
    it.each(Object.entries(answerer === 'messages' ? requests : { ...requests, ...relayedOnly }))(
      'sends %s and can read the answer, streamed and whole',
      async (_name, create) => {
        const streamed = await stage.ask(answerer, create(), { text: 'Hi there.' })
        expect(await stage.refusals()).toEqual([])
        expect(streamed.headers.get('content-type')).toContain('text/event-stream')
        expect(streamed.headers.has('x-trooper-fallback')).toBe(isLocal(answerer))
        const heard = strictClients.anthropic(streamed.text)
        expect(heard).toMatchObject({ texts: ['Hi there.'], calls: [], ending: 'end_turn' })

        const whole = await stage.ask(answerer, claude.unstreamed(create()), { text: 'Hi there.' })
        expect(await stage.refusals()).toEqual([])
        expect(JSON.parse(whole.text)).toMatchObject({
          type: 'message',
          role: 'assistant',
          content: [{ type: 'text', text: 'Hi there.' }],
          stop_reason: 'end_turn',
          usage: { input_tokens: expect.any(Number), output_tokens: expect.any(Number) },
        })
      },
    )

    if (answerer === 'a local model without tools') return
    it('has its tools called, by name and with whole arguments, several at once, and goes on with the results', async () => {
      const toolCalls = [
        { name: 'Bash', input: bash },
        { name: 'Read', input: { file_path: '/work/naïve.ts', limit: 5 } },
      ]
      const first = claude.firstRequest()
      const heard = strictClients.anthropic((await stage.ask(answerer, first, { toolCalls })).text)
      expect(heard.ending).toBe('tool_use')
      expect(heard.calls.map(({ name, input }) => ({ name, input: JSON.parse(input) }))).toEqual(toolCalls)
      const content = heard.calls.map(({ id, name, input }) => ({
        type: 'tool_use',
        id,
        name,
        input: JSON.parse(input),
      }))
      const results = heard.calls.map(({ id }) => ({ type: 'tool_result', tool_use_id: id, content: 'probe' }))
      const next = claude.followUp(first, { role: 'assistant', content }, { role: 'user', content: results })
      for (const follower of ['messages', answerer] as const) {
        const answer = await stage.ask(follower, next, { text: 'Done.' })
        expect(strictClients.anthropic(answer.text).texts).toEqual(['Done.'])
      }
      expect(await stage.refusals()).toEqual([])
    })
  })
})
