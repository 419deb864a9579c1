/** Conversations that are longer than the local model's window, through the running program. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { AgentRequest } from '../agents/agent-request.ts'
import { changed, newKey, sendTo } from '../agents/agent-request.ts'
import * as claude from '../agents/claude-code.ts'
import { afterTool, longHistory } from '../agents/claude-code-history.ts'
import { kinds, plant } from '../context/conversations.ts'
import { arrayOf, objectOf, parseJson, stringOf, type JsonObject, type JsonValue } from '../../src/ir/json.ts'
import type { LocalModel } from '../fakes/control.ts'
import type { SeenRequest } from '../fakes/journal.ts'
import { png } from '../fixtures/images.ts'
import { planted } from '../secrets.ts'
import { startStage, startTrooper, textOf, type RunningTrooper, type Stage } from './trooper.ts'

function model(name: string, contextLength: number): LocalModel {
  return { name, contextLength, capabilities: ['completion', 'tools'] }
}

const small = [model('qwen2.5:3b', 8192)]

let stage: Stage
let trooper: RunningTrooper
beforeAll(async () => {
  stage = await startStage('/v1/messages')
  // Models are looked at when Trooper starts.
  await stage.ollama.configure({ models: small })
  trooper = await startWith('qwen2.5:3b')
})
afterAll(async () => {
  await Promise.all([trooper.process.stop(), stage.stop()])
})
beforeEach(async () => {
  await Promise.all([stage.ollama.reset({ models: small }), stage.provider.reset()])
  await stage.provider.play({ mode: 'reset' })
})

function startWith(models: string, more: Record<string, string> = {}): Promise<RunningTrooper> {
  return startTrooper({
    PRIMARY_URL: `${stage.provider.url}/v1/messages`,
    FALLBACK_URL: `${stage.ollama.url}/api/chat`,
    FALLBACK_MODEL: models,
    WAIT_MAX: '0',
    ...more,
  })
}

function bodyOf(seen: SeenRequest | undefined): JsonObject {
  return objectOf(parseJson(seen?.bodyText ?? ''))
}

async function heard(): Promise<JsonObject[]> {
  return (await stage.ollama.requests('/api/chat')).map(bodyOf)
}

function say(messages: JsonValue[], more: JsonObject = {}, url = trooper.url): Promise<Response> {
  return fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${newKey()}` },
    body: JSON.stringify({ model: 'gpt-4.1', messages, ...more }),
  })
}

/** Nothing was ever cut by the engine. */
async function expectNoCut(): Promise<void> {
  for (const { prompt } of await stage.ollama.requests('/api/chat'))
    expect(prompt).toMatchObject({ truncated: false, droppedMessages: 0, shifted: false })
}

