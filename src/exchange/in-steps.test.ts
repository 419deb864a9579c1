import { describe, expect, it } from 'vitest'
import { createCount } from '../context/count/count.ts'
import { createMemo } from '../context/fit/notes.ts'
import { extractSummaries } from '../context/fit/fit.ts'
import { planCut } from '../context/fit/plan-cut.ts'
import { applyCut } from '../context/fit/apply-cut.ts'
import { usualVocabulary } from '../context/count/vocabularies.ts'
import type { ChatRequest, Message } from '../ir/request.ts'
import { allAtOnce, type Steps } from '../ir/steps.ts'
import { plainRequest } from '../../test/plain-request.ts'
import { inSteps } from './in-steps.ts'
import { takeJson } from './parse-body.ts'
import { takeStrictBytes } from '../ir/exact-json.ts'

/** Whose every look takes so long. */
function clockOf(msPerLook: number) {
  let nowMs = 0
  return { now: () => (nowMs += msPerLook), after: () => () => {} }
}

/** How often somebody else has had a turn until the work was over. */
async function turnsBeside<T>(clock: { now(): number; after(): () => void }, steps: Steps<T>) {
  let turns = 0
  let isOver = false
  const takeTurn = (): void => {
    turns += 1
    if (!isOver) setImmediate(takeTurn)
  }
  setImmediate(takeTurn)
  try {
    return { value: await inSteps(clock, steps), turns }
  } finally {
    isOver = true
  }
}

function* work(steps: number): Steps<string> {
  for (let step = 0; step < steps; step += 1) yield
  return 'done'
}

describe('long work', () => {
  it('lets others have a turn after each step that has taken long', async () => {
    expect(await turnsBeside(clockOf(50), work(5))).toEqual({ value: 'done', turns: 5 })
  })

  it('keeps everybody waiting for as many steps as take no time together', async () => {
    expect(await turnsBeside(clockOf(3), work(40))).toEqual({ value: 'done', turns: 10 })
    expect(await turnsBeside(clockOf(0), work(40))).toEqual({ value: 'done', turns: 0 })
  })

  it('tells whoever waits for it of what it throws, also after others had a turn', async () => {
    const failing = function* (): Steps<never> {
      yield
      throw new Error('no more')
    }
    await expect(inSteps(clockOf(50), failing())).rejects.toThrow('no more')
  })
})

describe('a conversation of thousands of messages', () => {
  const count = createCount(usualVocabulary)
  const messages = Array.from({ length: 5001 }, (_, at): Message => {
    const content = [{ type: 'text' as const, text: `Message ${at}: the key of room ${at} lies under the stone.` }]
    return { role: at % 2 === 0 ? 'user' : 'assistant', content }
  })
  const request: ChatRequest = { ...plainRequest, messages }

  function* fitted(): Steps<ChatRequest> {
    const plan = yield* planCut(request, count, { budget: 4000, summaries: true, before: undefined })
    if (plan.type !== 'cut') throw new Error(plan.type)
    const summaries = yield* extractSummaries(request, plan.cut, count, createMemo())
    return (yield* applyCut(request, plan.cut, summaries, count, createMemo())).request
  }

  it('is weighed, summed up and cut in more than a thousand steps, and comes out the same as at once', async () => {
    const { value, turns } = await turnsBeside(clockOf(50), fitted())
    expect(turns).toBeGreaterThan(1000)
    expect(value).toEqual(allAtOnce(fitted()))
  })

  it('is counted in steps', async () => {
    expect(await turnsBeside(clockOf(50), count.takeRequest(request))).toEqual({
      value: count.request(request),
      turns: 313,
    })
  })
})

describe('a body of 9 MB', () => {
  const content = 'The key of room 7 lies under the stone. '.repeat(250)
  const body = { messages: Array.from({ length: 900 }, () => ({ role: 'user', content })) }
  const bytes = Buffer.from(JSON.stringify(body))

  it('is looked through, decoded and parsed one after the other', async () => {
    const { value, turns } = await turnsBeside(clockOf(50), takeJson(bytes))
    expect(value).toEqual({ ok: true, value: body })
    expect(turns).toBeGreaterThanOrEqual(9)
  })

  it('is written in pieces', async () => {
    const { value, turns } = await turnsBeside(clockOf(50), takeStrictBytes(body))
    expect(value.equals(bytes)).toBe(true)
    expect(turns).toBeGreaterThan(30)
  })
})
