/** Every way a provider can go silent, as data, and the exchange that it does so in: no sockets, and a clock that is moved from one alarm to the next. */
import type { Timeouts } from '../../src/exchange/timeouts.ts'
import { chat, messages, ollama, responses } from '../clocks/frames.ts'
import { cloud, local, Stage, type FakeCall } from '../clocks/stage.ts'
import type { Heard, SseClientName } from '../conformance/demand.ts'
import { createAnswer, splitWords, type Frame } from '../fakes/answer.ts'
import { anthropicMessage, anthropicStream } from '../fakes/provider-anthropic.ts'
import { chatCompletion, chatStream } from '../fakes/provider-chat.ts'
import { responsesBody, responsesStream } from '../fakes/provider-responses.ts'
import { hear, requestOf } from './answers.ts'
import type { Content } from './faults.ts'
import type { Place } from './judge.ts'
import type { Told } from './manual.ts'
import { saidLocallyOf, saidOf, usual } from './topic.ts'

/** What the client has in the end, and after how many seconds the next target was asked, or the provider spoke again. */
interface Ended {
  outcome: Told
  seconds: number
}

export interface Silence {
  name: string
  /** What the provider says before it goes silent; how many frames it was. */
  plays: (call: FakeCall, answer: Answer) => number
  /** Only pings come from then on. */
  pings?: true
  /** It speaks again after so many seconds, and says the rest. */
  speaksAfterSeconds?: number
  timeouts?: Partial<Timeouts>
  /** `undefined`: there is no such silence. */
  ends: (place: Place) => Ended | undefined
}

/** An answer on its wire. */
interface Answer {
  isStream: boolean
  frames: readonly Frame[]
  whole: string
}

const begin = (call: FakeCall, { isStream }: Answer): FakeCall =>
  call.connect().head({
    'content-type': isStream ? 'text/event-stream' : 'application/json',
    'transfer-encoding': 'chunked',
  })

/** All frames before this one of those that carry content. */
function sayUpTo(at: number, call: FakeCall, answer: Answer): number {
  const { isStream, frames, whole } = answer
  const places = frames.flatMap(({ content }, place) => (content ? [place] : []))
  const some = frames.slice(0, places.at(at))
  begin(call, answer).say(...(isStream ? some.map(({ wire }) => wire) : [whole.slice(0, whole.length / 2)]))
  return some.length
}

function announce(call: FakeCall, { frames }: Answer): number {
  call.open().say(frames[0]?.wire ?? '')
  return 1
}

const nothing = (_call?: FakeCall): number => 0

/** A provider of another dialect is asked for a stream whatever the client wants. */
const asksForStream = ({ client, primary, stream }: Place): boolean => stream || client !== primary
const isRelayed = ({ client, primary }: Place): boolean => client === primary
/** The clocks of a stream, or of one that the client may have to be patient with. */
const patient = ({ content }: Place, seconds: number): number => (content === 'reasoning' ? 300 : seconds)
/** Of an answer whose client has the beginning. */
const begun = ({ stream, seam }: Place): Told => (stream ? (seam ? 'both' : 'told') : 'local')

export const silences: readonly Silence[] = [
  {
    name: 'no connection is made',
    plays: nothing,
    ends: () => ({ outcome: 'local', seconds: 5 }),
  },
  {
    name: 'no answer begins',
    plays: (call) => nothing(call.connect()),
    ends: (place) => ({ outcome: 'local', seconds: asksForStream(place) ? patient(place, 30) : 600 }),
  },
  {
    name: 'an answer begins, without a word',
    plays: (call, answer) => nothing(begin(call, answer)),
    ends: (place) => ({ outcome: 'local', seconds: asksForStream(place) ? patient(place, 60) : 600 }),
  },
  {
    name: 'nothing but an announcement and pings',
    plays: announce,
    pings: true,
    ends: (place) =>
      asksForStream(place)
        ? { outcome: isRelayed(place) ? begun(place) : 'local', seconds: patient(place, 60) }
        : undefined,
  },
  {
    name: 'silence in the middle of the answer, but for pings',
    plays: (call, answer) => sayUpTo(-3, call, answer),
    pings: true,
    ends: (place) => ({ outcome: begun(place), seconds: patient(place, 45) }),
  },
  {
    name: 'silence in the middle of a thought',
    plays: (call, answer) => sayUpTo(3, call, answer),
    ends: (place) =>
      place.content === 'reasoning' && asksForStream(place) ? { outcome: begun(place), seconds: 300 } : undefined,
  },
  {
    name: '`ON_SLOW=race`: announced in time, the local model speaks first',
    plays: announce,
    timeouts: { onSlow: 'race' },
    ends: (place) => (asksForStream(place) ? { outcome: 'local', seconds: patient(place, 60) } : undefined),
  },
  {
    name: '`ON_SLOW=race`: late, and first to speak all the same',
    plays: announce,
    speaksAfterSeconds: 310,
    timeouts: { onSlow: 'race' },
    ends: (place) => (asksForStream(place) ? { outcome: 'provider', seconds: 310 } : undefined),
  },
]

