/** What the Messages API refuses, sentence by sentence (providers.md 4.1, 4.2, 4.3). */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type FakeProvider, startProvider } from './start.ts'

let provider: FakeProvider
beforeAll(async () => {
  provider = await startProvider()
})
afterEach(() => provider.reset())
afterAll(() => provider.stop())

async function post(body: object, beta?: string): Promise<Response> {
  const headers = { 'content-type': 'application/json', 'x-api-key': 'k', 'anthropic-version': '2023-06-01' }
  const betas: Record<string, string> = beta === undefined ? {} : { 'anthropic-beta': beta }
  const request = { method: 'POST', headers: { ...headers, ...betas }, body: JSON.stringify(body) }
  return fetch(`${provider.url}/v1/messages`, request)
}

/** The sentence of the refusal; `undefined` for an answer. */
async function refusalOf(body: object, beta?: string): Promise<string | undefined> {
  const response = await post(body, beta)
  const answer: { error?: { message: string } } = Object(await response.json())
  expect(response.status).toBe(answer.error ? 400 : 200)
  return answer.error?.message
}

const words = (text: string): object => ({ role: 'user', content: text })
const said = (...content: object[]): object => ({ role: 'assistant', content })
const results = (...ids: string[]): object => ({
  role: 'user',
  content: ids.map((tool_use_id) => ({ type: 'tool_result', tool_use_id })),
})
const use = (id: string): object => ({ type: 'tool_use', id, name: 'f', input: {} })
const tool = (fields: object): object => ({ name: 'f', input_schema: { type: 'object' }, ...fields })

const asked = { max_tokens: 4096, messages: [words('Say something.')] }
const old = { ...asked, model: 'claude-sonnet-4-5' }
const adaptive = { ...asked, model: 'claude-opus-4-8' }
const enabled = { type: 'enabled', budget_tokens: 1024 }

const lost = 'Each `advisor_tool_result` block must have a corresponding `server_tool_use` block before it.'

