/**
 * Every fault in every place: what reaches the client, what the provider sees, and how long it takes on a clock that stands still unless
 * it is waited for. `docs/failures.md` is what comes out of it, and is held against it. To make it anew: `npx vitest run test/failures -u`.
 */
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { available, baseURL, Client, clients } from '../clients/clients.ts'
import type { Heard, SseClientName } from '../conformance/demand.ts'
import { startInside, type Inside } from '../e2e/inside.ts'
import type { ProviderBehaviour } from '../fakes/control.ts'
import { startOllama, startProvider, type FakeOllama, type FakeProvider } from '../fakes/start.ts'
import { planted } from '../secrets.ts'
import { requestOf } from './answers.ts'
import { chapters, contents, type Content, type Fault } from './faults.ts'
import { checkWhole, endpoints, expected, hearLeniently, withAnswer, type Place } from './judge.ts'
import { manual, type Cell, type Told } from './manual.ts'
import { playSilence, silences } from './silences.ts'
import { saidLocallyOf, saidOf, usual } from './topic.ts'

const dialects = ['anthropic', 'openai-chat', 'openai-responses'] as const
/** Whose provider speaks another dialect. */
const strangers: Readonly<Record<SseClientName, SseClientName>> = {
  anthropic: 'openai-chat',
  'openai-chat': 'openai-responses',
  'openai-responses': 'anthropic',
}

let provider: FakeProvider
let ollama: FakeOllama
const troopers = new Map<string, Inside>()
const cells: Cell[] = []
let customer = 0

beforeAll(async () => {
  ;[provider, ollama] = await Promise.all([startProvider(), startOllama()])
  await Promise.all(
    dialects.flatMap((primary) =>
      ['on', 'off'].map(async (seam) => {
        const env = {
          PRIMARY_URL: provider.url + endpoints[primary],
          FALLBACK_URL: `${ollama.url}/api/chat`,
          FALLBACK_MODEL: 'qwen2.5:3b',
          SEAM: seam,
        }
        troopers.set(`${primary} ${seam}`, await startInside(env))
      }),
    ),
  )
})
afterAll(async () => {
  await Promise.all([...troopers.values()].map((trooper) => trooper.stop(0)))
  await Promise.all([provider.stop(), ollama.stop()])
})

async function prepare(behaviour: ProviderBehaviour, content: Content): Promise<void> {
  await Promise.all([provider.reset(), ollama.reset()])
  await Promise.all([
    provider.play(withAnswer(behaviour, content, usual), { mode: 'ok', ...saidOf(content, usual) }),
    ollama.play({ mode: 'ok', ...saidLocallyOf(content, usual) }),
  ])
}

function trooperOf(primary: SseClientName, seam: boolean): Inside {
  const trooper = troopers.get(`${primary} ${seam ? 'on' : 'off'}`)
  if (!trooper) throw new Error('It was not started.')
  return trooper
}

/** The clock moves when it is waited for, and never else. */
async function passTime({ clock }: Inside, { waitsSeconds }: Fault): Promise<void> {
  if (waitsSeconds === undefined) return
  await clock.waitedFor(waitsSeconds * 1000)
  clock.pass(waitsSeconds * 1000)
}

async function run(
  fault: Fault,
  behaviour: ProviderBehaviour,
  place: Place,
): Promise<{ outcome: Told; attempts: number; seconds: number; heard: Heard }> {
  const { client, primary, content, stream, seam } = place
  await prepare(behaviour, content)
  customer += 1
  const trooper = trooperOf(primary, seam)
  const startMs = trooper.clock.now()
  const answer = fetch(trooper.url + endpoints[client], requestOf(client, content, stream, customer))
  await passTime(trooper, fault)
  const response = await answer
  const text = await response.text()
  const seconds = (trooper.clock.now() - startMs) / 1000
  const type = response.headers.get('content-type') ?? ''
  const heard = hearLeniently(behaviour.mode, place, type, text)
  const [asked, askedLocally] = await Promise.all([provider.requests(), ollama.requests('/api/chat')])
  expect(asked.map(({ rejected }) => rejected ?? '')).toEqual(asked.map(() => ''))
  const isLocal = response.headers.has('x-trooper-fallback')
  const isTold = heard.ending === 'failed'
  if (isTold && response.status >= 400) return { outcome: 'error', attempts: asked.length, seconds, heard }
  const outcome = isTold ? 'told' : isLocal ? 'local' : askedLocally.length > 0 ? 'both' : 'provider'
  return { outcome, attempts: asked.length, seconds, heard }
}

