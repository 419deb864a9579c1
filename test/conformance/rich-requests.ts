/** Generated requests with what only some dialects hold, and what each of them makes of one. */
import fc from 'fast-check'
import { freeformTool } from '../../src/dialects/freeform.ts'
import { clientDialects } from '../../src/dialects/registry.ts'
import type {
  AssistantPart,
  ChatRequest,
  FilePart,
  FunctionTool,
  Message,
  OpaquePart,
  Tool,
  ToolCallPart,
  ToolResultPart,
} from '../../src/ir/request.ts'
import type { SseClientName } from './demand.ts'
import { ownSeal } from './own-seals.ts'
import { objects, requests, words } from './requests.ts'

const [localShell] = clientDialects['openai-responses'].decodeRequest({
  model: 'm',
  input: 'x',
  tools: [{ type: 'local_shell' }],
}).tools

/** Tools of every kind, in the order in which a wire lists them: those of one namespace stand together. */
const tools: fc.Arbitrary<Tool[]> = fc
  .record({
    described: words,
    properties: objects,
    hasShell: fc.boolean(),
    hasGrammar: fc.boolean(),
    members: fc.nat(2),
  })
  .map(({ described, properties, hasShell, hasGrammar, members }): Tool[] => [
    freeformTool(
      'patch',
      described,
      hasGrammar ? { type: 'grammar', syntax: 'lark', definition: 'start: /x/' } : undefined,
    ),
    ...(hasShell && localShell ? [localShell] : []),
    ...Array.from({ length: members }, (_, at): Tool => {
      const name = `member_${at}`
      const namespace = { group: 'crew', name, groupDescription: described }
      return { type: 'function', name, inputSchema: { type: 'object', properties }, strict: false, namespace }
    }),
  ])

const sealed = fc.constantFrom('none', 'signature', 'redacted', 'encrypted').chain((kind) =>
  words.map((said): AssistantPart => {
    const value = ownSeal(said)
    if (kind === 'none') return { type: 'reasoning', text: said }
    if (kind === 'encrypted')
      return { type: 'reasoning', text: said, seal: { dialect: 'openai-responses', kind, value, id: 'rs_1' } }
    const text = kind === 'redacted' ? '' : said
    return {
      type: 'reasoning',
      text,
      seal: { dialect: 'anthropic', kind: kind === 'redacted' ? kind : 'signature', value },
    }
  }),
)

const opaques: fc.Arbitrary<OpaquePart> = fc.constantFrom(
  {
    type: 'opaque',
    dialect: 'anthropic',
    kind: 'server_tool_use',
    value: { type: 'server_tool_use', id: 'srvtoolu_1' },
  },
  {
    type: 'opaque',
    dialect: 'openai-responses',
    kind: 'compaction',
    value: { type: 'compaction', encrypted_content: 'gAAAA' },
  },
)
const picture: fc.Arbitrary<FilePart> = fc.constantFrom(
  { type: 'file', mediaType: 'image/png', data: { from: 'base64', data: 'AAAA' } },
  { type: 'file', mediaType: 'image/*', data: { from: 'url', url: 'https://example.com/a.png' } },
)

/** A turn that thinks, says something and calls a tool of each kind, and the results. */
const turn = fc
  .record({
    thoughts: sealed,
    said: words,
    opaque: fc.option(opaques),
    patch: words,
    results: fc.array(words, { minLength: 3, maxLength: 3 }),
    seen: fc.option(picture),
    isError: fc.boolean(),
  })
  .map(({ thoughts, said, opaque, patch, results, seen, isError }) => (at: number): Message[] => {
    const id = (index: number): string => `call_${at}_${index}`
    const calls: ToolCallPart[] = [
      { type: 'tool-call', id: id(0), name: 'patch', input: JSON.stringify({ input: patch }), freeform: true },
      { type: 'tool-call', id: id(1), name: 'local_shell', input: '{"command":["ls"]}' },
      { type: 'tool-call', id: id(2), name: 'member_0', input: '{}', namespace: { group: 'crew', name: 'member_0' } },
    ]
    const content = results.map((text, index): ToolResultPart => ({
      type: 'tool-result',
      callId: id(index),
      content: [{ type: 'text', text }, ...(seen && index === 1 ? [seen] : [])],
      isError: isError && index === 2,
      ...(index === 0 && { freeform: true }),
    }))
    return [
      { role: 'assistant', content: [thoughts, { type: 'text', text: said }, ...(opaque ? [opaque] : []), ...calls] },
      { role: 'tool', content },
    ]
  })

