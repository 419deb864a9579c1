/** Tool loops with single Chat Completions vendors that are away for a while: what the local model did meanwhile is refused by none (providers.md 4.6). */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { OllamaBehaviour, ProviderBehaviour } from '../fakes/control.ts'
import { type VendorName, vendorNames } from '../fakes/vendors.ts'
import { planted } from '../secrets.ts'
import { startStage, type Stage } from './trooper.ts'

interface Call {
  id: string
  function: { name: string; arguments: string }
}
interface Said {
  role: string
  content: string | null
  tool_calls?: Call[]
}

const away: ProviderBehaviour = { mode: 'openai-overloaded', times: 1 }
const weather = (city: string, id?: string) => ({ name: 'get_weather', input: { city }, ...(id && { id }) })
const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
const tools = [{ type: 'function', function: { name: 'get_weather', parameters } }]

const manual = 'Read this before you use the tool. '.repeat(60)

/** Requests of apps that speak another dialect, in the middle of a conversation, with what single vendors stumble over. */
const foreign = {
  '/v1/messages': {
    max_tokens: 1000,
    temperature: 1,
    system: 'You are an agent.',
    thinking: { type: 'enabled', budget_tokens: 1024 },
    tools: [{ name: 'mcp.read', description: manual, input_schema: parameters }],
    messages: [
      { role: 'user', content: 'Hi' },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'Hm.', signature: 'EqQBCgIY' },
          { type: 'tool_use', id: 'toolu_01VpEm654HvfMoRcrE3Hgdc6', name: 'mcp.read', input: {} },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'toolu_01VpEm654HvfMoRcrE3Hgdc6', content: 'Done.', is_error: true },
          { type: 'text', text: 'Go on.' },
        ],
      },
      { role: 'system', content: 'The file was changed.' },
    ],
  },
  '/v1/responses': {
    instructions: 'You are an agent.',
    store: false,
    max_output_tokens: 1000,
    tools: [
      {
        type: 'custom',
        name: 'apply_patch',
        description: manual,
        format: { type: 'grammar', syntax: 'lark', definition: 'start: /x/' },
      },
      { type: 'namespace', name: 'n', description: 'N', tools: [{ type: 'function', name: 'f', parameters }] },
      { type: 'local_shell' },
      { type: 'web_search' },
    ],
    tool_choice: 'auto',
    parallel_tool_calls: true,
    input: [
      { role: 'user', content: 'Hi' },
      { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'gAAAA' },
      { type: 'custom_tool_call', call_id: 'c1', name: 'apply_patch', input: 'x' },
      {
        type: 'local_shell_call',
        call_id: 'c2',
        action: { type: 'exec', command: ['ls'], env: {} },
        status: 'completed',
      },
      { role: 'developer', content: 'Hurry.' },
      { type: 'custom_tool_call_output', call_id: 'c1', output: 'Done.' },
      {
        type: 'function_call_output',
        call_id: 'c2',
        output: [
          { type: 'input_text', text: 'a' },
          { type: 'input_image', image_url: 'data:image/png;base64,AAAA' },
        ],
      },
      { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search', query: 'x' } },
      { role: 'user', content: 'Go on.' },
    ],
  },
}

