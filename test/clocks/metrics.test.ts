/** An hour of everything that can happen, after which every counter and the day's totals are what the script did. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { catalogue } from '../../src/ir/failure.ts'
import { createDaysForm } from '../../src/observe/days/kept-days.ts'
import { plant } from '../context/conversations.ts'
import { scratchFolder } from '../fakes/output.ts'
import { readPrometheus, type Scraped } from '../fakes/prometheus-text.ts'
import { countersIn, gaugesIn, histogramsIn, histogramsOf, rounded, type Books, type Did } from './books.ts'
import { messages, ollama } from './frames.ts'
import { byLocal, claude, Hour, refuse, spared } from './hour.ts'
import { local, Stage, type FakeCall } from './stage.ts'

async function scrape({ stage }: Hour): Promise<Scraped> {
  return readPrometheus(await stage.metrics())
}

function expectBooksToBalance(scraped: Scraped, books: Books): void {
  expect(countersIn(scraped)).toEqual(rounded(books.counters))
  const told = histogramsIn(scraped)
  expect(told).toEqual(histogramsOf(books.values, told))
}

async function refusals(hour: Hour): Promise<void> {
  await hour.fallback('overloaded', (call) => refuse(call, 529, 'overloaded_error'))
  await hour.goodStream('anthropic')
  await hour.fallback('network', (call) => call.connect().break())
  await hour.goodStream('openai-chat')
  await hour.fallback('server-error', (call) => {
    call.open().say('event: error\ndata: {"type":"error","error":{"type":"api_error","message":"No."}}\n\n')
  })
  await hour.goodStream('openai-responses')
  await hour.fallback('malformed-answer', (call) => call.open().end())
  await hour.goodJson()
  const sayNothing = (call: FakeCall): Promise<void> => {
    call.open()
    return hour.stage.pass(60)
  }
  await hour.fallback('timeout', sayNothing, 60)
  await hour.goodStream('anthropic')
  await hour.passedOn(401, 'bad-key')
  await hour.passedOn(400, 'bad-request')
}

async function rests(hour: Hour): Promise<void> {
  const { stage } = hour
  await hour.fallback('rate-limited', (call) => refuse(call, 429, 'rate_limit_error', { 'retry-after': '300' }))
  await hour.skipped('rate-limited')
  expect(gaugesIn(await scrape(hour))).toMatchObject({
    'trooper_ledger_resting{target="claude"}': 1,
    'trooper_ledger_reset_seconds{target="claude"}': 294,
  })
  await stage.pass(300)
  await hour.goodStream('anthropic')
  expect(gaugesIn(await scrape(hour))).toMatchObject({
    'trooper_ledger_resting{target="claude"}': 0,
    'trooper_ledger_reset_seconds{target="claude"}': 0,
  })
  await hour.fallback('quota-spent', (call) => refuse(call, 402, 'billing_error'))
  await hour.skipped('quota-spent', 'openai-chat')
  await stage.pass(30)
  await hour.goodStream('anthropic')
  const nearlySpent = {
    'anthropic-ratelimit-unified-status': 'allowed',
    'anthropic-ratelimit-unified-5h-utilization': '0.97',
    'anthropic-ratelimit-unified-5h-reset': String((stage.clock.now() + 600_000) / 1000),
  }
  await hour.goodStream('anthropic', nearlySpent)
  await hour.skipped('handover')
  expect(gaugesIn(await scrape(hour))).toMatchObject({
    'trooper_quota_used_ratio{target="claude",window="5h"}': 0.97,
  })
  await stage.pass(600)
  await hour.goodStream('anthropic')
}

/** While claude is set aside: one is answered, one leaves from the queue, one waits three seconds for its turn, and one finds no room. */
async function crowd(hour: Hour): Promise<void> {
  const { stage, books } = hour
  const setAside = { target: 'claude', was: 'skipped', reason: 'override' } satisfies Did
  const anew = { dialect: 'anthropic', reason: 'override' } as const
  const first = await hour.call('local', hour.ask('anthropic'))
  const endOfFirst = stage.ended
  const leaving = stage.askBeside('anthropic')
  await stage.pass(1)
  leaving.reply.leave()
  await leaving.ended
  books.happened({ ...anew, came: 'gone', took: 1, calls: [setAside, { target: 'local', was: 'gone' }] })
  const second = stage.askBeside('anthropic')
  await stage.pass(0)
  await stage.askBeside('anthropic').ended
  const full = { target: 'local', was: 'failed', reason: 'queue-full' } satisfies Did
  books.happened({ ...anew, came: 'failed', took: 0, calls: [setAside, full] })
  expect(gaugesIn(await scrape(hour))).toMatchObject({
    'trooper_engine_running_requests{engine="http://local"}': 1,
    'trooper_engine_waiting_requests{engine="http://local"}': 1,
    'trooper_exchanges_in_flight{dialect="anthropic"}': 2,
    'trooper_attempts_in_flight{dialect="anthropic",target="local"}': 2,
  })
  const before = stage.callsOf('local').length
  first.open()
  await stage.pass(3)
  first.say(ollama.text('Here I am.'), ollama.end).end()
  await endOfFirst
  const of = { ...anew, came: 'fallback', notSpent: spared } as const
  const did = { ...byLocal, took: 4, spokeAfter: 4, waited: 0 }
  books.happened({ ...of, took: 4, spokeAfter: 4, calls: [setAside, did] })
  ;(await stage.call('local', before)).open().say(ollama.text('Me too.'), ollama.end).end()
  await second.ended
  const waited = { ...byLocal, took: 3, spokeAfter: 3, waited: 3 }
  books.happened({ ...of, took: 3, spokeAfter: 3, calls: [setAside, waited] })
}

