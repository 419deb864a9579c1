import { describe, expect, it } from 'vitest'
import { local, Stage, type FakeCall } from '../../../test/clocks/stage.ts'
import { plant } from '../../../test/context/conversations.ts'
import { FakeClock } from '../../../test/fakes/clock.ts'
import { nobodyWaits, plainTurn } from '../../../test/context/turn.ts'
import { createFitting } from '../../context/fit/fitting.ts'
import { createMargins, type Margins } from '../../context/count/margins.ts'
import { clientDialects } from '../../dialects/registry.ts'
import { tokensOf, type Engine, type Need } from '../../engines/engine.ts'
import type { Failure } from '../../ir/failure.ts'
import { arrayOf, objectOf, type JsonObject } from '../../ir/json.ts'
import type { ChatRequest } from '../../ir/request.ts'
import type { Target } from '../../routing/target.ts'
import { createLossBook } from '../translate/losses.ts'
import type { Services } from '../outcome.ts'
import type { CallOutcome } from '../translate/translated-call.ts'
import { askInWindow } from './window.ts'

const compatible: Target = { ...local(), dialect: 'openai-chat', speaks: ['openai-chat'] }
const json = { 'content-type': 'application/json' }

function refuse(call: FakeCall, message: string): void {
  const error = { message, type: 'invalid_request_error', code: 'context_length_exceeded' }
  call.connect().head(json, 400).say(JSON.stringify({ error })).end()
}

function answer(call: FakeCall, promptTokens: number): void {
  const usage = { prompt_tokens: promptTokens, completion_tokens: 1, total_tokens: promptTokens + 1 }
  const message = { role: 'assistant', content: 'Well.' }
  const body = {
    id: 'c',
    object: 'chat.completion',
    model: 'm',
    choices: [{ index: 0, message, finish_reason: 'stop' }],
  }
  call
    .connect()
    .head(json)
    .say(JSON.stringify({ ...body, usage }))
    .end()
}

function bodyOf({ body }: FakeCall): JsonObject {
  return objectOf(JSON.parse(body))
}

describe('a server that does not tell its window', () => {
  const { messages } = plant('chat', 12_000).body

  it('is asked for everything, and again for what fits when it says how large it is', async () => {
    const stage = new Stage([compatible])
    stage.ask('openai-chat', false, { messages })
    const first = await stage.call('local')
    expect(arrayOf(bodyOf(first)['messages']).length).toBeGreaterThan(50)
    const counted = 'However, you requested 13000 tokens (13000 in the messages, 0 in the completion).'
    refuse(first, `This model's maximum context length is 4096 tokens. ${counted}`)
    const second = await stage.call('local', 1)
    expect(second.body.length / 4).toBeLessThan(4096 * 0.8)
    answer(second, 2000)
    await stage.ended
    expect(stage.reply.status).toBe(200)
    expect(stage.reply.headers).toContain('X-Trooper-Omitted')
  })

  it('is asked for less and less where it says nothing of it, four times at most', async () => {
    const stage = new Stage([compatible])
    stage.ask('openai-chat', false, { messages })
    const sizes: number[] = []
    for (let at = 0; at < 4; at += 1) {
      const call = await stage.call('local', at)
      sizes.push(call.body.length)
      refuse(call, 'Too many tokens.')
    }
    await stage.ended
    expect(stage.callsOf('local')).toHaveLength(4)
    expect(sizes.every((size, at) => at === 0 || size < (sizes[at - 1] ?? 0))).toBe(true)
    expect(stage.reply.status).not.toBe(200)
  })

  it('is not asked for a longer answer than its window has room for, once that is known', async () => {
    const stage = new Stage([compatible])
    stage.ask('openai-chat', false, { messages, max_tokens: 100_000 })
    refuse(
      await stage.call('local'),
      "This model's maximum context length is 4096 tokens. However, you requested 113000 tokens.",
    )
    const second = bodyOf(await stage.call('local', 1))
    expect(Number(second['max_tokens'] ?? second['max_completion_tokens'])).toBeLessThan(4096)
    answer(await stage.call('local', 1), 2000)
    await stage.ended
  })
})