describe.each(vendorNames)('with %s', (vendor) => {
  /** An app that sends everything back may only be shown reasoning by a vendor that takes it back. */
  const own = vendor === 'deepseek' ? { thinking: 'Hm.' } : {}
  let stage: Stage
  let messages: object[]

  beforeAll(async () => {
    stage = await startStage('/v1/chat/completions', { PRIMARY_PROVIDER: vendor, FALLBACK_MODEL: 'qwen3:8b' })
  })
  afterAll(() => stage.stop())
  beforeEach(async () => {
    await stage.provider.reset()
    await stage.provider.configure({ vendor })
    await stage.ollama.reset()
    messages = []
  })

  /** One question of an app that keeps every message as it came, and answers calls. */
  const ask = async (question: object): Promise<Said> => {
    messages.push(question)
    const response = await fetch(`${stage.trooper.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${planted.clientKey}` },
      body: JSON.stringify({ model: modelOf(vendor), messages, tools }),
    })
    const answer: { choices?: { message: Said }[] } = Object(await response.json())
    const message = answer.choices?.[0]?.message
    if (!message) throw new Error(`${response.status}: ${JSON.stringify(answer)}`)
    messages.push(message)
    return message
  }
  const words = (content: string) => ask({ role: 'user', content })
  /** Answers all calls but the last at once, and asks with the last one. */
  const giveResults = (said: Said): Promise<Said> => {
    const results = (said.tool_calls ?? []).map(({ id }) => ({
      role: 'tool',
      tool_call_id: id,
      content: 'It is sunny.',
    }))
    const last = results.pop()
    messages.push(...results)
    if (!last) throw new Error('nothing was called')
    return ask(last)
  }
  const nobodyRefused = async (): Promise<void> => {
    const all = [...(await stage.provider.journal()).requests, ...(await stage.ollama.journal()).requests]
    expect(all.map(({ rejected }) => rejected).filter(Boolean)).toEqual([])
  }
  const play = async (provider: ProviderBehaviour[], ollama: OllamaBehaviour[]): Promise<void> => {
    await stage.provider.play(...provider)
    await stage.ollama.play(...ollama)
  }

  it('the provider is away between two calls and their results, and back for the next question', async () => {
    await play(
      [{ mode: 'ok', ...own, toolCalls: [weather('Bern'), weather('Oslo')], times: 1 }, away],
      [{ mode: 'ok', thinking: 'Local.', text: planted.localAnswer }],
    )
    expect(await giveResults(await words(planted.prompt))).toMatchObject({ content: planted.localAnswer })
    await stage.provider.play({ mode: 'ok', text: planted.cloudAnswer })
    expect(await words('And now?')).toMatchObject({ content: planted.cloudAnswer })
    await nobodyRefused()
  })

  it.each([
    ['odd ones', 'functions.get_weather:0', 'functions.get_weather:1'],
    ['long ones', `call_${'x'.repeat(60)}1`, `call_${'x'.repeat(60)}2`],
    ['one for all', 'call_0', 'call_0'],
  ])('the local model calls, with ids that are %s, and the provider gets the results', async (_what, first, second) => {
    await play(
      [away, { mode: 'ok', ...own, toolCalls: [weather('Rome')], times: 1 }, away],
      [
        { mode: 'ok', thinking: 'Local.', toolCalls: [weather('Bern', first), weather('Oslo', second)], times: 1 },
        { mode: 'ok', text: planted.localAnswer, times: 1 },
        { mode: 'ok', toolCalls: [weather('Kyiv', first)], times: 1 },
        { mode: 'ok', text: planted.localAnswer },
      ],
    )
    const local = await words(planted.prompt)
    expect(local.tool_calls).toHaveLength(2)
    // The loop is its own to end.
    expect(await giveResults(local)).toMatchObject({ content: planted.localAnswer })
    const cloud = await words('And Rome?')
    expect(cloud.tool_calls).toMatchObject([{ function: { arguments: '{"city":"Rome"}' } }])
    const again = await giveResults(cloud)
    expect(again.tool_calls).toMatchObject([{ function: { arguments: '{"city":"Kyiv"}' } }])
    expect(await giveResults(again)).toMatchObject({ content: planted.localAnswer })
    await stage.provider.play({ mode: 'ok', text: planted.cloudAnswer })
    expect(await words('And now?')).toMatchObject({ content: planted.cloudAnswer })
    const ids = messages.flatMap((message) => ('tool_calls' in message ? (message.tool_calls as Call[]) : []))
    expect(new Set(ids.map(({ id }) => id)).size).toBe(4)
    await nobodyRefused()
  })

  it.each([
    ['nothing', { text: '' }],
    ['only a thought', { text: '', thinking: 'Local.' }],
    ['white space', { text: '\n\n' }],
  ])('the local model says %s, and the provider goes on', async (_what, said) => {
    await play([away], [{ mode: 'ok', ...said }])
    await words(planted.prompt)
    await stage.provider.play({ mode: 'ok', text: planted.cloudAnswer })
    expect(await words('And now?')).toMatchObject({ content: planted.cloudAnswer })
    await nobodyRefused()
  })

  // OpenAI and Groq speak Responses themselves.
  const relayed = vendor === 'openai' || vendor === 'groq' ? '/v1/responses' : ''
  it.each(Object.entries(foreign).filter(([endpoint]) => endpoint !== relayed))(
    '%s, with a history of its own kind, is understood',
    async (endpoint, asked) => {
      const response = await fetch(stage.trooper.url + endpoint, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'anthropic-version': '2023-06-01',
          'x-api-key': planted.clientKey,
        },
        body: JSON.stringify({ model: modelOf(vendor), ...asked }),
      })
      expect(await response.text()).toContain('Hello from the cloud')
      expect(response.status).toBe(200)
      expect(response.headers.get('x-trooper-fallback')).toBeNull()
      await nobodyRefused()
    },
  )

  it('a user who breaks off a tool loop of the local model with words of their own is heard by the provider', async () => {
    await play(
      [away],
      [
        { mode: 'ok', toolCalls: [weather('Bern')], times: 1 },
        { mode: 'ok', text: planted.localAnswer },
      ],
    )
    const local = await words(planted.prompt)
    for (const { id } of local.tool_calls ?? []) messages.push({ role: 'tool', tool_call_id: id, content: 'Stopped.' })
    await stage.provider.play({ mode: 'ok', text: planted.cloudAnswer })
    expect(await words('Never mind.')).toMatchObject({ content: planted.cloudAnswer })
    await nobodyRefused()
  })
})

function modelOf(vendor: VendorName): string {
  const models = {
    openai: 'gpt-5.4',
    mistral: 'devstral-2512',
    gemini: 'gemini-3-pro',
    deepseek: 'deepseek-chat',
    groq: 'openai/gpt-oss-120b',
  }
  return models[vendor]
}
