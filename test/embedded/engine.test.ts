/** The process of an embedded model by itself: it speaks Ollama's API, and never cuts in silence. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { checkOutput } from '../../src/context/check-output.ts'
import { available, nodeOf, tinyModel } from './equipment.ts'
import { startEngine, type EngineProcess } from './engine-process.ts'
import { readLines, type Told } from './lines.ts'

const hello = [{ role: 'user', content: 'Hello' }]
const weather = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'Tells the weather.',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string', enum: ['Bern', 'Oslo'] }, days: { type: 'integer' } },
      required: ['city'],
    },
  },
}

const usable = available()
if (usable === true) describe('the process of an embedded model', engineTests)
else {
  it.skip(`skipped: ${usable.skip}`)
  console.warn(`embedded engine skipped: ${usable.skip}`)
}

async function count(engine: EngineProcess, messages: object[]): Promise<number> {
  return counted.parse(await (await engine.ask('/api/count', { messages })).json()).n_prompt_tokens
}

/** An answer as long as it may be: a model of random weights may end its turn at any token, so it is asked until it does not. */
async function longAnswer(engine: EngineProcess, messages: object[], num_predict: number): Promise<Told> {
  for (let seed = 1; seed <= 20; seed += 1) {
    const told = await engine.chat({ messages, options: { seed, num_predict } })
    if (told.reason === 'length') return told
  }
  throw new Error(`none of 20 answers was ${num_predict} tokens long`)
}

const counted = z.object({ n_prompt_tokens: z.number(), n_ctx: z.number() })