describe('a conversation longer than the window', () => {
  it.each(kinds)('of %s is answered, and what is left out is said in log and header', async (kind) => {
    const { body, needles, instructions, question } = plant(kind, 30_000)
    const response = await say(body.messages, body.tools.length === 0 ? {} : { tools: body.tools })
    expect(response.status).toBe(200)
    await response.text()
    expect(response.headers.get('x-trooper-omitted')).toMatch(/^\d+ messages?, \d+ tokens$/)
    await trooper.process.line((line) => /✂️ local\/qwen2\.5:3b: .* window of 8192 .* left out: /.exec(line)?.[0])
    await expectNoCut()
    const words = JSON.stringify((await heard()).at(-1)).replaceAll('\\/', '/')
    for (const kept of [instructions, question]) expect(words).toContain(kept)
    expect(needles.filter(({ word }) => words.includes(word)).length).toBeGreaterThanOrEqual(3)
  })

  it('grows turn by turn: the model is loaded once, and most turns begin exactly as the one before', async () => {
    const { body } = plant('chat', 6000)
    const messages = [...body.messages]
    let same = 0
    const turns = 12
    for (let turn = 0; turn < turns; turn += 1) {
      const response = await say(messages)
      expect(response.status).toBe(200)
      messages.push(
        { role: 'assistant', content: textOf(await response.text()) },
        { role: 'user', content: 'More words. '.repeat(60) },
      )
    }
    const asked = (await heard()).filter((one) => one['messages'] !== undefined)
    const answered = (await stage.ollama.requests('/api/chat'))
      .filter(({ answer }) => answer?.status === 200)
      .map(bodyOf)
    expect(answered).toHaveLength(turns)
    for (const [at, one] of answered.entries()) {
      const before = arrayOf(answered[at - 1]?.['messages']).slice(0, -1)
      if (at > 0 && JSON.stringify(arrayOf(one['messages']).slice(0, before.length)) === JSON.stringify(before))
        same += 1
    }
    expect(same).toBeGreaterThanOrEqual(turns - 5)
    // An estimate is corrected once, if at all.
    expect(asked.length - answered.length).toBeLessThanOrEqual(2)
    expect((await stage.ollama.journal()).loads).toHaveLength(1)
    await expectNoCut()
  })

  it('of images shows the model the newest that fit, tells it of the others, and keeps to that from turn to turn', async () => {
    await stage.ollama.configure({ models: [{ ...model('qwen2.5:3b', 8192), capabilities: ['completion', 'vision'] }] })
    const seeing = await startWith('qwen2.5:3b')
    const named = Array.from({ length: 20 }, (_, at) => [
      { type: 'text', text: `Picture ${at}:` },
      { type: 'image_url', image_url: { url: `data:image/png;base64,${png}` } },
    ]).flat()
    const messages: JsonValue[] = [{ role: 'user', content: [...named, { type: 'text', text: 'Which is the best?' }] }]
    const first = await say(messages, {}, seeing.url)
    const left =
      /^parts of the request, (\d+) tokens, (\d+) images$/.exec(first.headers.get('x-trooper-omitted') ?? '') ?? []
    messages.push({ role: 'assistant', content: textOf(await first.text()) })
    for (const question of ['Why?', 'And the second best?']) {
      messages.push({ role: 'user', content: question })
      const answer = textOf(await (await say(messages, {}, seeing.url)).text())
      messages.push({ role: 'assistant', content: answer })
    }
    const [asked, second, third] = (await heard()).map((body) => arrayOf(body['messages']).map(objectOf))
    const shown = arrayOf(asked?.[0]?.['images']).length
    expect(shown).toBeGreaterThanOrEqual(5)
    expect(Number(left[2])).toBe(20 - shown)
    expect(Number(left[1])).toBeGreaterThan(700 * (20 - shown))
    const words = stringOf(asked?.[0]?.['content']) ?? ''
    expect(words.match(/\[image\/png left out\]/g)).toHaveLength(20 - shown)
    expect(words).toContain('Picture 0:\n\n[image/png left out]')
    expect(arrayOf(second?.[0]?.['images']).length).toBeGreaterThan(0)
    expect(third?.slice(0, second?.length)).toEqual(second)
    await expectNoCut()
    await seeing.process.stop()
  })

  it.each(kinds)(
    'of %s is never cut by an Ollama that is too old to be forbidden it, nor pushed out by its answer',
    async (kind) => {
      await stage.ollama.configure({ version: '0.11.4' })
      const beside = await startWith('qwen2.5:3b')
      // Words that are more tokens than an estimate takes them for.
      const dense = { role: 'user', content: 'ﬃ'.repeat(1500) }
      const { body } = plant(kind, 30_000)
      await stage.ollama.play({ mode: 'ok', text: 'word '.repeat(12_000) })
      const messages = [...body.messages, { role: 'assistant', content: 'Well.' }, dense]
      for (const turn of ['first', 'second']) {
        messages.push({ role: 'assistant', content: 'Well.' }, { role: 'user', content: turn })
        const response = await say(messages, body.tools.length === 0 ? {} : { tools: body.tools }, beside.url)
        expect(response.status).toBe(200)
        await response.text()
      }
      await expectNoCut()
      await beside.process.stop()
    },
  )

  it('is not cut either where such an Ollama counts more than anybody could have guessed', async () => {
    await stage.ollama.configure({ version: '0.11.4', models: [{ ...model('qwen2.5:3b', 8192), templateTokens: 600 }] })
    const beside = await startWith('qwen2.5:3b')
    const said = Array.from({ length: 52 }, (_, at) => [
      { role: 'user', content: `${at}: ${'word '.repeat(130)}` },
      { role: 'assistant', content: 'Well.' },
    ]).flat()
    await (await say([...said, { role: 'user', content: 'So?' }], { max_tokens: 16 }, beside.url)).text()
    await expectNoCut()
    await beside.process.stop()
  })

  it('that only begins like another one is not cut where that one was', async () => {
    const first = { role: 'user', content: 'Have a look at this.' }
    const long = Array.from({ length: 60 }, () => [
      { role: 'assistant', content: 'Some words. '.repeat(100) },
      { role: 'user', content: 'Other words. '.repeat(100) },
    ]).flat()
    await (await say([first, ...long])).text()
    const report = { id: 'call_report', type: 'function', function: { name: 'report', arguments: '{}' } }
    const lines = 'All is well.\n'.repeat(9000)
    const response = await say(
      [
        first,
        { role: 'assistant', content: null, tool_calls: [report] },
        { role: 'tool', tool_call_id: 'call_report', content: `${lines}The disk of marlin is full.` },
      ],
      { tools: [{ type: 'function', function: { name: 'report', parameters: { type: 'object' } } }] },
    )
    expect(response.status).toBe(200)
    const messages = arrayOf((await heard()).at(-1)?.['messages']).map(objectOf)
    expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool'])
    expect(messages[2]?.['content']).toContain('The disk of marlin is full.')
  })

  it.each([40, 800])(
    'is not taken for one because a template says %i tokens of its own to a greeting',
    async (templateTokens) => {
      await stage.ollama.configure({ models: [{ ...model('talkative:3b', 8192), templateTokens }] })
      const other = await startWith('talkative:3b')
      await (await say([{ role: 'user', content: 'Hi' }], {}, other.url)).text()
      const filler = { role: 'assistant', content: 'Some words of an answer. '.repeat(600) }
      const response = await say(
        [{ role: 'user', content: 'Hi there' }, filler, { role: 'user', content: 'Go on.' }],
        {},
        other.url,
      )
      expect(response.status).toBe(200)
      expect(response.headers.has('x-trooper-omitted')).toBe(false)
      await other.process.stop()
    },
  )

  it('that cannot be made to fit goes to the next model', async () => {
    await stage.ollama.configure({ models: [model('small:1b', 4096), model('roomy:8b', 65_536)] })
    const two = await startWith('small:1b, roomy:8b')
    const messages = [
      { role: 'system', content: 'Rule by rule. '.repeat(2000) },
      { role: 'user', content: 'Hi' },
    ]
    const response = await say(messages, {}, two.url)
    expect(response.headers.get('x-trooper-fallback')).toBe('roomy:8b')
    expect(response.headers.has('x-trooper-omitted')).toBe(false)
    const asked = (await heard()).map((one) => stringOf(one['model']))
    expect(asked).toEqual(['roomy:8b'])
    await two.process.stop()
  })
})

