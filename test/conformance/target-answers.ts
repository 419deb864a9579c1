/** What every recorded stream says, in no dialect. */
import type { DialectName } from '../../src/ir/request.ts'

export interface Said {
  text?: string
  reasoning?: string
  seal?: { kind: string; value: string; id?: string }
  /** id, name, arguments. */
  calls?: [id: string, name: string, input: string][]
  reason: string
  rawReason?: string
  stopSequence?: string
  usage?: Record<string, number>
}

const prose = 'Grüße aus Köln: 世界 🌍\n\nline "two"'
const rhine = { reasoning: 'The river is the Rhine.', text: 'It is the Rhine.' }
const weather = '{"location": "Köln"}'
const time = '{"zone": "CET"}'
const both: Said['calls'] = [
  ['call_1', 'get_weather', weather],
  ['call_2', 'get_time', time],
]

/** input_tokens excludes the cache on the Messages wire, and includes it here. */
function messages(outputTokens: number) {
  return { inputTokens: 130, cacheReadTokens: 100, cacheWriteTokens: 5, outputTokens }
}
const chat = { inputTokens: 44, cacheReadTokens: 32, outputTokens: 16, reasoningTokens: 7 }
const responses = { inputTokens: 37, cacheReadTokens: 12, outputTokens: 11, reasoningTokens: 4 }
const ollama = { inputTokens: 26, outputTokens: 15 }

const ended = { reason: 'stop', rawReason: 'end_turn' }
const stopped = { reason: 'stop', rawReason: 'stop' }
const called = { reason: 'tool-calls', rawReason: 'tool_calls' }

export const whole: { readonly [D in DialectName]: Readonly<Record<string, Said>> } = {
  anthropic: {
    text: { text: prose, ...ended, usage: messages(15) },
    'reasoning-and-text': {
      ...rhine,
      seal: { kind: 'signature', value: 'EqQBCgIYAhIM1gbcDa9GJwZA2b3h' },
      ...ended,
      usage: messages(40),
    },
    'omitted-thinking': { reasoning: '', seal: { kind: 'signature', value: 'EqQBCgIY' }, text: 'Done.', ...ended },
    'redacted-thinking': {
      reasoning: '',
      seal: { kind: 'redacted', value: 'EmwKAhgBEgy3va3p' },
      text: 'Done.',
      ...ended,
    },
    'tool-call': {
      text: 'I look it up.',
      calls: [['toolu_01Recorded', 'get_weather', weather]],
      reason: 'tool-calls',
      rawReason: 'tool_use',
      usage: messages(89),
    },
    'parallel-tool-calls': {
      calls: [
        ['toolu_01A', 'get_weather', weather],
        ['toolu_01B', 'get_time', time],
      ],
      reason: 'tool-calls',
      rawReason: 'tool_use',
    },
    'tool-call-without-input': {
      calls: [['toolu_01A', 'list_files', '']],
      reason: 'tool-calls',
      rawReason: 'tool_use',
    },
    length: { text: 'Once upon a', reason: 'length', rawReason: 'max_tokens' },
    'window-full': { text: 'Once upon a', reason: 'length', rawReason: 'model_context_window_exceeded' },
    'stop-sequence': { text: 'one, two', reason: 'stop', rawReason: 'stop_sequence', stopSequence: 'three' },
    refusal: { text: 'I cannot', reason: 'content-filter', rawReason: 'refusal' },
    'repeated-usage': {
      text: 'Hi.',
      ...ended,
      usage: { inputTokens: 10_702, cacheReadTokens: 20, cacheWriteTokens: 0, outputTokens: 510 },
    },
    'server-tool': { text: 'A river.', ...ended },
    'missing-message-stop': { text: 'Hello', ...ended },
    'unknown-events': { text: 'Hi.', ...ended },
  },
  'openai-chat': {
    text: { text: prose, ...stopped, usage: chat },
    'no-usage': { text: 'Hello', ...stopped, usage: {} },
    'usage-in-the-finish-chunk': { text: 'Hello', ...stopped, usage: { inputTokens: 4, outputTokens: 1 } },
    'missing-done': { text: 'Hello', ...stopped },
    comments: { text: 'Hello', ...stopped },
    obfuscation: { text: 'Hello', ...stopped },
    'reasoning-and-text': { ...rhine, ...stopped, usage: chat },
    'reasoning-by-its-other-name': { ...rhine, ...stopped },
    'tool-call': { calls: [['call_recorded1', 'get_weather', weather]], ...called, usage: chat },
    'text-then-tool-call': { text: 'I look it up.', calls: [['call_1', 'get_weather', weather]], ...called },
    'interleaved-tool-calls': { calls: both, ...called },
    'whole-tool-call-in-one-chunk': { calls: [['call_1', 'get_time', time]], reason: 'tool-calls', rawReason: 'stop' },
    refusal: { text: "I'm sorry.", ...stopped },
    length: { text: 'Once upon a', reason: 'length', rawReason: 'length' },
    eos: { text: 'Hello', reason: 'stop', rawReason: 'eos' },
    'content-filter': { text: 'Well', reason: 'content-filter', rawReason: 'content_filter' },
  },
  'openai-responses': {
    text: { text: prose, reason: 'stop', usage: responses },
    'reasoning-and-text': {
      ...rhine,
      seal: { kind: 'encrypted', value: 'gAAAAABrecorded', id: 'rs_1' },
      reason: 'stop',
    },
    'raw-reasoning-text': { reasoning: 'The Rhine.', text: 'It is the Rhine.', reason: 'stop' },
    'tool-call': {
      text: 'I look it up.',
      calls: [['call_1', 'get_weather', weather]],
      reason: 'tool-calls',
      usage: responses,
    },
    'interleaved-tool-calls': { calls: both, reason: 'tool-calls' },
    incomplete: { text: 'Once upon a', reason: 'length', rawReason: 'max_output_tokens', usage: responses },
    'incomplete-in-the-words-of-the-schema': { text: 'Once upon a', reason: 'length', rawReason: 'max_tokens' },
    'content-filter': { text: 'Well', reason: 'content-filter', rawReason: 'content_filter' },
    refusal: { text: "I'm sorry.", reason: 'stop' },
    'server-tool': { text: 'A river.', reason: 'stop' },
    'unknown-events': { text: 'Hi.', reason: 'stop' },
  },
  ollama: {
    text: { text: prose, ...stopped, usage: ollama },
    'reasoning-and-text': { ...rhine, ...stopped },
    'tool-call': {
      text: 'I look it up.',
      calls: [['call_x1y2z3w4', 'get_weather', '{"location":"Köln"}']],
      reason: 'tool-calls',
      rawReason: 'stop',
      usage: ollama,
    },
    'tool-calls-in-the-last-line': {
      calls: [
        ['call_a', 'get_weather', '{"location":"Köln"}'],
        ['call_b', 'get_time', '{"zone":"CET"}'],
      ],
      reason: 'tool-calls',
      rawReason: 'stop',
    },
    length: { text: 'Once upon a', reason: 'length', rawReason: 'length' },
    'unterminated-last-line': { text: 'Once upon a', ...stopped },
  },
}

