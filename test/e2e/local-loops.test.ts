/** Tool loops of the local model whose provider comes back between a call and its result, also while Trooper is killed and started anew. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { scratchFolder } from '../fakes/output.ts'
import { startOllama, startProvider, type FakeOllama, type FakeProvider } from '../fakes/start.ts'
import { planted } from '../secrets.ts'
import { dialectNames, dialects, startTrooper, textOf, type RunningTrooper, type TestedDialect } from './trooper.ts'

let provider: FakeProvider
let ollama: FakeOllama
let trooper: RunningTrooper
afterEach(async () => {
  await Promise.all([trooper.process.stop(), provider.stop(), ollama.stop()])
})

const name = 'get_weather'
const parameters = { type: 'object', properties: { city: { type: 'string' } } }
/** What of an answer leads to its call. */
interface Called {
  content: { id: string }[]
  choices: { message: { tool_calls: { id: string }[] } }[]
  output: { call_id: string }[]
}

/** How each dialect lists a tool, and how an app tells of a call that was made and of its result. */
const tools: Record<TestedDialect, object> = {
  anthropic: { name, input_schema: parameters },
  'openai-chat': { type: 'function', function: { name, parameters } },
  'openai-responses': { type: 'function', name, parameters, strict: false },
}
const histories: Record<TestedDialect, (answer: Called) => object[]> = {
  anthropic: ({ content }) => [
    { role: 'assistant', content },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: content[0]?.id, content: 'Sunny.' }] },
  ],
  'openai-chat': ({ choices }) => [
    choices[0]!.message,
    { role: 'tool', tool_call_id: choices[0]!.message.tool_calls[0]?.id, content: 'Sunny.' },
  ],
  'openai-responses': ({ output }) => [
    ...output,
    { type: 'function_call_output', call_id: output.at(-1)?.call_id, output: 'Sunny.' },
  ],
}
const refusals = {
  anthropic: { mode: 'anthropic-credit', times: 1 },
  'openai-chat': { mode: 'openai-quota', times: 1 },
  'openai-responses': { mode: 'openai-quota', times: 1 },
} as const

const listOf = (dialect: TestedDialect): 'input' | 'messages' => (dialect === 'openai-responses' ? 'input' : 'messages')

function send(dialect: TestedDialect, said: object[]): Promise<Response> {
  const { endpoint, headers, body } = dialects[dialect]
  const request = { ...body('', false), tools: [tools[dialect]], [listOf(dialect)]: said }
  return fetch(trooper.url + endpoint, { method: 'POST', headers, body: JSON.stringify(request) })
}

const hiccups = {
  anthropic: { mode: 'anthropic-overloaded', times: 1 },
  'openai-chat': { mode: 'openai-overloaded', times: 1 },
  'openai-responses': { mode: 'openai-overloaded', times: 1 },
} as const

/** A provider that fails once, so that the local model answers with a call: its conversation with the result of that, after which it has the words. */
async function beginLoop(dialect: TestedDialect): Promise<object[]> {
  ;[provider, ollama] = await Promise.all([startProvider(), startOllama()])
  const { endpoint } = dialects[dialect]
  trooper = await startTrooper({ PRIMARY_URL: provider.url + endpoint, FALLBACK_URL: `${ollama.url}/api/chat` })
  await provider.play(hiccups[dialect], { mode: 'ok', text: planted.cloudAnswer })
  await ollama.play(
    { mode: 'ok', toolCalls: [{ name, input: { city: 'Bern' } }], times: 1 },
    { mode: 'ok', text: planted.localAnswer },
  )
  const first = [{ role: 'user', content: planted.prompt }]
  const called = (await (await send(dialect, first)).json()) as Called
  return [...first, ...histories[dialect](called)]
}

