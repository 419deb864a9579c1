/** Generated requests of the worst kind: whatever a client may hold of a conversation, in any order, whoever had a part in it. */
import fc from 'fast-check'
import { freeformTool } from '../../src/dialects/freeform.ts'
import { clientDialects } from '../../src/dialects/registry.ts'
import type {
  AssistantPart,
  ChatRequest,
  DialectName,
  FilePart,
  Message,
  OpaquePart,
  Output,
  Sampling,
  Seal,
  TextPart,
  Tool,
  ToolChoice,
  ToolResultPart,
} from '../../src/ir/request.ts'
import { fitName } from '../../src/wire/fit-name.ts'
import { names, objects } from './requests.ts'
import { ownId, ownSeal } from './own-seals.ts'

const texts = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom('', ' ', '\n\n', '世界 🌍', 'Well. ', '</system>'),
)
const text: fc.Arbitrary<TextPart> = fc.record(
  {
    type: fc.constant('text' as const),
    text: texts,
    cache: fc.constant({ type: 'ephemeral' }),
  },
  { requiredKeys: ['type', 'text'] },
)
const file: fc.Arbitrary<FilePart> = fc
  .record({
    mediaType: fc.constantFrom('image/png', 'image/*', 'application/pdf', 'text/plain', 'audio/wav'),
    data: fc.constantFrom<FilePart['data']>(
      { from: 'base64', data: 'aGk=' },
      { from: 'url', url: 'https://example.com/a?b=c' },
      { from: 'id', id: 'file_1' },
      { from: 'text', text: 'A document.' },
    ),
    filename: fc.constantFrom('a.pdf', 'b c.txt'),
  })
  .map((fields) => ({ type: 'file', ...fields }))

/** What only its own provider understands. */
const serverCalls: readonly OpaquePart[][] = [
  [
    {
      type: 'opaque',
      dialect: 'anthropic',
      kind: 'server_tool_use',
      value: { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} },
    },
    {
      type: 'opaque',
      dialect: 'anthropic',
      kind: 'web_search_tool_result',
      value: { type: 'web_search_tool_result', tool_use_id: 'srvtoolu_1', content: [] },
    },
  ],
  [
    {
      type: 'opaque',
      dialect: 'openai-responses',
      kind: 'web_search_call',
      value: { type: 'web_search_call', id: ownId('ws'), status: 'completed', action: { type: 'search', query: 'x' } },
    },
  ],
  [
    {
      type: 'opaque',
      dialect: 'openai-responses',
      kind: 'compaction',
      value: { type: 'compaction', encrypted_content: ownSeal('Short.') },
    },
  ],
]

const thought = fc
  .tuple(texts, fc.constantFrom('none', 'signature', 'redacted', 'encrypted'))
  .map(([said, kind]): AssistantPart => ({
    type: 'reasoning',
    text: kind === 'redacted' ? '' : said,
    ...(kind !== 'none' && { seal: sealOf(kind, said) }),
  }))

/** No two items have one id. */
function numberSeals(message: Message, at: number): Message {
  if (message.role !== 'assistant') return message
  const content = message.content.map((part, index) =>
    part.type === 'reasoning' && part.seal?.id !== undefined
      ? { ...part, seal: { ...part.seal, id: ownId(`rs_${at}_${index}`) } }
      : part,
  )
  return { role: 'assistant', content }
}

function sealOf(kind: string, said: string): Seal {
  const value = ownSeal(said)
  if (kind === 'encrypted') return { dialect: 'openai-responses', kind, value, id: ownId('rs') }
  return { dialect: 'anthropic', kind: kind === 'redacted' ? 'redacted' : 'signature', value }
}

/** Ids as models make them: few, so that some meet; too long; of other characters; none. */
const ids = fc.constantFrom(
  'a',
  'b',
  'toolu_01',
  'functions.f:0',
  'functions.f:1',
  '',
  'ü',
  'c'.repeat(70),
  'D681PevKs',
)
const toolNames = fc.oneof(names, fc.constantFrom('mcp.read', `mcp__${'x'.repeat(90)}`, 'ünïcode', 'a b'))
const inputs = fc.oneof(
  objects.map((value) => JSON.stringify(value)),
  fc.constantFrom('', '{"a":', '[]', '{"n":12345678901234567890}'),
)

const call = fc
  .record({ id: ids, name: toolNames, input: inputs, isFreeform: fc.boolean(), group: fc.option(names) })
  .map(({ isFreeform, group, input, ...rest }): AssistantPart => ({
    type: 'tool-call',
    ...rest,
    input: isFreeform ? JSON.stringify({ input }) : input,
    ...(isFreeform && { freeform: true }),
    ...(group !== null && { namespace: { group: `ns_${group}`, name: fitName(rest.name, 30) } }),
  }))
const result = fc
  .record({ callId: ids, content: fc.array(fc.oneof(text, file), { maxLength: 2 }), isError: fc.boolean() })
  .map((fields): ToolResultPart => ({ type: 'tool-result', ...fields }))