function engineTests(): void {
  let engine: EngineProcess
  beforeAll(async () => {
    engine = await startEngine(tinyModel('plain'))
  })
  afterAll(() => engine.stop())

  it('answers nobody without its key', async () => {
    for (const authorization of [undefined, 'Bearer nonsense']) {
      const response = await fetch(`${engine.url}/api/show`, {
        method: 'POST',
        body: '{}',
        headers: authorization === undefined ? {} : { authorization },
      })
      expect(response.status).toBe(401)
    }
  })

  it('says what the model can do and how long its window is, without loading it', async () => {
    const shown = await (await engine.ask('/api/show', { model: 'tiny' })).json()
    expect(shown).toMatchObject({
      model_info: { 'general.architecture': 'llama', 'llama.context_length': 4096 },
      capabilities: ['completion', 'tools'],
    })
    expect(await (await engine.ask('/api/ps')).json()).toEqual({ models: [] })
    expect(await (await engine.ask('/api/version')).json()).toEqual({ version: '0.0.0' })
  })

  it('says the same in a stream and whole, for the same seed', async () => {
    const body = { messages: hello, options: { seed: 7, num_predict: 40 } }
    // What is read anew and what is known from before is reckoned in other orders, and may differ in the last digit.
    await engine.chat(body)
    const streamed = await engine.chat(body)
    const whole = await engine.chat({ ...body, stream: false })
    expect(streamed.text).not.toBe('')
    expect(streamed.lines).toBeGreaterThan(2)
    expect(whole).toEqual({ ...streamed, lines: 1 })
  })

  it('stops at the number of tokens that was asked for, and says so', async () => {
    expect(await longAnswer(engine, hello, 3)).toMatchObject({ answerTokens: 3 })
  })

  it('stops before a text that was named', async () => {
    const { text, reason } = await engine.chat({ messages: hello, options: { stop: ['a', 'e', 'i', 'o', 'u'] } })
    expect(reason).toBe('stop')
    expect(text).not.toMatch(/[aeiou]/)
  })

  it('counts exactly what it will read, tools and earlier turns included', async () => {
    const body = {
      messages: [
        { role: 'system', content: 'Be brief. 🪖' },
        ...hello,
        {
          role: 'assistant',
          content: 'I look.',
          tool_calls: [{ id: 'a', function: { name: 'get_weather', arguments: { city: 'Bern' } } }],
        },
        { role: 'tool', tool_call_id: 'a', content: 'sunny\n22 °C' },
      ],
      tools: [weather],
      options: { seed: 1, num_predict: 1, num_ctx: 2048 },
    }
    const exact = await (await engine.ask('/api/count', body)).json()
    const { promptTokens } = await engine.chat(body)
    expect(exact).toMatchObject({ n_prompt_tokens: promptTokens })
  })

  it('refuses what does not fit with the numbers, before it loads anything', async () => {
    const small = await startEngine(tinyModel('small'))
    const long = [{ role: 'user', content: 'x'.repeat(600) }]
    const response = await small.ask('/api/chat', { model: 'tiny', messages: long, options: { num_ctx: 4096 } })
    expect(response.status).toBe(400)
    const said = JSON.parse(readLines(await response.text()).error ?? '').error
    const n_prompt_tokens = await count(small, long)
    expect(said).toEqual({
      code: 400,
      message: `request (${n_prompt_tokens} tokens) exceeds the available context size (512 tokens), try increasing it`,
      type: 'exceed_context_size_error',
      n_prompt_tokens,
      n_ctx: 512,
    })
    expect(await (await small.ask('/api/ps')).json()).toEqual({ models: [] })
    await small.stop()
  })

  it('answers in the last token that there is room for, and not in one more', async () => {
    const small = await startEngine(tinyModel('small'))
    const messagesOf = (length: number) => [{ role: 'user', content: 'x'.repeat(length) }]
    const overhead = (await count(small, messagesOf(100))) - 100
    const told = await small.chat({ messages: messagesOf(511 - overhead) })
    expect(told).toMatchObject({ reason: 'length', promptTokens: 511, answerTokens: 1 })
    expect(JSON.parse((await small.chat({ messages: messagesOf(512 - overhead) })).error ?? '').error).toMatchObject({
      n_prompt_tokens: 512,
    })
    await small.stop()
  })

  it('keeps an answer to a schema, whatever the model would rather say', async () => {
    const schema = {
      type: 'object',
      properties: {
        city: { type: 'string', enum: ['Bern', 'Oslo'] },
        days: { type: 'array', items: { $ref: '#/$defs/day' }, minItems: 1, maxItems: 2 },
      },
      required: ['city', 'days'],
      additionalProperties: false,
      $defs: { day: { type: 'object', properties: { sunny: { type: 'boolean' } }, required: ['sunny'] } },
    }
    for (const seed of [1, 2, 3]) {
      const { text } = await engine.chat({ messages: hello, format: schema, options: { seed, num_predict: 300 } })
      expect(checkOutput({ type: 'json', schema }, text)).toMatchObject({ ok: true })
    }
  })

  it('makes calls of the tools that are offered, their arguments as the schema has them', async () => {
    const calls = []
    for (let seed = 1; calls.length < 2 && seed < 200; seed += 1) {
      const told = await engine.chat({ messages: hello, tools: [weather], options: { seed, num_predict: 200 } })
      calls.push(...told.calls)
    }
    expect(calls.length).toBeGreaterThanOrEqual(2)
    for (const { name, arguments: given } of calls) {
      expect(name).toBe('get_weather')
      expect(['Bern', 'Oslo']).toContain(given['city'])
      expect(given).not.toHaveProperty('days', null)
    }
  })

  it('reads only what is new of a conversation that goes on', async () => {
    const begun = [{ role: 'system', content: 'Be brief. '.repeat(40) }, ...hello]
    const options = { seed: 5, num_predict: 20 }
    const first = await engine.chat({ messages: begun, options })
    const messages = [...begun, { role: 'assistant', content: first.text }, { role: 'user', content: 'More' }]
    const second = await engine.chat({ messages, options })
    expect(second.promptTokens).toBeGreaterThan(first.promptTokens!)
    expect(second.cachedTokens).toBeGreaterThan(first.promptTokens! - 16)
  })

  it('goes on with a turn of its own that was begun', async () => {
    const begun = [...hello, { role: 'assistant', content: 'The water' }]
    const { n_prompt_tokens } = counted.parse(await (await engine.ask('/api/count', { messages: begun })).json())
    const unbegun = await count(engine, hello)
    // Two words more, and neither a second head nor an end of the turn between.
    expect(n_prompt_tokens - unbegun).toBeLessThanOrEqual(6)
    expect((await longAnswer(engine, begun, 5)).answerTokens).toBe(5)
  })

  it('puts the result of a tool before the model as it came', async () => {
    const turn = (content: string) => [
      ...hello,
      { role: 'assistant', content: '', tool_calls: [{ id: 'a', function: { name: 'f', arguments: {} } }] },
      { role: 'tool', tool_call_id: 'a', content },
    ]
    // Quoted, each line break would be two characters, and so two tokens.
    const lines = 100
    const [bare, broken] = await Promise.all([count(engine, turn('x')), count(engine, turn('x' + '\n'.repeat(lines)))])
    expect(broken - bare).toBe(lines)
  })

  it('tells thoughts apart from the answer, has none where none are wanted, and none before an answer of a given form', async () => {
    const thinker = await startEngine(tinyModel('thinks'))
    const shown = await (await thinker.ask('/api/show', {})).json()
    expect(shown).toMatchObject({ capabilities: ['completion', 'tools', 'thinking'] })
    let thoughts = ''
    for (let seed = 1; thoughts === '' && seed < 100; seed += 1) {
      const told = await thinker.chat({ messages: hello, think: true, options: { seed, num_predict: 80 } })
      thoughts = told.thinking
    }
    expect(thoughts).not.toBe('')
    for (const seed of [1, 2, 3, 4, 5]) {
      const options = { seed, num_predict: 80 }
      expect((await thinker.chat({ messages: hello, think: false, options })).thinking).toBe('')
      expect((await thinker.chat({ messages: hello, format: 'json', options })).thinking).toBe('')
    }
    await thinker.stop()
  })

  it.for([22, 24] as const)('runs under Node %s too', async (major, context) => {
    const node = nodeOf(major)
    if (node === undefined) return context.skip(`Node ${major} is not at hand: run test/clients/install.sh`)
    const other = await startEngine(tinyModel('plain'), node)
    expect((await longAnswer(other, hello, 3)).answerTokens).toBe(3)
    await other.stop()
  })

  it('loads, keeps, and unloads when it is told to', async () => {
    expect(await engine.chat({ messages: [], options: { num_ctx: 1024 } })).toMatchObject({ reason: 'load' })
    expect(await (await engine.ask('/api/ps')).json()).toMatchObject({
      models: [{ name: 'tiny', context_length: expect.any(Number) }],
    })
    expect(await engine.chat({ messages: [], keep_alive: 0 })).toMatchObject({ reason: 'unload' })
    expect(await (await engine.ask('/api/ps')).json()).toEqual({ models: [] })
  })

  it('says what it cannot do in words of Ollama’s', async () => {
    const seeing = { messages: [{ role: 'user', content: 'x', images: ['aGk='] }] }
    expect(await engine.chat(seeing)).toMatchObject({ error: 'this model does not support image input' })
    expect(await engine.chat({ messages: hello, format: 'xml' })).toMatchObject({
      error: expect.stringContaining('invalid format'),
    })
    expect((await engine.ask('/api/nothing', {})).status).toBe(404)
  })
}