describe('an engine that finds a question too long', () => {
  it('is asked again with less, and nobody is told', async () => {
    await stage.ollama.play({ mode: 'overflow', times: 2 }, { mode: 'ok', text: planted.localAnswer })
    const response = await say(plant('chat', 7000).body.messages)
    expect(response.status).toBe(200)
    expect(textOf(await response.text())).toBe(planted.localAnswer)
    const sizes = (await stage.ollama.requests('/api/chat')).map(({ bodyBytes }) => bodyBytes)
    expect(sizes).toHaveLength(3)
    expect([...sizes].sort((a, b) => b - a)).toEqual(sizes)
    expect(new Set(sizes).size).toBe(3)
  })

  it('every time is given up for the provider’s own answer, after four questions', async () => {
    await stage.provider.play({ mode: 'anthropic-overloaded' })
    await stage.ollama.play({ mode: 'overflow' })
    const response = await say(plant('chat', 7000).body.messages)
    expect(response.status).not.toBe(400)
    expect(await response.text()).not.toContain('context size')
    expect((await stage.ollama.requests('/api/chat')).length).toBeLessThanOrEqual(4)
  })
})

describe('two turns of Claude Code', () => {
  const billed = (request: AgentRequest, cch: string): AgentRequest => {
    const line = `x-anthropic-billing-header: cc_version=2.1.330.440; cc_entrypoint=sdk-cli; cch=${cch};`
    const [, ...system] = arrayOf(request.body['system'])
    return changed(request, { system: [{ type: 'text', text: line }, ...system] })
  }
  const send = async (url: string, request: AgentRequest): Promise<void> => {
    const response = await sendTo(url, request)
    expect(response.status).toBe(200)
    await response.text()
  }
  /** Byte for byte. */
  const wire = (body: JsonObject | undefined): { tools: string; messages: string[] } => ({
    tools: JSON.stringify(body?.['tools']),
    messages: arrayOf(body?.['messages']).map((message) => JSON.stringify(message)),
  })

  it.each<[string, number, () => AgentRequest]>([
    ['from the first on', 131_072, claude.firstRequest],
    ['with a long history that fits', 131_072, longHistory],
    ['with a long history that does not fit', 32_768, longHistory],
  ])('%s begin with the same bytes, whatever changes at their head', async (_name, contextLength, create) => {
    await stage.ollama.configure({ models: [model('agent:3b', contextLength)] })
    const { url, process } = await startWith('agent:3b')
    const first = create()
    // The first answer tells how many tokens there really are.
    await send(url, billed(first, '0a1b2'))
    await send(url, billed(first, '1a2b3'))
    await send(url, billed(afterTool(first, 'toolu_next', 'Bash', { command: 'ls' }, 'a.ts b.ts'), '9f8e7'))
    await process.stop()
    const all = (await heard()).slice(-2).map(wire)
    const [before, after] = all
    expect(JSON.stringify(all)).not.toContain('billing-header')
    expect(after?.tools).toBe(before?.tools)
    const kept = before?.messages.length ?? 0
    expect(after?.messages.slice(0, kept)).toEqual(before?.messages)
    expect(after?.messages.length).toBe(kept + 2)
    await expectNoCut()
  })
})