/** `number`: of the frames of the stream. */
const pings: Readonly<Record<SseClientName, (number: number) => string>> = {
  anthropic: () => messages.ping,
  'openai-chat': () => chat.comment,
  'openai-responses': (number) => responses.keepAlive.replace('"sequence_number":2', `"sequence_number":${number}`),
}
const pingEveryMs = 10_000

export async function playSilence(silence: Silence, place: Place): Promise<Ended & { attempts: number; heard: Heard }> {
  const { client, primary, stream, content, seam } = place
  const stage = new Stage([cloud('provider', primary), local()], silence.timeouts, { seam })
  const startMs = stage.clock.now()
  stage.ask(client, stream, JSON.parse(requestOf(client, content, stream, 1).body))
  const call = await stage.call('provider')
  const answer = answerOf(primary, content, asksForStream(place))
  let frames = silence.plays(call, answer)
  const ping = (): void => void call.say(pings[primary](frames++))
  await (silence.speaksAfterSeconds === undefined
    ? untilNextIsAsked(stage, silence.pings && answer.isStream ? ping : () => {})
    : stage.pass(silence.speaksAfterSeconds))
  const seconds = Math.round((stage.clock.now() - startMs) / 1000)
  if (silence.speaksAfterSeconds !== undefined) {
    call.say(...answer.frames.slice(1).map(({ wire }) => wire)).end()
  } else if (!stage.reply.isOver) {
    const next = (await stage.call('local')).connect().head({ 'content-type': 'application/x-ndjson' })
    next.say(...linesOf(content)).end()
  }
  await stage.ended
  const { headers, text } = stage.reply
  const heard = hear(
    client,
    headers[headers.findIndex((name) => name.toLowerCase() === 'content-type') + 1] ?? '',
    text,
  )
  const attempts = stage.callsOf('provider').length
  return { outcome: outcomeOf(stage, heard), seconds, attempts, heard }
}

function outcomeOf(stage: Stage, { ending }: Heard): Told {
  if (ending === 'failed') return 'told'
  const { headers, text } = stage.reply
  // Where the head was sent before anybody spoke, a comment says it, ahead of everything.
  if (headers.includes('X-Trooper-Fallback') || /^(: .*\n)+: X-Trooper-Fallback/.test(text)) return 'local'
  return stage.callsOf('local').some(({ hasSpoken }) => hasSpoken) ? 'both' : 'provider'
}

/** From alarm to alarm, with a ping every ten seconds: as exact as the clocks are. */
async function untilNextIsAsked(stage: Stage, ping: () => void): Promise<void> {
  let pingInMs = pingEveryMs
  while (!stage.reply.isOver && stage.callsOf('local').length === 0) {
    const stepMs = Math.min(stage.clock.nextInMs, pingInMs)
    stage.clock.advance(stepMs)
    pingInMs -= stepMs
    await stage.pass(0)
    if (pingInMs > 0) continue
    ping()
    pingInMs = pingEveryMs
  }
}

function answerOf(dialect: SseClientName, content: Content, isStream: boolean): Answer {
  const answer = createAnswer(saidOf(content, usual), 'm', '', 1)
  const echo = { instructions: null, previousResponseId: null, store: false, seal: () => 'gAAAAsealed' }
  switch (dialect) {
    case 'anthropic':
      return {
        isStream,
        frames: [...anthropicStream(answer, () => 'EqQBsigned')],
        whole: JSON.stringify(anthropicMessage(answer, () => 'EqQBsigned')),
      }
    case 'openai-chat':
      return { isStream, frames: [...chatStream(answer, false)], whole: JSON.stringify(chatCompletion(answer)) }
    case 'openai-responses':
      return {
        isStream,
        frames: [...responsesStream(answer, echo)],
        whole: JSON.stringify(responsesBody(answer, echo)),
      }
  }
}

/** Everything from the beginning, as the local model of the other faults has it. */
function linesOf(content: Content): string[] {
  const { text = '', toolCalls = [] } = saidLocallyOf(content, usual)
  return [...splitWords(text).map(ollama.text), ...toolCalls.map(ollama.call), ollama.end]
}