/** What only local models do. */
async function oddities(hour: Hour): Promise<void> {
  const { stage, books } = hour
  const tools = [{ name: 'get_weather', input_schema: { type: 'object', properties: { city: { type: 'string' } } } }]
  const spoken = '{"name": "get_weather", "arguments": {"city": "Bern"}}'
  await hour.localSays([ollama.text(spoken) + ollama.end], { tools })
  books.add('trooper_spoken_calls_total', { target: 'local' })
  const unread = `${JSON.stringify({ error: "error parsing tool call: raw='x', err=invalid" })}\n`
  await hour.localSays([unread, ollama.text('Sunny.') + ollama.end], { tools })
  books.add('trooper_unread_calls_total', { target: 'local' })
  await hour.localSays([ollama.text('Well.') + ollama.end], { messages: plant('chat', 12_000).body.messages })
  const header = stage.reply.headers[stage.reply.headers.indexOf('X-Trooper-Omitted') + 1] ?? ''
  const [messages = 0, tokens = 0] = [...header.matchAll(/\d+/g)].map(Number)
  expect(messages).toBeGreaterThan(10)
  books.add('trooper_omitted_messages_total', { target: 'local' }, messages)
  books.add('trooper_omitted_tokens_total', { target: 'local' }, tokens)
  await stage.askTokens().ended
  books.add('trooper_exchanges_total', { dialect: 'anthropic', about: 'tokens', outcome: 'fallback' })
  books.add('trooper_attempts_total', { target: 'claude', dialect: 'anthropic', outcome: 'skipped' })
  books.add('trooper_skips_total', { target: 'claude', dialect: 'anthropic', reason: 'override' })
  books.add('trooper_attempts_total', { target: 'local', dialect: 'anthropic', outcome: 'answered' })
}

async function failures(hour: Hour): Promise<void> {
  for (let at = 0; at < 3; at += 1) await hour.fallback('overloaded', (call) => refuse(call, 529, 'overloaded_error'))
  expect(gaugesIn(await scrape(hour))).toMatchObject({ 'trooper_breaker_open{target="claude"}': 1 })
  await hour.skipped('overloaded')
  await hour.stage.pass(5)
  await hour.goodStream('anthropic')
  expect(gaugesIn(await scrape(hour))).toMatchObject({ 'trooper_breaker_open{target="claude"}': 0 })
}

const names = ['claude', 'local']
const labelSets: Record<string, readonly string[]> = {
  target: names,
  engine: ['http://local'],
  dialect: ['anthropic', 'openai-chat', 'openai-responses', 'ollama'],
  about: ['conversation', 'tokens'],
  outcome: ['answered', 'fallback', 'failed', 'gone', 'broken', 'skipped', 'lost', 'exported', 'dropped'],
  reason: Object.keys(catalogue),
  direction: ['input', 'output', 'read', 'write'],
  window: ['5h'],
  mode: ['auto', 'local', 'primary'],
  version: ['test'],
  node: [process.version],
}

