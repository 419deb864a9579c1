/** Answers of every kind, as Trooper's encoders write them to clients: streamed, whole, and failed. */
import fc from 'fast-check'
import type { AnswerIdentity } from '../../src/dialects/dialect.ts'
import { decodeCompaction } from '../../src/dialects/openai-responses/request.ts'
import { clientDialects } from '../../src/dialects/registry.ts'
import type { McpResult } from '../../src/ir/answer.ts'
import type { Finish, FinishReason, StreamEvent, Usage } from '../../src/ir/events.ts'
import type { Cause, Failure, FailureKind } from '../../src/ir/failure.ts'
import { parseJson, type JsonObject, type JsonValue } from '../../src/ir/json.ts'
import type { ChatRequest, DialectName, Seal } from '../../src/ir/request.ts'
import { interleavedAnswers } from '../conformance/generated.ts'
import { collect, framesOf } from '../conformance/streams.ts'
import { asked } from './questions.ts'
import { dialects, wireOf, type Sample } from './sample.ts'

const counted: Usage = {
  inputTokens: 100,
  cacheReadTokens: 20,
  cacheWriteTokens: 10,
  outputTokens: 30,
  reasoningTokens: 5,
}

const start: StreamEvent = { type: 'start', id: 'upstream-id', model: 'upstream-model', usage: counted }

function said(index: number, ...pieces: string[]): StreamEvent[] {
  const deltas = pieces.map((text): StreamEvent => ({ type: 'text-delta', index, text }))
  return [{ type: 'text-start', index }, ...deltas, { type: 'text-end', index }]
}

function thought(index: number, seal?: Seal): StreamEvent[] {
  return [
    { type: 'reasoning-start', index },
    { type: 'reasoning-delta', index, text: 'A river.' },
    seal ? { type: 'reasoning-end', index, seal } : { type: 'reasoning-end', index },
  ]
}

function called(index: number, name: string, json: string): StreamEvent[] {
  const delta: StreamEvent[] = json === '' ? [] : [{ type: 'tool-call-delta', index, json }]
  return [{ type: 'tool-call-start', index, id: `call_${index}`, name }, ...delta, { type: 'tool-call-end', index }]
}

function finished(reason: FinishReason, more: Partial<Finish> = {}): StreamEvent {
  return { type: 'finish', reason, usage: counted, ...more }
}

/** Everything that an MCP server may do within an answer. */
const served: readonly StreamEvent[] = [
  {
    type: 'mcp-list',
    list: {
      server: 'docs',
      tools: [
        { name: 'search', description: 'Finds.', inputSchema: { type: 'object' }, annotations: { readOnlyHint: true } },
        { name: 'write', inputSchema: {} },
      ],
    },
  },
  { type: 'mcp-list', list: { server: 'mail', tools: [], error: 'It cannot be reached.' } },
  ...ran(0, {
    type: 'ran',
    content: [
      { type: 'text', text: 'Found.' },
      { type: 'file', mediaType: 'image/png', data: { from: 'base64', data: 'AAAA' } },
    ],
    isError: false,
  }),
  ...ran(1, { type: 'ran', content: [{ type: 'text', text: 'Empty.' }], isError: true }),
  ...ran(2, { type: 'failed', fault: { kind: 'http', code: 502, message: 'It cannot be reached.' } }),
  ...ran(3, { type: 'failed', fault: { kind: 'protocol', code: -32_602, message: 'No such tool.' } }, 'mcpr_1'),
  { type: 'mcp-approval', call: { id: '4', server: 'docs', name: 'write', input: '{}' } },
]

function ran(index: number, result: McpResult, approvalId?: string): StreamEvent[] {
  const approved = approvalId === undefined ? {} : { approvalId }
  const call = { id: `${index}`, server: 'docs', name: 'search', input: '{"query":"pizza"}', ...approved }
  return [
    { type: 'mcp-call-start', index, call },
    { type: 'mcp-call-end', index, result },
  ]
}