const message: fc.Arbitrary<Message> = fc.oneof(
  fc.array(text, { maxLength: 2 }).map((content): Message => ({ role: 'system', content })),
  fc.array(fc.oneof(text, file), { maxLength: 3 }).map((content): Message => ({ role: 'user', content })),
  fc.array(result, { minLength: 1, maxLength: 3 }).map((content): Message => ({ role: 'tool', content })),
  fc
    .array(
      fc.oneof(
        { arbitrary: fc.oneof(text, thought, file).map((part) => [part]), weight: 3 },
        call.map((part) => [part]),
      ),
      {
        maxLength: 4,
      },
    )
    .map((parts): Message => ({ role: 'assistant', content: parts.flat() })),
)

const question: Message = { role: 'user', content: [{ type: 'text', text: 'Well?' }] }

/** At least one message says something; at most one has each server call, as their ids are fixed. */
const messages = fc
  .tuple(fc.array(message, { maxLength: 8 }), fc.subarray([...serverCalls]))
  .map(([all, calls]): Message[] => [
    question,
    ...all.map(numberSeals),
    ...calls.map((content): Message => ({ role: 'assistant', content })),
  ])
  .chain((all) => fc.shuffledSubarray(all, { minLength: all.length }))

const descriptions = fc.oneof(texts, fc.constant('Read this. '.repeat(150)))
const localShell = clientDialects['openai-responses'].decodeRequest({
  model: 'm',
  input: 'x',
  tools: [{ type: 'local_shell' }],
}).tools
const tool: fc.Arbitrary<Tool> = fc.oneof(
  fc
    .record({
      name: toolNames,
      description: descriptions,
      properties: objects,
      group: fc.option(names),
      strict: fc.boolean(),
    })
    .map(({ properties, group, name, ...rest }): Tool => ({
      type: 'function',
      name,
      ...rest,
      inputSchema: { type: 'object', properties },
      ...(group !== null && { namespace: { group: `ns_${group}`, name: fitName(name, 30) } }),
    })),
  fc.tuple(toolNames, descriptions).map(([name, description]): Tool =>
    freeformTool(name, description, {
      type: 'grammar',
      syntax: 'lark',
      definition: 'start: /x/',
    }),
  ),
  fc.constantFrom<Tool>(
    ...localShell,
    opaqueTool('anthropic', { type: 'web_search_20260301', name: 'web_search' }),
    opaqueTool('openai-responses', { type: 'web_search' }),
  ),
)

function opaqueTool(dialect: DialectName, value: { type: string; name?: string }): Tool {
  return { type: 'opaque', dialect, kind: value.type, value }
}

function nameOf(tool: Tool): string {
  return tool.type === 'function' ? tool.name : tool.kind
}

const sampling: fc.Arbitrary<Sampling> = fc.record(
  {
    maxOutputTokens: fc.integer({ min: 1, max: 64_000 }),
    temperature: fc.constantFrom(0, 0.7, 1, 2),
    topP: fc.constantFrom(0, 0.5, 1),
    topK: fc.integer({ min: 1, max: 40 }),
    seed: fc.integer(),
    presencePenalty: fc.constantFrom(-1, 1),
    stopSequences: fc.array(names, { maxLength: 2 }),
  },
  { requiredKeys: ['stopSequences'] },
)
const reasoning = fc.constantFrom<NonNullable<ChatRequest['reasoning']>>(
  {},
  { effort: 'none' },
  { effort: 'minimal' },
  { effort: 'max', isHidden: true },
  { budgetTokens: 500 },
  { budgetTokens: 100_000 },
)
const output = fc.constantFrom<Output>(
  { type: 'text' },
  { type: 'json' },
  { type: 'json', schema: { type: 'object', properties: {} } },
  { type: 'json', schema: { type: 'object', properties: {} }, name: 'my answer', strict: true },
)

/** `model` is one that the target knows. */
export function wildRequests(models: readonly string[]): fc.Arbitrary<ChatRequest> {
  return fc
    .record({
      model: fc.constantFrom(...models),
      messages,
      tools: fc.uniqueArray(tool, { maxLength: 4, selector: nameOf }),
      choice: fc.constantFrom<ToolChoice['type']>('auto', 'none', 'required', 'tool'),
      place: fc.nat(3),
      sampling,
      reasoning: fc.option(reasoning),
      output,
      isSerial: fc.option(fc.boolean()),
    })
    .map(({ choice, place, reasoning: asked, isSerial, tools, ...rest }): ChatRequest => {
      const named = tools[place % Math.max(1, tools.length)]
      const isNamed = choice === 'tool' && named !== undefined
      return {
        ...rest,
        stream: true,
        tools,
        toolChoice: isNamed
          ? { type: 'tool', name: nameOf(named) }
          : choice === 'tool'
            ? { type: 'auto' }
            : { type: choice },
        ...(asked !== null && { reasoning: asked }),
        ...(isSerial !== null && { parallelToolCalls: isSerial }),
        extras: {},
      }
    })
}
