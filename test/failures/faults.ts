/** Every way a provider can fail in the middle of a conversation, as data: what it does, who answers, and how. */
import type { SseClientName } from '../conformance/demand.ts'
import type { ProviderBehaviour } from '../fakes/control.ts'
import { errorBodies, errorFrames } from './shapes.ts'

/**
 * Who wrote what the client has in the end: `provider`, `local` (from the beginning), `both` (the provider began, the local model went
 * on in the same stream); `error`: the provider's own words about a fault of the request.
 */
export type Outcome = 'provider' | 'local' | 'both' | 'error'

export interface Fault {
  name: string
  /** What the primary does, by its dialect; left out where it has no such fault. */
  plays: Partial<Record<SseClientName, ProviderBehaviour>>
  /** Where the client wants a stream. */
  stream: Outcome | Readonly<Record<Content, Outcome>>
  /** Where it wants its answer whole; `none`: only streams have this fault. */
  whole: Outcome | 'none'
  /** Where it wants its answer whole, and the primary is asked for a stream all the same, as it speaks another dialect; as of a stream unless said. */
  gathered?: Outcome
  /** Where the primary speaks another dialect, if that makes a difference. */
  translated?: Outcome | Readonly<Record<Content, Outcome>>
  /** What the provider asks to wait, which Trooper does. */
  waitsSeconds?: number
  /** Without a seam the client is told where somebody else would have gone on, and here too. */
  isToldWithoutSeam?: true
}

/** What the answer consists of. */
export const contents = ['text', 'tool call', 'reasoning'] as const
export type Content = (typeof contents)[number]

/** Long enough to be cut, with a character of two bytes. */
const chunks = 3

/** A fault that only streams can have. */
const ofStreams = { whole: 'none' } as const

const everywhere = (behaviour: ProviderBehaviour): Fault['plays'] => ({
  anthropic: behaviour,
  'openai-chat': behaviour,
  'openai-responses': behaviour,
})

const refusals: Fault[] = [
  {
    name: 'quota spent',
    plays: {
      anthropic: { mode: 'anthropic-credit' },
      'openai-chat': { mode: 'openai-quota' },
      'openai-responses': { mode: 'openai-quota' },
    },
    stream: 'local',
    whole: 'local',
  },
  {
    name: 'rate limit of 30 s',
    plays: {
      anthropic: { mode: 'anthropic-rate-limit', retryAfter: '30' },
      'openai-chat': { mode: 'openai-rate-limit', retryAfter: '30' },
      'openai-responses': { mode: 'openai-rate-limit', retryAfter: '30' },
    },
    stream: 'local',
    whole: 'local',
  },
  {
    name: 'rate limit of 2 s, which is `WAIT_MAX`',
    plays: {
      anthropic: { mode: 'anthropic-rate-limit', retryAfter: '2', times: 1 },
      'openai-chat': { mode: 'openai-rate-limit', retryAfter: '2', times: 1 },
      'openai-responses': { mode: 'openai-rate-limit', retryAfter: '2', times: 1 },
    },
    stream: 'provider',
    whole: 'provider',
    waitsSeconds: 2,
  },
  {
    name: 'overload',
    plays: {
      anthropic: { mode: 'anthropic-overloaded' },
      'openai-chat': { mode: 'openai-overloaded' },
      'openai-responses': { mode: 'openai-overloaded' },
    },
    stream: 'local',
    whole: 'local',
  },
  {
    name: 'wrong key',
    plays: {
      anthropic: { mode: 'anthropic-bad-key' },
      'openai-chat': { mode: 'openai-bad-key' },
      'openai-responses': { mode: 'openai-bad-key' },
    },
    stream: 'error',
    whole: 'error',
  },
  {
    name: 'bad request',
    plays: {
      anthropic: { mode: 'anthropic-bad-request' },
      'openai-chat': { mode: 'openai-bad-request' },
      'openai-responses': { mode: 'openai-bad-request' },
    },
    stream: 'error',
    whole: 'error',
  },
  {
    name: 'connection broken before the answer',
    plays: everywhere({ mode: 'reset' }),
    stream: 'local',
    whole: 'local',
  },
  {
    name: 'a web page under status 200',
    plays: everywhere({
      mode: 'bad-gateway',
      status: 200,
      headers: { 'content-type': 'text/html' },
      body: '<html>Log in</html>',
    }),
    stream: 'local',
    whole: 'local',
  },
  {
    name: 'nothing under status 200',
    plays: everywhere({ mode: 'bad-gateway', status: 200, headers: {}, body: '' }),
    stream: 'local',
    whole: 'local',
  },
  {
    name: 'a gateway’s sentence under status 200',
    plays: everywhere({
      mode: 'bad-gateway',
      status: 200,
      headers: { 'content-type': 'text/plain' },
      body: 'upstream error',
    }),
    stream: 'local',
    whole: 'local',
  },
  {
    name: 'a redirection',
    plays: everywhere({
      mode: 'bad-gateway',
      status: 307,
      headers: { location: 'https://elsewhere.example/' },
      body: '',
    }),
    stream: 'local',
    whole: 'local',
  },
]

/** The dialects that announce a call or a thought before its first piece, which the client is told of at once. */
const named = (behaviour: ProviderBehaviour): Fault['plays'] => ({
  anthropic: behaviour,
  'openai-responses': behaviour,
})
const announced = {
  stream: { text: 'local', 'tool call': 'both', reasoning: 'both' },
  translated: { text: 'local', 'tool call': 'both', reasoning: 'local' },
} as const