test.each<[string, object, string]>([
  [
    'a budget of thinking of a model that adapts',
    { ...adaptive, thinking: enabled },
    '"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.',
  ],
  [
    'adaptive thinking of a model that knows budgets',
    { ...old, thinking: { type: 'adaptive' } },
    'adaptive thinking is not supported on this model',
  ],
  [
    'no thinking of a model that always thinks',
    { ...asked, model: 'claude-fable-5-1', thinking: { type: 'disabled' } },
    '"thinking.type.disabled" is not supported for this model.',
  ],
  [
    'a budget that is too small',
    { ...old, thinking: { type: 'enabled', budget_tokens: 1000 } },
    'thinking.enabled.budget_tokens: Input should be greater than or equal to 1024',
  ],
  [
    'a budget beyond the limit',
    { ...old, thinking: { type: 'enabled', budget_tokens: 4096 } },
    '`max_tokens` must be greater than `thinking.budget_tokens`.',
  ],
  [
    'thinking and a forced tool',
    { ...old, thinking: enabled, tools: [tool({})], tool_choice: { type: 'any' } },
    'Thinking may not be enabled when tool_choice forces tool use.',
  ],
  [
    'thinking and a temperature',
    { ...old, thinking: enabled, temperature: 0.5 },
    '`temperature` may only be set to 1 when thinking is enabled.',
  ],
  [
    'sampling parameters after Opus 4.6',
    { ...adaptive, temperature: 0.5 },
    '`temperature` is deprecated for this model.',
  ],
  ['a temperature of OpenAI’s range', { ...old, temperature: 1.5 }, 'temperature: range: 0..1'],
  [
    'two ways of sampling',
    { ...old, temperature: 0.5, top_p: 0.5 },
    '`temperature` and `top_p` cannot both be specified for this model. Please use only one.',
  ],
  [
    'thinking without a signature',
    { ...old, messages: [words('a'), said({ type: 'thinking', thinking: 'x' }), words('b')] },
    'messages.1.content.0.thinking.signature: Field required',
  ],
  [
    'redacted thinking of somebody else',
    { ...old, messages: [words('a'), said({ type: 'redacted_thinking', data: 'x' }), words('b')] },
    'messages.1.content.0: Invalid `data` in `redacted_thinking` block',
  ],
  [
    'a system message between the others',
    { ...old, messages: [words('a'), { role: 'system', content: 'b' }] },
    'messages: Unexpected role "system". The Messages API accepts a top-level `system` parameter, not "system" as an input message role.',
  ],
  [
    'words before a result',
    {
      ...old,
      messages: [
        words('a'),
        said(use('toolu_1')),
        {
          role: 'user',
          content: [
            { type: 'text', text: 'b' },
            { type: 'tool_result', tool_use_id: 'toolu_1' },
          ],
        },
      ],
    },
    'messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: toolu_1. Each `tool_use` block must have a corresponding `tool_result` block in the next message.',
  ],
  [
    'two calls of one id',
    { ...old, messages: [words('a'), said(use('c')), results('c'), said(use('c')), results('c')] },
    'messages.3.content.0: `tool_use` ids must be unique',
  ],
  [
    'a server tool with an id of a client tool',
    { ...old, messages: [words('a'), said({ type: 'server_tool_use', id: 'toolu_1', name: 'x', input: {} })] },
    "messages.1.content.0.server_tool_use.id: String should match pattern '^srvtoolu_[a-zA-Z0-9_]+$'",
  ],
  [
    'the result of a server tool whose call is lost',
    { ...old, messages: [words('a'), said({ type: 'advisor_tool_result', tool_use_id: 'srvtoolu_1', content: [] })] },
    `messages.1.content.0: unexpected \`tool_use_id\` found in \`advisor_tool_result\` blocks: srvtoolu_1. ${lost}`,
  ],
  [
    'words while a server tool is pending',
    {
      ...old,
      messages: [
        words('a'),
        said({ type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} }),
        words('b'),
      ],
    },
    'messages.2: only `tool_result` blocks may follow while a server tool is pending',
  ],
  [
    'a tool with a name that does not fit',
    { ...old, tools: [tool({ name: 'fs.read' })] },
    "tools.0.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'",
  ],
  ['two tools of one name', { ...old, tools: [tool({}), tool({})] }, 'tools: Tool names must be unique.'],
  [
    'a field of another dialect in a tool',
    { ...old, tools: [tool({ parameters: {} })] },
    'tools.0.custom.parameters: Extra inputs are not permitted',
  ],
  [
    'a tool without a schema',
    { ...old, tools: [{ name: 'f', input_schema: {} }] },
    'tools.0.custom.input_schema.type: Field required',
  ],
  [
    'a choice without tools',
    { ...old, tool_choice: { type: 'auto' } },
    'tool_choice may only be specified while providing tools',
  ],
  [
    'the choice of a tool that is not offered',
    { ...old, tools: [tool({})], tool_choice: { type: 'tool', name: 'g' } },
    "Tool 'g' not found in provided tools",
  ],
  [
    'the field of a beta without its header',
    { ...old, context_management: { edits: [] } },
    'context_management: Extra inputs are not permitted',
  ],
  [
    'the rule for bindings without its header',
    { ...old, thinking: { ...enabled, block_binding: { prefix_mismatch_behavior: 'drop_block' } } },
    'thinking.block_binding: Extra inputs are not permitted',
  ],
  [
    'a fallback block without its header',
    { ...old, messages: [words('a'), said({ type: 'fallback' }), words('b')] },
    'messages.1.content.0.fallback: Extra inputs are not permitted',
  ],
])('the Messages API refuses %s', async (_name, body, message) => {
  expect(await refusalOf(body)).toBe(message)
})

