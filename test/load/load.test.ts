/**
 * Five hundred apps at a time and every fault there is, twice: each app has its own answer, whole, and the running program holds on to
 * nothing of it. Real sockets, every program in a process of its own.
 */
import { isDeepStrictEqual } from 'node:util'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { localModel, startTrooperUnder, type RunningTrooper } from '../e2e/trooper.ts'
import type { SeenRequest } from '../fakes/journal.ts'
import { scratchFolder } from '../fakes/output.ts'
import { startOllama, startProvider, type FakeOllama, type FakeProvider } from '../fakes/start.ts'
import { checkWhole, expected } from '../failures/judge.ts'
import { askAll, type Answer } from './crowd.ts'
import { Gauge, gaugedBy, type Measured } from './gauge.ts'
import { localPlay, questionsOf, type Question } from './questions.ts'

const together = 500
/** Long for an answer on loopback, short for a test. */
const silenceSeconds = '5'

let provider: FakeProvider
let ollama: FakeOllama
let trooper: RunningTrooper
let gauge: Gauge

beforeAll(async () => {
  ;[provider, ollama] = await Promise.all([startProvider(), startOllama()])
  const config = {
    targets: {
      messages: { url: `${provider.url}/v1/messages`, kind: 'cloud' },
      chat: { url: `${provider.url}/v1/chat/completions`, kind: 'cloud' },
      responses: { url: `${provider.url}/v1/responses`, kind: 'cloud' },
      local: { url: `${ollama.url}/api/chat`, model: localModel },
    },
    chains: {
      anthropic: ['messages', 'local'],
      'openai-chat': ['chat', 'local'],
      'openai-responses': ['responses', 'local'],
      ollama: ['chat', 'local'],
    },
  }
  const file = join(scratchFolder('config'), 'trooper.yaml')
  writeFileSync(file, JSON.stringify(config))
  trooper = await startTrooperUnder(gaugedBy, {
    TROOPER_CONFIG: file,
    WAIT_MAX: '0',
    // Where the machine is busy, all may come to it.
    LOCAL_QUEUE: String(together),
    HEAD_TIMEOUT: silenceSeconds,
    STALL_TIMEOUT: silenceSeconds,
    WHOLE_ANSWER_TIMEOUT: silenceSeconds,
  })
  gauge = new Gauge(trooper.process)
})
afterAll(() => Promise.all([trooper.process.stop(), provider.stop(), ollama.stop()]))

interface Load {
  questions: Question[]
  problems: string[]
  measured: Measured
  requests: SeenRequest[]
}

async function load(round: number, before: Measured): Promise<Load> {
  const questions = questionsOf(round, together)
  await Promise.all([provider.reset(), ollama.reset()])
  await Promise.all([provider.play(...questions.map(({ play }) => play)), ollama.play(...questions.map(localPlay))])
  await gauge.restart()
  const answers = await hearAll(questions)
  const measured = await settledLike(before)
  const left = questions.filter(({ leaves }) => leaves)
  const { requests } = await provider.journalWhen((journal) =>
    left.every((question) => wasLeft(question, journal.requests)),
  )
  const askedLocally = new Set((await ollama.requests('/api/chat')).map(({ bodyText }) => markIn(bodyText)))
  const problems = questions.flatMap((question) => {
    const problem = problemOf(question, answers.get(question), askedLocally.has(question.mark))
    return problem === undefined ? [] : [`${nameOf(question)}: ${problem}`]
  })
  return { questions, problems, measured, requests }
}

async function hearAll(questions: Question[]): Promise<Map<Question, Answer | Error>> {
  const answers = new Map<Question, Answer | Error>()
  const held = new Set(questions.filter(({ isHeld }) => isHeld))
  await askAll(trooper.url, questions, together, {
    begun: (question) => {
      if (held.delete(question) && held.size === 0) void provider.release()
    },
    answered: (question, answer) => answers.set(question, answer),
  })
  return answers
}

/** The same once totals and quotas are on disk: their timers stand for up to five seconds behind the last answer. */
async function settledLike({ resources }: Measured): Promise<Measured> {
  let measured = await settled()
  const isWritten = async (): Promise<boolean> => {
    measured = await settled()
    return isDeepStrictEqual(measured.resources, resources)
  }
  await vi.waitUntil(isWritten, { timeout: 15_000, interval: 250 }).catch(() => {})
  return measured
}