function expectClosedLabels({ samples }: Scraped): void {
  for (const { name, labels } of samples.filter(({ name }) => name.startsWith('trooper_')))
    for (const [label, value] of Object.entries(labels))
      if (label !== 'le') expect(labelSets[label], `${name}: ${label}`).toContain(value)
}

it('every counter is what an hour of mixed outcomes was, and so are the totals of the day', async () => {
  const dataFolder = scratchFolder('data')
  const shown = { model_info: { 'general.architecture': 'qwen2', 'qwen2.context_length': 4096 } }
  const stage = new Stage([claude, local()], {}, { dataFolder, handoverAt: 0.95, longestQueue: 1, shown })
  // In no time zone does that day end within the hour.
  const beganMs = new Date(1970, 0, 2, 12).getTime()
  stage.clock.advance(beganMs - stage.clock.now())
  const hour = new Hour(stage, '1970-01-02')
  await hour.goodStream('anthropic')
  await refusals(hour)
  await rests(hour)
  await hour.seam()
  await hour.goodStream('anthropic')
  await hour.clientLeaves()
  await hour.nobodyAnswers()
  await hour.goodStream('anthropic')
  await failures(hour)
  stage.override('local')
  expect(gaugesIn(await scrape(hour))).toMatchObject({ 'trooper_override{mode="local"}': 1 })
  await hour.skipped('override')
  await crowd(hour)
  await oddities(hour)
  stage.override('auto')
  while (stage.clock.now() - beganMs < 3_600_000) {
    await hour.goodStream('openai-chat')
    await stage.pass(297)
  }
  const scraped = await scrape(hour)
  expectBooksToBalance(scraped, hour.books)
  expectClosedLabels(scraped)
  expect(gaugesIn(scraped)).toMatchObject({
    'trooper_exchanges_in_flight{dialect="anthropic"}': 0,
    'trooper_engine_running_requests{engine="http://local"}': 0,
    'trooper_override{mode="auto"}': 1,
  })
  await stage.settle()
  const [day] = createDaysForm().read(readFileSync(join(dataFolder, 'days.json'), 'utf8')) ?? []
  expect(roundedDay(day)).toEqual(roundedDay(hour.books.day))
})

function roundedDay(day: object | undefined): unknown {
  return JSON.parse(JSON.stringify(day), (_, value: unknown) =>
    typeof value === 'number' ? Number(value.toPrecision(9)) : value,
  )
}

it('every counter is what a race was, whoever won', async () => {
  const stage = new Stage([claude, local()], { onSlow: 'race' }, { dataFolder: scratchFolder('data') })
  const hour = new Hour(stage, '1970-01-01')
  for (const isLocalFirst of [true, false]) {
    const late = await hour.call('claude', hour.ask('anthropic'))
    late.open()
    const before = stage.callsOf('local').length
    await stage.pass(60)
    const next = (await stage.call('local', before)).open()
    await stage.pass(5)
    if (isLocalFirst) next.say(ollama.text('Here.'), ollama.end).end()
    else late.say(messages.start, messages.textStart(), messages.text('At last.'), messages.stop(), messages.end).end()
    await stage.ended
    const took = isLocalFirst ? 5 : 65
    const won = { was: 'answered', took, spokeAfter: took, input: 5 } as const
    hour.books.happened({
      dialect: 'anthropic',
      came: isLocalFirst ? 'fallback' : 'answered',
      reason: 'timeout',
      took: 65,
      spokeAfter: 65,
      calls: isLocalFirst
        ? [
            { target: 'claude', was: 'lost' },
            { target: 'local', ...won, output: 3, waited: 0 },
          ]
        : [
            { target: 'claude', ...won, output: 5, cost: 90 },
            { target: 'local', was: 'lost', waited: 0 },
          ],
      ...(isLocalFirst && { notSpent: spared }),
    })
  }
  expectBooksToBalance(await scrape(hour), hour.books)
})