function placesAt(primary: SseClientName): Place[] {
  const speakers = dialects.filter((client) => client === primary || strangers[client] === primary)
  return speakers.flatMap((client) =>
    contents.flatMap((content) => [
      { client, primary, content, stream: true, seam: true },
      { client, primary, content, stream: false, seam: true },
      { client, primary, content, stream: true, seam: false },
    ]),
  )
}

function placeText({ client, content, stream, seam }: Place): string {
  return `${client} ${content} ${stream ? 'stream' : 'whole'}${seam ? '' : ', no seam'}`
}

describe.each(dialects)('a %s provider', (primary) => {
  const faults = chapters.flatMap((chapter) => chapter.faults).filter(({ plays }) => plays[primary])
  const places = placesAt(primary)
  it.each(faults)('$name', async (fault) => {
    const behaviour = fault.plays[primary]
    if (!behaviour) return
    const problems: string[] = []
    for (const place of places) {
      const wanted = expected(fault, place)
      if (wanted === 'none') continue
      try {
        const { outcome, attempts, seconds, heard } = await run(fault, behaviour, place)
        expect(outcome).toBe(wanted)
        if (outcome !== 'error' && outcome !== 'told') checkWhole(fault, place, outcome, heard)
        cells.push({ ...place, fault: fault.name, outcome, attempts, seconds })
      } catch (error) {
        problems.push(`${placeText(place)}: ${String(error)}`)
      }
    }
    expect(problems).toEqual([])
  })
})

describe.each(dialects)('a %s provider', (primary) => {
  const places = placesAt(primary)
  it.each(silences)('$name', async (silence) => {
    const problems: string[] = []
    for (const place of places) {
      const wanted = silence.ends(place)
      if (!wanted) continue
      try {
        const { heard, ...told } = await playSilence(silence, place)
        expect(told).toEqual({ ...wanted, attempts: 1 })
        if (told.outcome !== 'told') checkWhole({ name: silence.name, plays: {} }, place, told.outcome, heard)
        cells.push({ ...place, fault: silence.name, ...told })
      } catch (error) {
        problems.push(`${placeText(place)}: ${String(error)}`)
      }
    }
    expect(problems).toEqual([])
  })
})

/** The official SDK of each dialect, whose helpers throw on what is not well-formed. */
const apis = { anthropic: 'messages', 'openai-chat': 'chat', 'openai-responses': 'responses' } as const

describe.each(dialects)('the SDK of a %s client', (dialect) => {
  const api = apis[dialect]
  const definition = clients.find(({ apis: own, runtime }) => runtime === 'node' && own.includes(api))
  const usable = definition ? available(definition) : { skip: 'there is none' }
  if (!definition || usable !== true) return it.skip(`skipped: ${usable === true ? '' : usable.skip}`)
  let client: Client
  beforeAll(() => {
    client = new Client(definition)
  })
  afterAll(() => client.stop())

  const faults = chapters.flatMap((chapter) => chapter.faults).filter(({ plays }) => plays[dialect])
  it.each(faults)('hears a whole answer, streamed or not: $name', async (fault) => {
    const behaviour = fault.plays[dialect]
    if (!behaviour) return
    const place = { client: dialect, primary: dialect, content: 'text', seam: true } as const
    for (const op of ['final', 'create'] as const) {
      const wanted = expected(fault, { ...place, stream: op === 'final' })
      if (wanted === 'none') continue
      await prepare(behaviour, 'text')
      customer += 1
      const trooper = trooperOf(dialect, true)
      const answer = client.call({
        op,
        api,
        baseURL: baseURL(definition, trooper.url, api),
        apiKey: `${planted.clientKey}-${customer}`,
        model: dialect === 'anthropic' ? 'claude-sonnet-4-5' : 'gpt-4.1',
        messages: [{ role: 'user', content: planted.prompt }],
      })
      await passTime(trooper, fault)
      const result = await answer
      if (wanted === 'error') expect(result).toMatchObject({ ok: false })
      else expect(result).toMatchObject({ ok: true, text: expect.stringMatching(tellsAll) })
    }
  })
})

/** A word may be torn, a character broken. */
const tellsAll = /^The quick( brown)? fox jumps over the f.r of a lazy dog and is gone\.$/

describe('the manual of failures', () => {
  it('says what happens', async () => {
    const file = fileURLToPath(new URL('../../docs/failures.md', import.meta.url))
    await expect(manual([...chapters, { title: 'Silence', faults: silences }], cells)).toMatchFileSnapshot(file)
  })
})