/** Streams that end in a failure; `text` is what was said before it. */
export const failing: { readonly [D in DialectName]: Readonly<Record<string, { kind: string; text?: string }>> } = {
  anthropic: {
    'error-first': { kind: 'overloaded' },
    'error-after-start': { kind: 'overloaded' },
    'error-after-text': { kind: 'overloaded', text: 'Hello' },
  },
  'openai-chat': {
    'error-first': { kind: 'server-error' },
    'error-after-text': { kind: 'server-error', text: 'Hello' },
    'error-beside-choices': { kind: 'rate-limited', text: 'Hello' },
    'error-as-a-named-event': { kind: 'rate-limited', text: 'Hello' },
    'missing-finish-reason': { kind: 'malformed-answer', text: 'Hello' },
  },
  'openai-responses': {
    'error-first': { kind: 'server-error' },
    'error-flat': { kind: 'server-error', text: 'Hello' },
    'error-nested': { kind: 'rate-limited' },
    failed: { kind: 'server-error', text: 'Hello' },
  },
  ollama: {
    'error-first': { kind: 'server-error' },
    'error-after-text': { kind: 'malformed-answer', text: 'Hello' },
    'silent-end': { kind: 'malformed-answer', text: 'the the the' },
  },
}

/** Streams that break their own dialect and still come to an end; all of them say `Hello`. */
export const broken: { readonly [D in DialectName]: readonly string[] } = {
  anthropic: ['missing-block-start', 'missing-block-stop', 'second-message-start'],
  'openai-chat': [],
  'openai-responses': ['missing-item-added', 'missing-item-done', 'missing-created'],
  ollama: [],
}

/** Where a stream of this dialect has said its end, so that a cut behind it does no harm. */
export const ends: { readonly [D in DialectName]: RegExp } = {
  anthropic: /"type":"message_delta".*\n\n/,
  'openai-chat': /"finish_reason":"\w+"\}\].*\n\n/,
  'openai-responses': /data: \{"type":"response\.(completed|incomplete)".*\n\n/,
  ollama: /"done":true.*\}(\n|$)/,
}
