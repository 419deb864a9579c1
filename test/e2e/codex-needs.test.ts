/** What Codex needs of whoever answers it, need by need (real-clients.md 3 and 5). */
import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { changed, newKey } from '../agents/agent-request.ts'
import * as codex from '../agents/codex.ts'
import { applyPatch } from '../agents/codex-tools.ts'
import { customCall, customOutput, longHistory } from '../agents/codex-history.ts'
import { endingOf, eventsOf, itemsOf, typesOf } from '../agents/codex-reader.ts'
import { AgentStage } from '../agents/stage.ts'
import { strictClients } from '../conformance/strict-clients.ts'
import { arrayOf, objectOf, parseJson, type JsonObject } from '../../src/ir/json.ts'
import { planted } from '../secrets.ts'

const local = 'a local model with tools'
const thinking = 'a local model that thinks'
const patch = '*** Begin Patch\n*** Add File: "naïve".md\n+one\n*** End Patch\n'
const program = 'const out = await tools.exec_command({cmd: "ls"});\ntext(out)'

describe('Codex', () => {
  let stage: AgentStage
  beforeAll(async () => {
    stage = await AgentStage.start('responses')
  })
  afterAll(() => stage.stop())
  beforeEach(() => stage.reset())

  it('has its bytes reach OpenAI as it wrote them, with a header of a kilobyte', async () => {
    const request = codex.builtInRequest()
    await stage.ask('responses', request)
    const [seen] = await stage.provider.requests('/v1/responses')
    expect(seen?.bodyText).toBe(JSON.stringify(request.body))
    for (const value of Object.values(request.headers)) expect(seen?.rawHeaders).toContain(value)
  })

  it('reads response.created first, numbered events, done items, and response.completed with usage last', async () => {
    const { text } = await stage.ask(local, codex.builtInRequest(), { text: 'Hi there.' })
    expect([...new Set(typesOf(text))]).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ])
    expect(eventsOf(text).map(({ sequence_number }) => sequence_number)).toEqual(eventsOf(text).map((_, at) => at))
    const { response, output } = endingOf(text)
    expect(output).toEqual(itemsOf(text))
    expect(response['usage']).toMatchObject({ input_tokens: expect.any(Number), output_tokens: expect.any(Number) })
  })

  it.each(['chat', 'messages', local] as const)('has %s write a patch as a custom tool call', async (answerer) => {
    const toolCalls = [{ name: 'apply_patch', input: { input: patch } }]
    const { text } = await stage.ask(answerer, codex.patchingRequest(), { toolCalls })
    strictClients['openai-responses'](text)
    expect(itemsOf(text)).toMatchObject([{ type: 'custom_tool_call', name: 'apply_patch', input: patch }])
    expect(itemsOf(text)[0]).not.toHaveProperty('arguments')
    expect(JSON.stringify(await stage.heardBy(answerer))).not.toContain('"type":"custom"')
  })

  it.each(['chat', 'messages', local] as const)('has %s write a program for its exec tool', async (answerer) => {
    const toolCalls = [{ name: 'exec', input: { input: program } }]
    const { text } = await stage.ask(answerer, codex.builtInRequest(), { toolCalls })
    expect(itemsOf(text)).toMatchObject([
      { type: 'custom_tool_call', namespace: 'functions', name: 'exec', input: program },
    ])
    const [call = {}] = itemsOf(text)
    const output = { ...customOutput('', 'ok'), call_id: call['call_id'] ?? '' }
    await stage.ask(answerer, codex.followUp(codex.builtInRequest(), call, output), { text: 'Done.' })
    expect(await stage.refusals()).toEqual([])
  })

  it('finds a call of a tool in a namespace there', async () => {
    const toolCalls = [{ name: 'spawn_agent', input: { message: 'Count.' } }]
    const { text } = await stage.ask(local, codex.customProviderRequest(), { toolCalls })
    expect(itemsOf(text)).toMatchObject([{ type: 'function_call', namespace: 'multi_agent_v1', name: 'spawn_agent' }])
  })

  it('has a command for its local shell as an item of that kind', async () => {
    const toolCalls = [{ name: 'local_shell', input: { command: ['ls', '-l'] } }]
    const { text } = await stage.ask(local, codex.localShellRequest(), { toolCalls })
    expect(itemsOf(text)).toMatchObject([{ type: 'local_shell_call', action: { type: 'exec', command: ['ls', '-l'] } }])
  })

  it('offers every tool that a local model can use, wherever in the request it stands', async () => {
    await stage.ask(local, codex.builtInRequest())
    const names =
      'exec wait request_user_input request_user_input_async sleep followup_task interrupt_agent list_agents'
    expect(await stage.toolsOffered(local)).toEqual([...names.split(' '), 'send_message', 'spawn_agent', 'wait_agent'])
    await stage.ask(local, codex.patchingRequest())
    expect(await stage.toolsOffered(local)).toContain('apply_patch')
    expect(JSON.stringify(await stage.heardBy(local))).toContain(
      JSON.stringify(applyPatch.format.definition).slice(1, -1),
    )
  })

  it('offers a tool that was searched for, and finds a call of it in its namespace', async () => {
    const toolCalls = [{ name: 'list_tickets', input: {} }]
    const { text } = await stage.ask(local, longHistory('patching'), { toolCalls })
    expect(itemsOf(text)).toMatchObject([{ type: 'function_call', namespace: 'mcp__tickets', name: 'list_tickets' }])
    expect((await stage.toolsOffered(local)).filter((name) => name === 'list_tickets')).toHaveLength(1)
  })

  it('has its instructions and everything that was said and done told to the local model', async () => {
    await stage.ask(local, longHistory('patching'))
    expect(await stage.rolesTold(local)).toMatch(/^su(at*u?)*$/)
    const heard = await stage.wordsTold(local)
    for (const words of [
      'You are a coding agent',
      '<skills_instructions>',
      planted.prompt,
      'tallest tree',
      planted.question,
    ])
      expect(heard).toContain(words)
    expect(heard).not.toContain('gAAAA')
  })

  it('sees a local model think, unsealed, and OpenAI is not sent that', async () => {
    const request = codex.customProviderRequest()
    const { text } = await stage.ask(thinking, request, { thinking: 'Hm, hm.', text: 'Hi.' })
    expect(itemsOf(text)).toMatchObject([{ type: 'reasoning', summary: [{ text: 'Hm, hm.' }] }, { type: 'message' }])
    expect(itemsOf(text)[0]).not.toHaveProperty('encrypted_content')
    const next = codex.followUp(request, ...itemsOf(text), codex.message('user', planted.question))
    const back = await stage.askCloudBehind(thinking, next, { text: 'Back.' })
    expect(itemsOf(back.text)).toMatchObject([{ content: [{ text: 'Back.' }] }])
    expect(JSON.stringify(await stage.heardBy('responses'))).not.toContain('Hm, hm.')
    expect(await stage.refusals()).toEqual([])
  })

  it('comes back to OpenAI after a local turn, with all its sealed reasoning', async () => {
    const before = longHistory('builtIn')
    const toolCalls = [{ name: 'exec', input: { input: program } }]
    const [call = {}] = itemsOf((await stage.ask(local, before, { toolCalls })).text)
    const output = { ...customOutput('', 'ok'), call_id: call['call_id'] ?? '' }
    const loop = codex.followUp(before, call, output)
    const items = itemsOf((await stage.ask(local, loop, { text: 'Done.' })).text)
    const next = codex.followUp(loop, ...items, codex.message('user', planted.question))
    const back = await stage.askCloudBehind(local, next, { thinking: 'I see.', text: 'Back again.' })
    expect(itemsOf(back.text)).toMatchObject([{ type: 'reasoning' }, { content: [{ text: 'Back again.' }] }])
    const heard = arrayOf((await stage.heardBy('responses'))['input'])
    expect(heard).toHaveLength(arrayOf(next.body['input']).length)
    expect(heard.filter((item) => objectOf(item)['encrypted_content'] !== undefined).length).toBeGreaterThan(5)
    expect(await stage.refusals()).toEqual([])
  })

  it.each(['chat', 'messages', local] as const)(
    'gets exactly one compaction item of %s, and goes on with it',
    async (answerer) => {
      const { text } = await stage.ask(answerer, codex.compactionRequest(longHistory('builtIn')), {
        text: 'We like pizza.',
      })
      const items = itemsOf(text)
      expect(items).toMatchObject([{ type: 'compaction', encrypted_content: expect.any(String) }])
      expect(endingOf(text)).toMatchObject({ type: 'response.completed', output: items })
      const next = codex.followUp(codex.builtInRequest(), ...items, codex.message('user', planted.question))
      await stage.ask(local, next)
      expect(await stage.wordsTold(local)).toContain('We like pizza.')
      await stage.askCloudBehind(local, next, { text: 'Pizza.' })
      expect(JSON.stringify(await stage.heardBy('responses'))).toContain('We like pizza.')
      expect(await stage.refusals()).toEqual([])
    },
  )

  it('gets a plain message for the compaction that it asks a provider of its own for', async () => {
    const { text } = await stage.ask(local, codex.plainCompactionRequest(), { text: 'We like pizza.' })
    expect(itemsOf(text)).toMatchObject([{ type: 'message', content: [{ text: 'We like pizza.' }] }])
    expect(await stage.toolsOffered(local)).toEqual([])
  })

  it('is told with 426 that there is no WebSocket, which it takes at its first try', async () => {
    const headers = { connection: 'Upgrade', upgrade: 'websocket', 'openai-beta': 'responses_websockets=2026-02-06' }
    const asked = httpRequest(`${stage.urlOf(local)}/v1/responses`, { headers }).end()
    const [response]: IncomingMessage[] = await once(asked, 'response')
    expect(response?.statusCode).toBe(426)
    response?.resume()
  })

  it.each([
    ['an overload', 'overloaded_error', 'Overloaded', 'server_is_overloaded'],
    ['a rate limit', 'rate_limit_error', 'Too many requests, please try again in 2s.', 'rate_limit_exceeded'],
    ['a spent credit', 'billing_error', 'Your credit balance is too low.', 'insufficient_quota'],
    ['anything else', 'api_error', 'Internal server error', 'server_error'],
  ])(
    'hears of %s in the middle of an answer that nobody can go on with as response.failed, by a code it knows',
    async (_what, type, message, code) => {
      const frame = `event: error\ndata: ${JSON.stringify({ type: 'error', error: { type, message } })}\n\n`
      await stage.provider.play({ mode: 'error-midstream', frame })
      await stage.ollama.play({ mode: 'not-pulled' })
      const { text } = await stage.send('messages', codex.customProviderRequest())
      const error = {
        code,
        message: expect.stringMatching(new RegExp(`^${message} \\(Trooper: primary: .*404 unknown`)),
      }
      expect(endingOf(text)).toMatchObject({ type: 'response.failed', response: { error } })
    },
  )

  it('hears of a local model that breaks off in the same way', async () => {
    await stage.provider.play({ mode: 'openai-quota' })
    await stage.ollama.play({ mode: 'error-line', chunks: 2 })
    const { text } = await stage.send(local, codex.customProviderRequest())
    expect(strictClients['openai-responses'](text)).toMatchObject({ ending: 'failed' })
  })

  it.each([
    ['openai-quota', 'insufficient_quota'],
    ['chatgpt-usage-limit', undefined],
  ] as const)("gets its provider's own word (%s) and no wait of hours when nobody can answer", async (mode, code) => {
    await stage.provider.play({ mode, retryAfter: '3600' })
    await stage.ollama.play({ mode: 'not-pulled' })
    const answer = await stage.send(local, codex.customProviderRequest())
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, null])
    const error = objectOf(objectOf(parseJson(answer.text))['error'])
    expect(code === undefined ? error['type'] : error['code']).toBe(code ?? 'usage_limit_reached')
  })

  it('--oss finds an Ollama that is new enough, its models, and an answer of the one it names', async () => {
    const get = async (path: string): Promise<JsonObject> =>
      objectOf(parseJson(await (await fetch(stage.urlOf(local) + path)).text()))
    expect(await get('/api/version')).toMatchObject({ version: expect.stringMatching(/^(0\.(1[4-9]|[2-9]\d)|[1-9])/) })
    expect(JSON.stringify(await get('/api/tags'))).toContain('qwen2.5:3b')
    const answer = await stage.send(local, changed(codex.customProviderRequest(), { model: 'qwen2.5:3b' }))
    expect(itemsOf(answer.text)).toHaveLength(1)
    expect(await stage.provider.requests('/v1/responses')).toEqual([])
  })

  it('finds the models of its provider, and the local one while that is spent', async () => {
    const headers = { authorization: `Bearer ${newKey()}` }
    await stage.provider.play({ mode: 'openai-quota' })
    const models = await (await fetch(`${stage.urlOf(local)}/v1/models`, { headers })).json()
    expect(models).toMatchObject({ object: 'list', data: [{ id: 'qwen2.5:3b', object: 'model' }] })
  })

  it('replays a call of the cloud that a local model sees as its own', async () => {
    const cloud = customCall('1', 'exec', program, 'functions')
    await stage.ask(local, codex.followUp(codex.builtInRequest(), cloud, customOutput('1', 'probe')))
    const messages = arrayOf((await stage.heardBy(local))['messages']).map(objectOf)
    expect(messages.at(-2)).toMatchObject({
      tool_calls: [{ function: { name: 'exec', arguments: { input: program } } }],
    })
    expect(messages.at(-1)).toMatchObject({ role: 'tool', content: 'probe', tool_name: 'exec' })
  })
})
