/** Codex through Trooper: whatever it sends, whoever answers, nobody refuses it and it can read the answer (real-clients.md 3). */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { changed, type AgentRequest } from '../agents/agent-request.ts'
import * as codex from '../agents/codex.ts'
import { customCall, customOutput, functionCall, functionOutput, longHistory } from '../agents/codex-history.ts'
import { itemsOf } from '../agents/codex-reader.ts'
import { AgentStage, clouds, isLocal, locals } from '../agents/stage.ts'
import { strictClients } from '../conformance/strict-clients.ts'
import { planted } from '../secrets.ts'

const command = { cmd: 'echo "probe" # 世界' }

/** What its provider gave out before. */
function later(...turn: Parameters<typeof codex.followUp>): AgentRequest {
  const request = codex.followUp(...turn)
  return { ...request, remembered: request.body }
}

const requests: Record<string, () => AgentRequest> = {
  'its first request': codex.customProviderRequest,
  'its first request for a model that patches files': codex.patchingRequest,
  'its first request with a local shell': codex.localShellRequest,
  'its first request to OpenAI itself': codex.builtInRequest,
  'the output of a command': () =>
    later(codex.customProviderRequest(), functionCall('1', 'exec_command', command), functionOutput('1', 'probe')),
  'the output of a program': () =>
    later(codex.builtInRequest(), customCall('1', 'exec', 'text("probe")'), customOutput('1', 'probe')),
  'a plea to make the conversation short': codex.plainCompactionRequest,
  'a history of 120 items': () => longHistory('customProvider'),
  'a history of 120 items with patches': () => longHistory('patching'),
  'a history of 120 items at OpenAI itself': () => longHistory('builtIn'),
}

describe('Codex', () => {
  let stage: AgentStage
  beforeAll(async () => {
    stage = await AgentStage.start('responses')
  })
  afterAll(() => stage.stop())
  beforeEach(() => stage.reset())

  describe.each([...clouds, ...locals])('answered by %s', (answerer) => {
    it.each(Object.entries(requests))('sends %s and can read the answer, streamed and whole', async (_name, create) => {
      const streamed = await stage.ask(answerer, create(), { text: 'Hi there.' })
      expect(await stage.refusals()).toEqual([])
      expect(streamed.headers.get('content-type')).toContain('text/event-stream')
      expect(streamed.headers.has('x-trooper-fallback')).toBe(isLocal(answerer))
      expect(strictClients['openai-responses'](streamed.text)).toMatchObject({
        texts: ['Hi there.'],
        calls: [],
        ending: 'completed',
        usage: { input_tokens: expect.any(Number), output_tokens: expect.any(Number) },
      })

      const whole = await stage.ask(answerer, changed(create(), { stream: false }), { text: 'Hi there.' })
      expect(await stage.refusals()).toEqual([])
      expect(JSON.parse(whole.text)).toMatchObject({
        object: 'response',
        status: 'completed',
        output: [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Hi there.' }] }],
      })
    })

    if (answerer === 'a local model without tools') return
    it('has its tools called, several at once, and goes on with their outputs, and then with OpenAI', async () => {
      const toolCalls = [
        { name: 'exec_command', input: command },
        { name: 'get_goal', input: {} },
      ]
      const first = codex.customProviderRequest()
      const items = itemsOf((await stage.ask(answerer, first, { toolCalls })).text)
      expect(items).toMatchObject([
        { type: 'function_call', name: 'exec_command', arguments: JSON.stringify(command), status: 'completed' },
        { type: 'function_call', name: 'get_goal', arguments: '{}', status: 'completed' },
      ])
      const outputs = items.map(({ call_id = '' }) => ({ type: 'function_call_output', call_id, output: 'probe' }))
      const next = codex.followUp(first, ...items, ...outputs)
      const done = await stage.ask(answerer, next, { text: 'Done.' })
      expect(strictClients['openai-responses'](done.text).texts).toEqual(['Done.'])
      const later = codex.followUp(next, ...itemsOf(done.text), codex.message('user', planted.question))
      const back = await stage.ask('responses', later, { text: 'More.' })
      expect(strictClients['openai-responses'](back.text).texts).toEqual(['More.'])
      // A Trooper that made none of these calls itself learns by one refusal that they are not OpenAI's.
      expect((await stage.refusals()).filter((refusal) => !refusal?.includes('fc_trooper'))).toEqual([])
    })
  })
})
