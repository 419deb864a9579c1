/** What Claude Code needs of whoever answers it, need by need (real-clients.md 2 and 5). */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { changed, newKey, sendTo } from '../agents/agent-request.ts'
import * as claude from '../agents/claude-code.ts'
import { headlessTools, webFetch } from '../agents/claude-code-tools.ts'
import { afterTool, longHistory, toolSearchFollowUp } from '../agents/claude-code-history.ts'
import { AgentStage } from '../agents/stage.ts'
import { parseFrames } from '../conformance/demand.ts'
import { strictClients } from '../conformance/strict-clients.ts'
import { arrayOf, objectOf, parseJson, stringOf, type JsonObject } from '../../src/ir/json.ts'
import { planted } from '../secrets.ts'
import { startTrooper } from './trooper.ts'

const local = 'a local model with tools'
const thinking = 'a local model that thinks'

function pairsOf(rawHeaders: string[]): [name: string, value: string][] {
  return rawHeaders.flatMap((name, at): [string, string][] =>
    at % 2 === 0 ? [[name.toLowerCase(), rawHeaders[at + 1] ?? '']] : [],
  )
}

describe('Claude Code', () => {
  let stage: AgentStage
  beforeAll(async () => {
    stage = await AgentStage.start('messages')
  })
  afterAll(() => stage.stop())
  beforeEach(() => stage.reset())

  it('has its bytes reach Anthropic as it wrote them, with every header of its own', async () => {
    const request = claude.firstRequest()
    const answer = await stage.ask('messages', request)
    const [seen] = await stage.provider.requests('/v1/messages')
    expect(seen?.bodyText).toBe(JSON.stringify(request.body))
    expect(seen?.url).toBe('/v1/messages?beta=true')
    const headers = new Map(pairsOf(seen?.rawHeaders ?? []))
    for (const [name, value] of Object.entries(request.headers)) expect(headers.get(name)).toBe(value)
    expect(answer.headers.get('request-id')).toMatch(/^req_/)
  })

  it.each([
    ['an interactive request', claude.interactiveRequest],
    ['a request without betas', claude.withoutBetasRequest],
  ])('has %s go to Anthropic and its verdict come back, whatever that is', async (_name, create) => {
    const request = create()
    const answer = await stage.ask('messages', request)
    const [seen] = await stage.provider.requests('/v1/messages')
    expect(seen?.bodyText).toBe(JSON.stringify(request.body))
    expect(answer.status).toBe(seen?.answer?.status)
  })

  it('reads message_start with usage first, whole blocks, then stop reason and message_stop', async () => {
    const answer = await stage.ask(local, claude.firstRequest(), { text: 'Hi there.' })
    const frames = parseFrames(answer.text)
    expect([...new Set(frames.map(({ event }) => event))]).toEqual([
      'message_start',
      'content_block_start',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ])
    expect(objectOf(parseJson(frames[0]?.data ?? ''))['message']).toMatchObject({
      role: 'assistant',
      content: [],
      stop_reason: null,
      usage: { input_tokens: expect.any(Number), output_tokens: expect.any(Number) },
    })
  })

  it('reads the arguments of a call as JSON deltas of a block that starts empty', async () => {
    const toolCalls = [{ name: 'Bash', input: { command: 'echo probe' } }]
    const answer = await stage.ask(local, claude.firstRequest(), { toolCalls })
    const bodies = parseFrames(answer.text).map(({ data }) => objectOf(parseJson(data)))
    const [start] = bodies.filter(({ type }) => type === 'content_block_start')
    expect(start?.['content_block']).toMatchObject({ type: 'tool_use', name: 'Bash', input: {} })
    const deltas = bodies.map(({ delta }) => objectOf(delta)).filter(({ type }) => type === 'input_json_delta')
    expect(deltas.map(({ partial_json }) => stringOf(partial_json) ?? '').join('')).toBe('{"command":"echo probe"}')
    expect(answer.text).toContain('"stop_reason":"tool_use"')
  })

  it('is shown no thinking that it wants omitted, and hears pings meanwhile', async () => {
    const answer = await stage.ask(thinking, claude.firstRequest(), { thinking: 'Hm, hm.', text: 'Hi.' })
    expect(strictClients.anthropic(answer.text)).toMatchObject({ reasoning: [], texts: ['Hi.'] })
    expect(parseFrames(answer.text).filter(({ event }) => event === 'ping').length).toBeGreaterThan(0)
    expect((await stage.heardBy(thinking))['think']).toBe(true)
  })

  it('is shown thinking that it wants to see unsigned, and Anthropic never sees that', async () => {
    const request = changed(claude.firstRequest(), { thinking: { type: 'adaptive', display: 'updates' } })
    const answer = await stage.ask(thinking, request, { thinking: 'Hm, hm.', text: 'Hi.' })
    expect(strictClients.anthropic(answer.text).reasoning).toEqual(['Hm, hm.'])
    const shown = { type: 'thinking', thinking: 'Hm, hm.', signature: '' }
    const content = [shown, { type: 'text', text: 'Hi.' }]
    const next = claude.followUp(request, { role: 'assistant', content }, { role: 'user', content: planted.question })
    const back = await stage.askCloudBehind(thinking, next, { text: 'Back.' })
    expect(strictClients.anthropic(back.text).texts).toEqual(['Back.'])
    expect(await stage.refusals()).toEqual([])
    expect(arrayOf((await stage.heardBy('messages'))['messages'])[2]).toEqual({
      role: 'assistant',
      content: [{ type: 'text', text: 'Hi.' }],
    })
  })

  it('comes back to Anthropic after a local turn, with all its signed thoughts', async () => {
    const before = longHistory()
    const toolCalls = [{ name: 'Bash', input: { command: 'ls' } }]
    const heard = strictClients.anthropic((await stage.ask(local, before, { toolCalls })).text)
    const loop = afterTool(before, heard.calls[0]?.id ?? '', 'Bash', { command: 'ls' }, 'a.ts')
    const [done] = strictClients.anthropic((await stage.ask(local, loop, { text: 'Done.' })).text).texts
    const question = { role: 'user', content: planted.question }
    const next = claude.followUp(loop, { role: 'assistant', content: done ?? '' }, question)
    const back = await stage.askCloudBehind(local, next, { thinking: 'I see.', text: 'Back again.' })
    expect(strictClients.anthropic(back.text).texts).toEqual(['Back again.'])
    expect((await stage.heardBy('messages'))['messages']).toHaveLength(124)
    expect(await stage.refusals()).toEqual([])
  })

  it('has everything but the accounting line told to the local model', async () => {
    await stage.ask(local, afterTool(claude.firstRequest(), 'toolu_1', 'Bash', { command: 'pwd' }, '/work/世界'))
    const heard = await stage.wordsTold(local)
    for (const words of [claude.reminder, planted.prompt, '# Environment', 'You are an agent', '/work/世界'])
      expect(heard).toContain(words)
    expect(heard).not.toContain('x-anthropic-billing-header')
  })

  it('has its long history told as one system message, and turns of which none follows its like', async () => {
    await stage.ask(local, longHistory())
    expect(await stage.rolesTold(local)).toMatch(/^su(at*u?)*$/)
    expect(await stage.wordsTold(local)).toContain('<system>\nOne agent has ended.\n</system>')
  })

  it('offers a deferred tool only when something has referred to it', async () => {
    await stage.ask(local, claude.firstRequest())
    const first = headlessTools.filter((tool) => tool['defer_loading'] !== true).map(({ name }) => name)
    expect(await stage.toolsOffered(local)).toEqual(first)
    await stage.ask(local, toolSearchFollowUp(claude.firstRequest()))
    expect(await stage.toolsOffered(local)).toEqual([...first, webFetch.name])
    expect(await stage.wordsTold(local)).toContain('Tool loaded.')
  })

  it('has its long descriptions told to OpenAI in the way and under the names that it takes', async () => {
    const { url } = stage.provider
    const openai = await startTrooper({ PRIMARY_URL: `${url}/v1/chat/completions`, PRIMARY_PROVIDER: 'openai' })
    await sendTo(openai.url, changed(claude.firstRequest(), { model: 'gpt-5.4' })).then((response) => response.text())
    await openai.process.stop()
    const { tools, messages, max_completion_tokens } = await stage.heardBy('chat')
    const told = arrayOf(tools).map((tool) => stringOf(objectOf(objectOf(tool)['function'])['description']) ?? '')
    expect(Math.max(...told.map((description) => description.length))).toBeLessThanOrEqual(1024)
    expect(objectOf(arrayOf(messages)[0])['content']).toContain('# The tool Bash')
    expect(max_completion_tokens).toBe(128_000)
  })

  it('gets words for a web search that nobody here can make', async () => {
    const answer = await stage.ask(local, claude.webSearchRequest(), { text: 'I cannot look it up.' })
    expect(strictClients.anthropic(answer.text).texts).toEqual(['I cannot look it up.'])
    expect(await stage.toolsOffered(local)).toEqual([])
  })

  it('can have its structured output called for', async () => {
    const toolCalls = [{ name: 'StructuredOutput', input: { city: 'Bern' } }]
    const answer = await stage.ask(local, claude.structuredRequest(), { toolCalls })
    expect(strictClients.anthropic(answer.text).calls).toMatchObject([{ name: 'StructuredOutput' }])
  })

  it('is told in the stream when a local answer breaks off, and its repeat without a stream is answered', async () => {
    await stage.provider.play({ mode: 'anthropic-credit' })
    await stage.ollama.play({ mode: 'error-line', chunks: 2, times: 1 }, { mode: 'ok', text: 'Hi.' })
    const request = claude.firstRequest()
    const broken = await stage.send(local, request)
    expect(strictClients.anthropic(broken.text)).toMatchObject({ ending: 'failed' })
    const repeated = await stage.send(local, claude.unstreamed(request))
    expect(JSON.parse(repeated.text)).toMatchObject({ content: [{ type: 'text', text: 'Hi.' }] })
  })

  it('gets a refusal of one of its features word for word, so that it can leave that feature out', async () => {
    const body =
      '{"type":"error","error":{"type":"invalid_request_error","message":"tools.10.defer_loading: Extra inputs are not permitted"}}'
    await stage.provider.play({ mode: 'anthropic-bad-request', body })
    const answer = await stage.send(local, claude.firstRequest())
    expect([answer.status, answer.text]).toEqual([400, body])
  })

  it('is told not to try again for hours when nobody can answer', async () => {
    await stage.provider.play({ mode: 'anthropic-credit', status: 429, retryAfter: '3600' })
    await stage.ollama.play({ mode: 'not-pulled' })
    const answer = await stage.send(local, claude.firstRequest())
    expect([answer.status, answer.headers.get('x-should-retry')]).toEqual([429, 'false'])
    expect(Number(answer.headers.get('retry-after') ?? 0)).toBeLessThanOrEqual(60)
    expect(objectOf(parseJson(answer.text))['error']).toMatchObject({
      message: expect.stringContaining('credit balance'),
    })
  })

  it('has each part of a request counted while the provider is spent, 25 at a time', async () => {
    await stage.provider.play({ mode: 'anthropic-credit' })
    const parts: JsonObject[][] = [[], headlessTools, ...headlessTools.map((tool) => [tool])]
    const answers = await Promise.all(parts.map((tools) => stage.send(local, claude.countRequest(tools))))
    expect(answers.map(({ status }) => status)).toEqual(parts.map(() => 200))
    const counts = answers.map(({ text }) => Number(objectOf(parseJson(text))['input_tokens']))
    expect(counts[1]).toBeGreaterThan(counts[0] ?? 0)
  })

  it('finds models, and no harm in what it asks before it starts', async () => {
    await stage.provider.play({ mode: 'anthropic-credit' })
    const headers = { 'x-api-key': newKey(), 'anthropic-version': '2023-06-01', 'user-agent': 'claude-code/2.1.330' }
    const models = await fetch(`${stage.urlOf(local)}/v1/models?limit=1000`, { headers })
    expect(await models.json()).toMatchObject({ data: [{ type: 'model', id: expect.any(String) }] })
    expect((await fetch(`${stage.urlOf(local)}/api/hello`, { method: 'HEAD' })).status).toBe(404)
  })
})
