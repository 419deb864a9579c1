/** Two Troopers on one data folder: neither takes from the file what the other one learned. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { scratchFolder } from '../fakes/output.ts'
import { startOllama, startProvider, type FakeOllama, type FakeProvider } from '../fakes/start.ts'
import { dialects, startTrooper, type RunningTrooper } from './trooper.ts'

let provider: FakeProvider
let ollama: FakeOllama
let folder: string
const running: RunningTrooper[] = []
beforeEach(async () => {
  ;[provider, ollama] = await Promise.all([startProvider(), startOllama()])
  folder = scratchFolder('data')
})
afterEach(async () => {
  await Promise.all(running.splice(0).map(({ process }) => process.stop()))
  await Promise.all([provider.stop(), ollama.stop()])
})

async function start(): Promise<RunningTrooper> {
  const trooper = await startTrooper({
    PRIMARY_URL: `${provider.url}/v1/messages`,
    FALLBACK_URL: `${ollama.url}/api/chat`,
    TROOPER_DATA_DIR: folder,
    LOCAL_QUEUE: '200',
  })
  running.push(trooper)
  return trooper
}

/** Whether the local model answered. */
async function fellBack({ url }: RunningTrooper, customer: string): Promise<boolean> {
  const { endpoint, headers, body } = dialects.anthropic
  const own = { ...headers, 'x-api-key': customer }
  const response = await fetch(url + endpoint, {
    method: 'POST',
    headers: own,
    body: JSON.stringify(body('Hi', false)),
  })
  expect({ status: response.status, text: await response.text() }).toMatchObject({ status: 200 })
  return response.headers.has('x-trooper-fallback')
}

const remembered = (): { untilMs: number }[] => JSON.parse(readFileSync(join(folder, 'ledger.json'), 'utf8')).entries

it('what a hundred customers are refused at the same time outlives both, however they end', async () => {
  const [one, other] = [await start(), await start()]
  await provider.play({ mode: 'anthropic-subscription', retryAfter: '7999' })
  const customers = Array.from({ length: 100 }, (_, at) => `key-${at}`)
  await Promise.all(customers.map((customer, at) => fellBack(at % 2 === 0 ? one : other, customer)))
  await one.process.stop()
  // Its own last word is under way, or was: only what follows is written with a delay.
  await fellBack(other, 'key-last')
  await other.process.stop()
  expect(remembered()).toHaveLength(101)
  const asked = (await provider.requests('/v1/messages')).length
  const later = await start()
  const answers = await Promise.all(customers.map((customer) => fellBack(later, customer)))
  expect(answers).toEqual(customers.map(() => true))
  expect(await provider.requests('/v1/messages')).toHaveLength(asked)
})

it('what one of them learned in the moment before it was killed is not lost by the other’s next word', async () => {
  const [one, other] = [await start(), await start()]
  await provider.play({ mode: 'anthropic-subscription', retryAfter: '7999' })
  await fellBack(one, 'key-1')
  one.process.signal('SIGKILL')
  await one.process.exit()
  await fellBack(other, 'key-2')
  other.process.signal('SIGKILL')
  await other.process.exit()
  expect(remembered()).toHaveLength(2)
})

it('what one of them is answered again does not come back from the other’s memory', async () => {
  const first = await start()
  await provider.play(
    { mode: 'anthropic-subscription', retryAfter: '0.1', times: 1 },
    { mode: 'ok', times: 1 },
    { mode: 'anthropic-subscription', retryAfter: '7999' },
  )
  await fellBack(first, 'key-1')
  const second = await start()
  // The same request again and again, until its moment is over and the provider answers.
  while (await fellBack(first, 'key-1'));
  await first.process.stop()
  expect(remembered()).toEqual([])
  await fellBack(second, 'key-2')
  expect(remembered()).toHaveLength(1)
  await second.process.stop()
  expect(remembered()).toMatchObject([{ limit: { resetsAtMs: expect.any(Number) } }])
  expect(remembered()[0]?.untilMs).toBeGreaterThan(Date.now() + 60_000)
})