const patch = '{"input":"*** Begin Patch"}'
const command = '{"command":["ls","-l"],"timeout_ms":1000}'
const signature: Seal = { dialect: 'anthropic', kind: 'signature', value: 'c2lnbmVk' }

const answers: Readonly<Record<string, readonly StreamEvent[]>> = {
  text: [start, ...said(0, 'It is ', 'the Rhine.'), finished('stop')],
  nothing: [start, finished('stop')],
  'text without counts': [start, ...said(0, 'Hi.'), finished('stop', { usage: {} })],
  'text up to a stop sequence': [start, ...said(0, 'Hi.'), finished('stop', { stopSequence: 'END' })],
  'text cut short': [start, ...said(0, 'It is'), finished('length')],
  'text that was filtered': [start, ...said(0, 'It is'), finished('content-filter')],
  'text with an unknown end': [start, ...said(0, 'It is'), finished('other', { rawReason: 'odd' })],
  'reasoning and text': [start, ...thought(0), ...said(1, 'The Rhine.'), finished('stop')],
  'signed reasoning': [start, ...thought(0, signature), ...said(1, 'The Rhine.'), finished('stop')],
  'text and a call': [
    start,
    ...said(0, 'Let me see.'),
    ...called(1, 'get_weather', '{"city":"Köln"}'),
    finished('tool-calls'),
  ],
  'several calls at once': [
    start,
    ...called(0, 'get_weather', '{"city":"Köln"}'),
    ...called(1, 'get_weather', '{"city":"Bonn"}'),
    finished('tool-calls'),
  ],
  'a call without arguments': [start, ...called(0, 'get_weather', ''), finished('tool-calls')],
  'calls of every form that a client may have offered': [
    start,
    ...called(0, 'apply_patch', patch),
    ...called(1, 'local_shell', command),
    ...called(2, 'read_file', '{"city":"Köln"}'),
    ...called(3, 'bash', '{"command":"ls"}'),
    ...called(4, 'tool_search', '{"query":"mail"}'),
    finished('tool-calls'),
  ],
  'what MCP servers did': [start, ...served, ...said(4, 'It is in the oven.'), finished('stop')],
  ...Object.fromEntries(
    fc.sample(interleavedAnswers, { seed: 1, numRuns: 20 }).map((events, at) => [`generated ${at}`, events]),
  ),
}

/** Failures of every kind. */
const causes: { readonly [K in FailureKind]: readonly Extract<Cause, { kind: K }>[] } = {
  'quota-spent': [
    { kind: 'quota-spent', what: 'credit', scope: 'account' },
    { kind: 'quota-spent', what: 'quota', scope: 'model', resetsAtMs: 1_741_290_958_123 },
  ],
  'rate-limited': [{ kind: 'rate-limited', scope: 'account' }],
  overloaded: [{ kind: 'overloaded' }],
  'server-error': [{ kind: 'server-error' }],
  network: [{ kind: 'network', problem: 'refused', requestSent: false }],
  timeout: [{ kind: 'timeout', phase: 'head' }],
  'malformed-answer': [{ kind: 'malformed-answer' }],
  'bad-key': [{ kind: 'bad-key' }],
  forbidden: [{ kind: 'forbidden' }],
  'unknown-model': [{ kind: 'unknown-model' }],
  'too-long': [{ kind: 'too-long', promptTokens: 9000, windowTokens: 4096 }],
  'content-refused': [{ kind: 'content-refused' }],
  'bad-request': [{ kind: 'bad-request' }],
  'client-gone': [{ kind: 'client-gone' }],
  handover: [{ kind: 'handover', resetsAtMs: 1_741_290_958_123 }],
  'local-loop': [{ kind: 'local-loop' }],
  override: [{ kind: 'override' }],
  loading: [{ kind: 'loading' }],
  'remote-model': [{ kind: 'remote-model' }],
  'queue-full': [{ kind: 'queue-full', resetsAtMs: 1_741_290_963_123 }],
}