describe('SUMMARY=model', () => {
  let summing: RunningTrooper
  beforeAll(async () => {
    await stage.ollama.configure({ models: small })
    summing = await startWith('qwen2.5:3b', { SUMMARY: 'model' })
  })
  afterAll(() => summing.process.stop())

  const isSummary = (body: JsonObject): boolean => JSON.stringify(body).includes('Sum it up in at most')

  it('lets the model write what stands in place of what is left out, once', async () => {
    const { messages } = plant('chat', 20_000).body
    await stage.ollama.play({ mode: 'ok', times: 1, text: 'They spoke of marlin.' }, { mode: 'ok', text: 'Well.' })
    const answer = textOf(await (await say(messages, {}, summing.url)).text())
    expect(answer).toBe('Well.')
    const first = await heard()
    expect(first.filter(isSummary)).toHaveLength(1)
    expect(objectOf(first[0]?.['options'])['num_ctx']).toBe(objectOf(first.at(-1)?.['options'])['num_ctx'])
    expect(JSON.stringify(first.at(-1)?.['messages'])).toContain('They spoke of marlin.')

    const next = [...messages, { role: 'assistant', content: answer }, { role: 'user', content: 'Go on.' }]
    await (await say(next, {}, summing.url)).text()
    const all = await heard()
    expect(all.filter(isSummary)).toHaveLength(1)
    expect(JSON.stringify(all.at(-1)?.['messages'])).toContain('They spoke of marlin.')
    expect((await stage.ollama.journal()).loads).toHaveLength(1)
    await expectNoCut()
  })

  it('falls back on an extract where the model fails', async () => {
    const { messages } = plant('chat', 21_000).body
    await stage.ollama.play({ mode: 'load-failed', times: 1 }, { mode: 'ok', text: 'Well.' })
    const response = await say(messages, {}, summing.url)
    expect(textOf(await response.text())).toBe('Well.')
    expect(JSON.stringify((await heard()).at(-1)?.['messages'])).toContain('What was said in them, in short')
  })
})