export const richRequests: fc.Arbitrary<ChatRequest> = fc
  .tuple(requests, tools, fc.array(turn, { minLength: 1, maxLength: 3 }), words)
  .map(([request, offered, turns, asked]) => ({
    ...request,
    tools: [...offered, ...request.tools],
    messages: [
      ...request.messages,
      { role: 'assistant', content: [{ type: 'text', text: asked }] },
      { role: 'user', content: [{ type: 'text', text: asked }] },
      ...turns.flatMap((make, at): Message[] => [
        ...make(at + 100),
        { role: 'user', content: [{ type: 'text', text: asked }] },
      ]),
    ],
  }))

/** What the wire of the dialect can hold of a request. */
export function heldBy(dialect: SseClientName, request: ChatRequest): ChatRequest {
  return {
    ...request,
    tools: request.tools.map((tool) => heldTool(dialect, tool)),
    messages: request.messages.flatMap((message) => heldMessage(dialect, message)),
  }
}

/** The kinds of content that the dialect has no counterpart for, which has to be said. */
export function lostKinds(dialect: SseClientName, { messages }: ChatRequest): string[] {
  return messages.flatMap((message) =>
    message.content.flatMap((part) => (part.type === 'opaque' && part.dialect !== dialect ? [part.kind] : [])),
  )
}

function heldTool(dialect: SseClientName, tool: Tool): Tool {
  if (tool.type === 'opaque' || dialect === 'openai-responses') return tool
  const { freeform, namespace: _, builtIn: __, ...rest } = tool
  const plain: FunctionTool = rest
  return freeform && dialect === 'openai-chat' ? { ...plain, freeform } : plain
}

function heldMessage(dialect: SseClientName, message: Message): Message[] {
  if (message.role === 'assistant')
    return [{ role: 'assistant', content: message.content.flatMap((part) => heldPart(dialect, part)) }]
  if (message.role !== 'tool') return [message]
  const results = message.content.map((result) => heldResult(dialect, result))
  if (dialect !== 'openai-chat') return [{ role: 'tool', content: results }]
  const files = results.flatMap(({ content }) => content.filter((part) => part.type === 'file'))
  const content = results.map((result) => ({
    ...result,
    content: result.content.filter((part) => part.type === 'text'),
  }))
  const shown: Message[] = files.length === 0 ? [] : [{ role: 'user', content: files }]
  return [{ role: 'tool', content }, ...shown]
}

/** Reasoning goes to the provider that sealed it, and to nobody else. */
function heldPart(dialect: SseClientName, part: AssistantPart): AssistantPart[] {
  if (part.type === 'reasoning') return part.seal?.dialect === dialect ? [part] : []
  if (part.type === 'opaque') return part.dialect === dialect ? [part] : []
  if (part.type !== 'tool-call' || dialect === 'openai-responses') return [part]
  const { namespace: _, freeform, ...call } = part
  return [freeform && dialect === 'openai-chat' ? { ...call, freeform } : call]
}

/** A failed call is marked in Messages, and said in words elsewhere. */
function heldResult(dialect: SseClientName, { freeform, ...result }: ToolResultPart): ToolResultPart {
  if (dialect === 'anthropic') return result
  const kept = { ...result, ...(freeform && dialect === 'openai-responses' && { freeform }) }
  if (!kept.isError) return kept
  const content = kept.content.map((part) => (part.type === 'text' ? { ...part, text: `Error: ${part.text}` } : part))
  return { ...kept, isError: false, content }
}