/** Requests whose answers differ in their form, by what is special about them. */
const questions: { readonly [D in DialectName]: Readonly<Record<string, ChatRequest>> } = {
  anthropic: {
    'thinking shown': asked('anthropic'),
    'thinking unseen': asked('anthropic', { thinking: { type: 'adaptive', display: 'omitted' } }),
  },
  'openai-chat': {
    'usage asked for': asked('openai-chat'),
    'usage not asked for': asked('openai-chat', { stream_options: null }),
  },
  'openai-responses': {
    'much to repeat': asked('openai-responses'),
    'nothing to repeat': clientDialects['openai-responses'].decodeRequest({ model: 'gpt-5.4', input: 'Hello.' }),
    compaction: asked('openai-responses', { input: [{ type: 'compaction_trigger' }] }),
  },
  ollama: {
    chat: asked('ollama'),
    generate: clientDialects.ollama.decodeRequest({ model: 'qwen3:8b', prompt: 'Hello.', think: true }),
  },
}

/** Every answer to every question, and every failure, in every dialect. */
export function answerSamples(): Sample[] {
  const all = dialects.flatMap((dialect) => [
    ...Object.entries(questions[dialect]).flatMap(([name, request]) => samplesFor(dialect, name, request)),
    ...failureSamples(dialect),
  ])
  return [...all, ...compactedSamples()]
}

function compactedSamples(): Sample[] {
  const input = [
    { role: 'user', content: 'Hello.' },
    { type: 'compaction', encrypted_content: 'gAAAA' },
    { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'And now?' }] },
  ]
  const request = decodeCompaction({ model: 'gpt-5.4', input })
  return Object.entries(answers).map(([name, events]) => ({
    type: 'CompactedAnswer',
    name,
    values: [whole('openai-responses', request, events)],
  }))
}

function samplesFor(dialect: DialectName, question: string, request: ChatRequest): Sample[] {
  const wire = request.echo?.['generate'] === true ? 'OllamaGenerate' : wireOf(dialect)
  return Object.entries(answers).flatMap(([answer, events]): Sample[] => {
    const name = `${question}, ${answer}`
    return [
      { type: `${wire}Event`, name, values: streamed(dialect, request, events) },
      { type: `${wire}Answer`, name, values: [whole(dialect, request, events)] },
    ]
  })
}

function failureSamples(dialect: DialectName): Sample[] {
  const { encodeFailure, encodeFailureFrame } = clientDialects[dialect]
  const request = asked(dialect)
  const wire = wireOf(dialect)
  const all: readonly Cause[] = Object.values(causes).flat()
  return all.flatMap((cause): Sample[] => {
    const failure: Failure = { ...cause, message: 'It did not work.' }
    const name = 'what' in cause ? `${cause.kind}, ${cause.what}` : cause.kind
    const broken: StreamEvent[] = [start, ...said(0, 'It is'), { type: 'failure', failure }]
    const elsewhere = parseFrames(dialect, encodeFailureFrame(failure))
    return [
      { type: `${wire}Error`, name, values: [encodeFailure(failure).body] },
      { type: `${wire}Event`, name, values: streamed(dialect, request, broken) },
      { type: `${wire}Event`, name: `${name}, in a stream of another`, values: elsewhere },
    ]
  })
}

function streamed(dialect: DialectName, request: ChatRequest, events: readonly StreamEvent[]): JsonValue[] {
  const encode = clientDialects[dialect].createEncoder(identityOf(dialect), request)
  return parseFrames(dialect, events.map((event) => encode(event)).join(''))
}

function parseFrames(dialect: DialectName, text: string): JsonValue[] {
  return framesOf(dialect, text).flatMap(({ data }) => parseJson(data) ?? [])
}

function whole(dialect: DialectName, request: ChatRequest, events: readonly StreamEvent[]): JsonObject {
  const collected = collect(events)
  if (!collected?.ok) throw new Error('An answer has no end.')
  return clientDialects[dialect].encodeResponse(collected.response, identityOf(dialect), request)
}

function identityOf(dialect: DialectName): AnswerIdentity {
  const id = clientDialects[dialect].answerId('0123456789abcdef01234567', false)
  return { id, model: 'the-model', createdAtMs: 1_741_290_958_123 }
}