describe('thinking that was given out', () => {
  const model = 'claude-opus-5-5'
  interface Block {
    type: string
    thinking?: string
  }

  const think = async (thinking: string, messages: object[], asks: object = { model }): Promise<Block[]> => {
    await provider.play({ mode: 'ok', thinking, text: 'Yes.', times: 1 })
    const answer: { content: Block[] } = Object(await (await post({ ...asked, ...asks, messages })).json())
    return answer.content
  }

  test('is taken back, with what nobody may read, and with other turns behind it', async () => {
    await provider.play({ mode: 'ok', thinking: 'Hm.', redacted: 'Secret.', text: 'Yes.', times: 1 })
    const answer: { content: Block[] } = Object(await (await post({ ...asked, model })).json())
    expect(answer.content.map(({ type }) => type)).toEqual(['thinking', 'redacted_thinking', 'text'])
    const local = [words('b'), said({ type: 'text', text: 'From elsewhere.' }), words('c')]
    expect(await refusalOf({ ...asked, model, messages: [words('Say something.'), said(...answer.content)] })).toBe(
      'This model does not support assistant message prefill. The conversation must end with a user message.',
    )
    const messages = [words('Say something.'), said(...answer.content), ...local]
    expect(await refusalOf({ ...asked, model, messages })).toBeUndefined()
  })

  test('is refused when its words are changed, in the latest turn and in others', async () => {
    const [block] = await think('Hm.', asked.messages)
    const edited = { ...block, thinking: 'Hmm.' }
    const messages = [...asked.messages, said(edited), words('b')]
    expect(await refusalOf({ ...asked, model, messages })).toBe(
      'messages.1.content.0: `thinking` or `redacted_thinking` blocks in the latest assistant message cannot be modified. These blocks must remain as they were in the original response.',
    )
    const later = [...messages, said({ type: 'text', text: 'c' }), words('d')]
    expect(await refusalOf({ ...asked, model, messages: later })).toBe(
      'messages.1.content.0: Invalid `signature` in `thinking` block',
    )
  })

  test('is bound to what came before it, and says what would help', async () => {
    const content = await think('Hm.', asked.messages)
    const messages = [words('Edited.'), said(...content), words('b')]
    const refusal = await refusalOf({ ...asked, model, messages })
    expect(refusal).toContain('The block is bound to a different conversation. Remove the block, or set')
    expect(refusal).toContain(
      'That setting requires the `thinking-binding-controls-2026-08-01` value in the `anthropic-beta` header.',
    )
    expect(refusal).toContain(
      'Content that preceded this block when it was created is missing from this request, starting at `messages.0.content.0`.',
    )
    const thinking = { type: 'adaptive', block_binding: { prefix_mismatch_behavior: 'drop_block' } }
    const dropping = { ...asked, model, messages, thinking }
    expect(await refusalOf(dropping, 'thinking-binding-controls-2026-08-01')).toBeUndefined()
  })

  test('is bound to the tools and the system prompt, unless an older model or another one reads it', async () => {
    const content = await think('Hm.', asked.messages)
    const messages = [...asked.messages, said(...content), words('b')]
    const changed = { ...asked, messages, system: 'New.' }
    expect(await refusalOf({ ...changed, model })).toContain('bound to a different conversation')
    expect(await refusalOf({ ...changed, model: 'claude-sonnet-5-5' })).toBeUndefined()
    const unbound = await think('Hm.', asked.messages, { model: 'claude-sonnet-4-5' })
    const older = {
      ...changed,
      model: 'claude-sonnet-4-5',
      messages: [...asked.messages, said(...unbound), words('b')],
    }
    expect(await refusalOf(older)).toBeUndefined()
  })

  test('may be left out at the start and altogether, but not in the middle, nor come back', async () => {
    const first = await think('One.', asked.messages)
    const text = (content: Block[]): Block[] => content.filter(({ type }) => type === 'text')
    const two = [...asked.messages, said(...first), words('b')]
    const second = await think('Two.', two)
    const three = [...two, said(...second), words('c')]
    const third = await think('Three.', three)
    const turns = (...contents: Block[][]): object => ({
      ...asked,
      model,
      messages: [...asked.messages, ...contents.flatMap((content) => [said(...content), words('x')])].map(
        (message, at) => (at === 2 ? words('b') : at === 4 ? words('c') : message),
      ),
    })
    expect(await refusalOf(turns(first, second, third))).toBeUndefined()
    expect(await refusalOf(turns(text(first), second, third))).toBeUndefined()
    expect(await refusalOf(turns(text(first), text(second), text(third)))).toBeUndefined()
    expect(await refusalOf(turns(first, text(second), third))).toContain('bound to a different conversation')
    const bare = [...asked.messages, said(...text(first)), words('b')]
    const later = await think('Later.', bare)
    expect(await refusalOf(turns(first, later))).toContain('bound to a different conversation')
  })
})
