/** A load of questions, no two alike, of which one in twenty meets a fault: every fault there is, in every dialect that has it. */
import type { ClientDialectName } from '../../src/dialects/dialect.ts'
import type { SseClientName } from '../conformance/demand.ts'
import type { OllamaBehaviour, ProviderBehaviour } from '../fakes/control.ts'
import { chapters, contents, type Content, type Fault } from '../failures/faults.ts'
import { withAnswer } from '../failures/judge.ts'
import { saidLocallyOf, topicOf, type Topic } from '../failures/topic.ts'

export interface Question {
  /** In the question and in its answer, and in no other. */
  mark: string
  topic: Topic
  client: ClientDialectName
  /** The dialect of the provider. */
  primary: SseClientName
  content: Content
  stream: boolean
  fault: Fault
  play: ProviderBehaviour
  /** The provider waits behind the first content until all the others have come. */
  isHeld: boolean
  /** The app does not wait for the end. */
  leaves: boolean
}

/** Of how many questions one meets a fault. */
const oneIn = 20

const dialects = ['anthropic', 'openai-chat', 'openai-responses'] as const
/** Apps of Ollama's own API are translated for. */
const clients: readonly [client: ClientDialectName, primary: SseClientName][] = [
  ['anthropic', 'anthropic'],
  ['openai-chat', 'openai-chat'],
  ['openai-responses', 'openai-responses'],
  ['ollama', 'openai-chat'],
]

const health: Fault = { name: 'none', plays: {}, stream: 'provider', whole: 'provider' }
const leaving: Fault = { ...health, name: 'the app leaves' }

const everywhere = (behaviour: ProviderBehaviour): Fault['plays'] =>
  Object.fromEntries(dialects.map((dialect) => [dialect, behaviour]))

/** What only a clock can find; thoughts are waited for much longer than a test has time. */
const silences: readonly Fault[] = [
  { name: 'silence instead of an answer', plays: everywhere({ mode: 'hang' }), stream: 'local', whole: 'local' },
  {
    name: 'silence in the middle',
    plays: everywhere({ mode: 'hang-midstream', chunks: 3 }),
    stream: 'both',
    whole: 'local',
  },
]

type Draft = Pick<Question, 'client' | 'primary' | 'content' | 'stream' | 'fault'>

/** `round` is one digit; two rounds ask as many of everything. The first `together` questions are under way at the same time. */
export function questionsOf(round: number, together: number): Question[] {
  const faulty = [...faultyOf(round), ...leavingOf(round)]
  const silent = silences.flatMap((fault) => placesOf(fault, 'text', round))
  const total = (faulty.length + silent.length) * oneIn
  const healthy = Array.from({ length: total - faulty.length - silent.length }, (_, at) => healthyAt(at))
  const mixed = mix(healthy, faulty)
  // They take the longest by far, and must not be let go on with those that are held.
  const drafts = [...mixed.slice(0, together), ...silent, ...mixed.slice(together)]
  return drafts.map((draft, at) => finish(draft, `${round}-${String(at).padStart(5, '0')}`, at < together))
}

function healthyAt(at: number): Draft {
  const [client, primary] = clients[at % clients.length] ?? ['anthropic', 'anthropic']
  const content = client === 'ollama' ? 'text' : contents[Math.floor(at / clients.length) % contents.length]
  return { client, primary, content: content ?? 'text', stream: at % 7 !== 6, fault: health }
}

/** Text, calls and thoughts in turn, as are streams and whole answers. A wait is no fault, and takes its seconds. */
function faultyOf(round: number): Draft[] {
  const faults = chapters.flatMap((chapter) => chapter.faults).filter(({ waitsSeconds }) => waitsSeconds === undefined)
  return faults.flatMap((fault, at) => placesOf(fault, contents[(at + round) % contents.length] ?? 'text', at + round))
}

/** `turn` says which of several forms it has this time. */
function placesOf(fault: Fault, content: Content, turn: number): Draft[] {
  return dialects.flatMap((primary) => {
    if (!fault.plays[primary]) return []
    const stream = fault.whole === 'none' || turn % 2 === 0
    const own: Draft = { client: primary, primary, content, stream, fault }
    const other: Draft = { client: 'ollama', primary, content: 'text', stream: true, fault }
    return primary === 'openai-chat' && fault.stream !== 'error' && turn % 3 === 0 ? [own, other] : [own]
  })
}

function leavingOf(round: number): Draft[] {
  const who = clients[round % clients.length] ?? ['anthropic', 'anthropic']
  return [...clients, who].map(([client, primary]) => ({
    client,
    primary,
    content: 'text',
    stream: true,
    fault: leaving,
  }))
}

function mix(healthy: readonly Draft[], faulty: readonly Draft[]): Draft[] {
  const share = healthy.length / faulty.length
  return faulty.flatMap((draft, at) => [draft, ...healthy.slice(Math.round(at * share), Math.round((at + 1) * share))])
}

function finish(draft: Draft, mark: string, isFirst: boolean): Question {
  const topic = topicOf(mark)
  const leaves = draft.fault === leaving
  const isHeld = isFirst && draft.fault === health && draft.stream
  const play = draft.fault.plays[draft.primary] ?? { mode: 'ok', ...((isHeld || leaves) && { holdAfter: 1 }) }
  return { ...draft, mark, topic, leaves, isHeld, play: { ...withAnswer(play, draft.content, topic), about: mark } }
}

/** What the local model says to a question, if it comes to it. */
export function localPlay({ content, topic, mark }: Question): OllamaBehaviour {
  return { mode: 'ok', ...saidLocallyOf(content, topic), about: mark }
}