/** When nobody is connected any more, and what can close has closed. */
async function settled(): Promise<Measured> {
  for (let last = Infinity; ;) {
    await Promise.all([provider.hangUp(), ollama.hangUp()])
    const sockets = await gauge.sockets()
    if (sockets === last) return gauge.measure()
    last = sockets
  }
}

function markIn(body: string): string {
  return /\((\d-\d{5})\)/.exec(body)?.[1] ?? ''
}

function wasLeft({ mark }: Question, requests: readonly SeenRequest[]): boolean {
  return requests.some(({ bodyText, outcome }) => outcome === 'client-gone' && markIn(bodyText) === mark)
}

function nameOf({ mark, client, primary, content, stream, fault }: Question): string {
  return `${mark}, ${client} on ${primary}, ${content}, ${stream ? 'stream' : 'whole'}, ${fault.name}`
}

function problemOf(
  question: Question,
  answer: Answer | Error | undefined,
  wasAskedLocally: boolean,
): string | undefined {
  if (question.leaves) return answer && 'it has an answer'
  if (answer === undefined || answer instanceof Error) return answer?.message ?? 'it has no answer'
  const { fault } = question
  try {
    const outcome = outcomeOf(answer, wasAskedLocally)
    // Who answers is the matrix's to say: where the machine is busy, somebody may seem silent who is not.
    const isError = expected(fault, { ...question, seam: true }) === 'error'
    if (outcome === 'error') return isError ? undefined : 'it has an error'
    checkWhole(fault, question, outcome, answer.heard, question.topic)
    return undefined
  } catch (error) {
    return String(error)
  }
}

function outcomeOf({ status, isLocal, heard }: Answer, wasAskedLocally: boolean) {
  if (heard.ending === 'failed') {
    expect(status, `the answer ends with ${JSON.stringify(heard.error)}`).not.toBe(200)
    return 'error'
  }
  return isLocal ? 'local' : wasAskedLocally ? 'both' : 'provider'
}

function summary(questions: Question[], { heapBytes, delayMs }: Measured): string {
  const faults = new Set(questions.map(({ fault }) => fault)).size
  const loop = Object.entries(delayMs).map(([name, ms]) => `${name} ${ms.toFixed(1)} ms`)
  const heap = `${(heapBytes / 1024 / 1024).toFixed(1)} MiB of heap in the end`
  return `${questions.length} answers, ${together} at a time, ${faults} faults; event loop delay ${loop.join(', ')}; ${heap}`
}

describe('five hundred apps at a time, every twentieth with a fault', () => {
  const loads: Load[] = []
  let before: Measured
  beforeAll(async () => {
    await gauge.restart()
    before = await settled()
    // The first warms the program up as well.
    for (const round of [1, 2]) loads.push(await load(round, before))
    for (const { questions, measured } of loads) process.stdout.write(`${summary(questions, measured)}\n`)
  }, 300_000)

  it('have each its own answer, whole', () => {
    expect(loads.flatMap(({ problems }) => problems)).toEqual([])
  })

  it('cost the provider one request each', () => {
    for (const { questions, requests } of loads) {
      const asked = requests.map(({ bodyText }) => markIn(bodyText))
      expect(asked.toSorted()).toEqual(questions.map(({ mark }) => mark).toSorted())
      expect(requests.flatMap(({ rejected }) => rejected ?? [])).toEqual([])
    }
  })

  it('leave no connection, request, answer or timer behind', () => {
    const [first, second] = loads.map(({ measured }) => measured)
    for (const { measured } of loads) {
      expect(measured.resources).toEqual(before.resources)
      expect(measured.objects).toMatchObject({ sockets: before.objects.sockets, requests: 0, answers: 0 })
    }
    expect(second?.objects).toEqual(first?.objects)
  })

  it('leave no memory behind: after as many again the program needs no more', () => {
    const [first = 0, second = 0] = loads.map(({ measured }) => measured.heapBytes)
    expect(second / first).toBeLessThan(1.1)
  })
})