describe.each(dialectNames)('%s', (dialect) => {
  it('the loop stays with the local model when nothing is known against the provider any more, until it fails itself', async () => {
    const { endpoint } = dialects[dialect]
    const loop = await beginLoop(dialect)
    const answer = await send(dialect, loop)
    expect(answer.headers.get('x-trooper-reason')).toBe('local-loop')
    expect(textOf(await answer.text())).toBe(planted.localAnswer)
    expect(await provider.requests(endpoint)).toHaveLength(1)

    const turn = [...loop, { role: 'assistant', content: planted.localAnswer }, { role: 'user', content: 'And Oslo?' }]
    const back = await send(dialect, turn)
    expect(back.headers.has('x-trooper-reason')).toBe(false)
    expect(textOf(await back.text())).toBe(planted.cloudAnswer)

    await ollama.play({ mode: 'not-pulled' })
    expect(textOf(await (await send(dialect, loop)).text())).toBe(planted.cloudAnswer)
    expect((await provider.requests(endpoint)).map(({ rejected }) => rejected)).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  it('a loop that its user breaks off with another question is over: the provider hears it first, and takes the history', async () => {
    const { endpoint } = dialects[dialect]
    const loop = await beginLoop(dialect)
    expect((await send(dialect, loop)).headers.get('x-trooper-reason')).toBe('local-loop')
    const answer = await send(dialect, [...loop, { role: 'user', content: 'Never mind. And the time?' }])
    expect(answer.headers.has('x-trooper-reason')).toBe(false)
    expect(textOf(await answer.text())).toBe(planted.cloudAnswer)
    expect((await provider.requests(endpoint)).map(({ rejected }) => rejected)).toEqual([undefined, undefined])
  })

  it('what an app reminds of is no word of its user: behind results the loop goes on, behind the question that breaks it off it is over', async () => {
    const { endpoint } = dialects[dialect]
    const loop = await beginLoop(dialect)
    const reminder = { role: 'user', content: '<system-reminder>Mind the list.</system-reminder>' }

    const reminded = await send(dialect, [...loop, reminder])
    expect(reminded.headers.get('x-trooper-reason')).toBe('local-loop')
    expect(textOf(await reminded.text())).toBe(planted.localAnswer)
    expect(await provider.requests(endpoint)).toHaveLength(1)

    const brokenOff = { role: 'user', content: 'Never mind. And the time?' }
    for (const end of [
      [brokenOff, reminder],
      [reminder, brokenOff, reminder],
    ]) {
      const answer = await send(dialect, [...loop, ...end])
      expect(answer.headers.has('x-trooper-reason')).toBe(false)
      expect(textOf(await answer.text())).toBe(planted.cloudAnswer)
    }
    expect((await provider.requests(endpoint)).map(({ rejected }) => rejected)).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  it('the loop stays with the local model, and the next turn goes to the provider, which takes all of it', async () => {
    ;[provider, ollama] = await Promise.all([startProvider(), startOllama()])
    const folder = scratchFolder('data')
    const start = () =>
      startTrooper({
        PRIMARY_URL: provider.url + dialects[dialect].endpoint,
        FALLBACK_URL: `${ollama.url}/api/chat`,
        TROOPER_DATA_DIR: folder,
      })
    await provider.play(refusals[dialect], { mode: 'ok', text: planted.cloudAnswer })
    await ollama.play(
      { mode: 'ok', toolCalls: [{ name, input: { city: 'Bern' } }], times: 1 },
      { mode: 'ok', text: planted.localAnswer },
    )
    trooper = await start()
    const first = [{ role: 'user', content: planted.prompt }]
    const called = (await (await send(dialect, first)).json()) as Called
    trooper.process.signal('SIGKILL')
    await trooper.process.exit()

    // Its time comes meanwhile.
    const file = join(folder, 'ledger.json')
    writeFileSync(file, readFileSync(file, 'utf8').replace(/"untilMs": \d+/, `"untilMs": ${Date.now() - 1000}`))
    trooper = await start()
    const loop = [...first, ...histories[dialect](called)]
    const answer = await send(dialect, loop)
    expect(textOf(await answer.text())).toBe(planted.localAnswer)
    expect(await provider.requests(dialects[dialect].endpoint)).toHaveLength(1)

    const turn = [...loop, { role: 'assistant', content: planted.localAnswer }, { role: 'user', content: 'And Oslo?' }]
    const back = await send(dialect, turn)
    expect(textOf(await back.text())).toBe(planted.cloudAnswer)
    const asked = await provider.requests(dialects[dialect].endpoint)
    expect(asked.map(({ rejected }) => rejected)).toEqual([undefined, undefined])
  })
})