const beforeTheFirstWord: Fault[] = [
  ...errorFrames.map(([name, dialect, frame]) => ({
    name: `${name}, first of all`,
    plays: { [dialect]: { mode: 'error-first', frame } as const },
    stream: 'local' as const,
    ...ofStreams,
  })),
  {
    name: 'the stream ends, nothing said',
    plays: { 'openai-chat': { mode: 'end-midstream', chunks: 0 } },
    stream: 'local',
    whole: 'local',
  },
  {
    name: 'the stream ends, nothing said',
    plays: named({ mode: 'end-midstream', chunks: 0 }),
    ...announced,
    whole: 'local',
  },
  {
    name: 'the connection breaks, nothing said',
    plays: { 'openai-chat': { mode: 'reset-midstream', chunks: 0 } },
    stream: 'local',
    whole: 'local',
  },
  {
    name: 'the connection breaks, nothing said',
    plays: named({ mode: 'reset-midstream', chunks: 0 }),
    ...announced,
    whole: 'local',
  },
  ...errorBodies.map(([name, dialect, body]) => ({
    name,
    plays: { [dialect]: { mode: 'error-in-200-json', body: JSON.stringify(body) } as const },
    stream: 'local' as const,
    whole: 'local' as const,
  })),
]

const inTheMiddle: Fault[] = [
  ...errorFrames.map(([name, dialect, frame]) => ({
    name: `${name}, later`,
    plays: { [dialect]: { mode: 'error-midstream', chunks, frame } as const },
    stream: 'both' as const,
    ...ofStreams,
  })),
  { name: 'the stream ends', plays: everywhere({ mode: 'end-midstream', chunks }), stream: 'both', whole: 'local' },
  {
    name: 'the connection breaks',
    plays: everywhere({ mode: 'reset-midstream', chunks }),
    stream: 'both',
    whole: 'local',
  },
  { name: 'compression ends in the middle', plays: everywhere({ mode: 'gzip-cut' }), stream: 'both', whole: 'local' },
]

/** All calls are whole, so that nobody else has to be asked. */
const saysNoEnd = { text: 'both', 'tool call': 'provider', reasoning: 'both' } as const
/** A lost piece of a call's arguments would be a wrong call: it is made anew. A lost word is left out. */
const losesAPiece = { text: 'provider', 'tool call': 'both', reasoning: 'provider' } as const

const atTheEnd: Fault[] = [
  {
    name: 'everything was said, but not why it ends',
    plays: everywhere({ mode: 'end-midstream', chunks: 99 }),
    stream: saysNoEnd,
    ...ofStreams,
    gathered: 'local',
  },
  {
    name: '`[DONE]` without a `finish_reason`',
    plays: { 'openai-chat': { mode: 'error-midstream', chunks: 99, frame: 'data: [DONE]\n\n' } },
    stream: saysNoEnd,
    ...ofStreams,
    gathered: 'local',
  },
  {
    name: '`[DONE]` is missing',
    plays: { 'openai-chat': { mode: 'last-frame-missing' } },
    stream: 'provider',
    ...ofStreams,
  },
  {
    name: '`message_stop` is missing',
    plays: { anthropic: { mode: 'last-frame-missing' } },
    stream: 'provider',
    ...ofStreams,
    isToldWithoutSeam: true,
  },
  {
    name: '`response.completed` is missing',
    plays: { 'openai-responses': { mode: 'last-frame-missing' } },
    stream: saysNoEnd,
    ...ofStreams,
    gathered: 'local',
  },
  ...errorFrames.map(([name, dialect, frame]) => ({
    name: `${name}, after the finish`,
    plays: { [dialect]: { mode: 'frame-after-finish', frame } as const },
    stream: 'provider' as const,
    ...ofStreams,
  })),
  {
    name: 'more bytes were promised',
    plays: everywhere({ mode: 'length-too-long' }),
    stream: 'provider',
    whole: 'local',
  },
  {
    name: 'fewer bytes were promised',
    plays: everywhere({ mode: 'length-too-short' }),
    stream: 'provider',
    whole: 'local',
  },
]

const oddForms: Fault[] = [
  {
    name: 'a whole body where a stream was asked for',
    plays: everywhere({ mode: 'json-instead-of-stream' }),
    stream: 'provider',
    whole: 'provider',
  },
  {
    name: 'a frame that is no JSON',
    plays: everywhere({ mode: 'frame-between', chunks, frame: 'data: <html>\n\n' }),
    stream: 'provider',
    ...ofStreams,
  },
  {
    name: 'a frame torn in its JSON',
    plays: { 'openai-chat': { mode: 'frame-torn', chunks }, 'openai-responses': { mode: 'frame-torn', chunks } },
    stream: losesAPiece,
    whole: 'local',
  },
  {
    name: 'a frame torn in its JSON',
    plays: { anthropic: { mode: 'frame-torn', chunks } },
    // Thoughts are signed.
    stream: { ...losesAPiece, reasoning: 'both' },
    whole: 'local',
  },
  {
    name: 'characters that are no UTF-8',
    plays: everywhere({ mode: 'invalid-utf8' }),
    stream: 'provider',
    whole: 'provider',
  },
]

export const chapters: readonly { title: string; faults: readonly Fault[] }[] = [
  { title: 'Before the answer', faults: refusals },
  { title: 'Before the first word', faults: beforeTheFirstWord },
  { title: 'In the middle of the answer', faults: inTheMiddle },
  { title: 'At its end', faults: atTheEnd },
  { title: 'In another form', faults: oddForms },
]