/** Asks an engine with this window, that counts so; resolves with what it was asked. */
async function asked(
  engine: Partial<Engine>,
  request: ChatRequest,
  margins: Margins,
  outcomes: CallOutcome[] = [],
  answer: { model?: string; inputTokens?: number } = {},
): Promise<{ questions: ChatRequest[]; outcome: CallOutcome }> {
  const known = {
    dress: (one: ChatRequest) => Promise.resolve(one),
    count: () => Promise.resolve(undefined),
    cutsInSilence: () => Promise.resolve(false),
    ...engine,
  }
  const services = {
    engines: { at: () => Promise.resolve(known) },
    margins,
    fitting: createFitting('extractive'),
    clock: new FakeClock(),
    log: nobodyWaits.log,
  } as unknown as Services
  const questions: ChatRequest[] = []
  const losses = createLossBook(nobodyWaits.log)('local')
  const target = { ...local(), ...(answer.model !== undefined && { model: answer.model }) }
  const outcome = await askInWindow(services, plainTurn(target), request, losses, (question, observe) => {
    questions.push(question)
    const { inputTokens } = answer
    if (inputTokens !== undefined) observe({ type: 'finish', reason: 'stop', usage: { inputTokens } })
    return Promise.resolve(outcomes.shift() ?? { type: 'answered' })
  })
  return { questions, outcome }
}

describe('a server that counts', () => {
  const request = clientDialects['openai-chat'].decodeRequest({ model: 'm', ...plant('chat', 8000).body })
  const windowFor = (): Promise<number> => Promise.resolve(8192)

  it('is asked how long a conversation is that may be too long, once, and then only for what fits', async () => {
    const counts: number[] = []
    const count = (one: ChatRequest): Promise<number> => {
      counts.push(one.messages.length)
      return Promise.resolve(9000)
    }
    const margins = createMargins()
    const { questions } = await asked({ windowFor, count }, request, margins)
    expect(counts).toEqual([request.messages.length])
    expect(questions).toHaveLength(1)
    expect(questions[0]?.messages.length).toBeLessThan(request.messages.length)
    await asked({ windowFor, count }, request, margins)
    expect(counts).toHaveLength(1)
  })

  it('is not asked about a short one', async () => {
    const count = (): Promise<number> => Promise.reject(new Error('It was asked.'))
    const short = { ...request, messages: request.messages.slice(0, 3) }
    expect((await asked({ windowFor, count }, short, createMargins())).questions).toHaveLength(1)
  })
})

describe('an answer', () => {
  const request = clientDialects['openai-chat'].decodeRequest({ model: 'm', ...plant('chat', 8000).body })
  const windowFor = (): Promise<number> => Promise.resolve(131_072)

  it.each<[string, number, boolean]>([
    ['qwen2.5:3b', 6000, true],
    ['qwen2.5:3b', 1600, false],
    ['a-model-of-my-own', 1600, true],
  ])('of %s that counts %i of 8000 tokens is learnt from: %s', async (model, inputTokens, isLearnt) => {
    const learnt: number[] = []
    const margins: Margins = {
      ...createMargins(),
      learn: (_model, _conversation, _estimated, measured) => learnt.push(measured),
    }
    await asked({ windowFor }, request, margins, [], { model, inputTokens })
    expect(learnt).toEqual(isLearnt ? [inputTokens] : [])
  })
})

describe('a refusal', () => {
  const request = clientDialects['openai-chat'].decodeRequest({ model: 'm', ...plant('chat', 4000).body })
  const failure: Failure = {
    kind: 'too-long',
    message: 'too long',
    promptTokens: 9000,
    windowTokens: 8192,
    status: 400,
  }

  it('is learnt from in a larger window where there is one, and nothing is left out', async () => {
    const windows: number[] = []
    const windowFor = async (need: Need): Promise<number> => {
      const needed = await tokensOf(need)
      windows.push(needed)
      return needed <= 8192 ? 8192 : 32_768
    }
    const { questions, outcome } = await asked({ windowFor }, request, createMargins(), [{ type: 'failed', failure }])
    expect(outcome.type).toBe('answered')
    expect(windows[1]).toBeGreaterThan(9000)
    expect(questions.map(({ messages }) => messages.length)).toEqual([request.messages.length, request.messages.length])
  })

  it('of another kind is the outcome', async () => {
    const other: CallOutcome = { type: 'failed', failure: { kind: 'overloaded', message: 'busy' } }
    const { questions, outcome } = await asked({ windowFor: () => Promise.resolve(8192) }, request, createMargins(), [
      other,
    ])
    expect(questions).toHaveLength(1)
    expect(outcome).toBe(other)
  })
})
