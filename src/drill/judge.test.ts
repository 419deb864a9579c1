import { describe, expect, it } from 'vitest'
import { clientDialects } from '../dialects/registry.ts'
import type { StreamEvent } from '../ir/events.ts'
import type { ChatRequest } from '../ir/request.ts'
import type { Seen } from './app.ts'
import { isRight, outcomeOf } from './judge.ts'
import { readStream, readWhole, type AppDialect } from './read-answer.ts'
import { noteTool, piecesOf, providerText } from './script.ts'
import { plainRequest } from '../../test/plain-request.ts'

const dialects: AppDialect[] = ['anthropic', 'openai-chat', 'openai-responses']

const request: ChatRequest = {
  ...plainRequest,
  model: 'm',
  messages: [],
}
const events: StreamEvent[] = [
  { type: 'start', id: 'id', model: 'm' },
  { type: 'text-start', index: 0 },
  ...piecesOf(providerText).map((text): StreamEvent => ({ type: 'text-delta', index: 0, text })),
  { type: 'text-end', index: 0 },
  { type: 'finish', reason: 'stop', usage: {} },
]

function framesIn(dialect: AppDialect): string[] {
  const encode = clientDialects[dialect].createEncoder({ id: 'id', model: 'm', createdAtMs: 0 }, request)
  return events.map((event) => encode(event))
}

describe.each(dialects)('an app that reads %s', (dialect) => {
  it('knows a stream that ended from one that was cut, at every frame', () => {
    const frames = framesIn(dialect)
    expect(readStream(dialect, frames.join(''))).toEqual({ end: 'whole', text: providerText, calls: [] })
    for (let count = 0; count < frames.length - 1; count += 1)
      expect(readStream(dialect, frames.slice(0, count).join('')).end).toBe('cut')
  })

  it('knows a stream that was told to have failed', () => {
    const { encodeFailureFrame } = clientDialects[dialect]
    const error = encodeFailureFrame({ kind: 'overloaded', message: 'Too many.' })
    expect(readStream(dialect, framesIn(dialect).slice(0, 5).join('') + error)).toMatchObject({
      end: 'error',
      problem: 'Too many.',
    })
  })

  it('reads a whole answer and an error', () => {
    const { encodeResponse, encodeFailure } = clientDialects[dialect]
    const identity = { id: 'id', model: 'm', createdAtMs: 0 }
    const call = { type: 'tool-call' as const, id: 'c', name: noteTool.name, input: JSON.stringify(noteTool.input) }
    const content = [{ type: 'text' as const, text: 'Hello.' }, call]
    const body = encodeResponse({ id: 'id', model: 'm', content, reason: 'stop', usage: {} }, identity, request)
    const read = readWhole(dialect, JSON.stringify(body))
    expect(read).toEqual({ end: 'whole', text: 'Hello.', calls: [{ name: call.name, input: call.input }] })
    const error = JSON.stringify(encodeFailure({ kind: 'bad-key', message: 'No.' }).body)
    expect(readWhole(dialect, error)).toMatchObject({ end: 'error', problem: 'No.' })
    expect(readWhole(dialect, '').end).toBe('cut')
  })
})

const seen: Seen = {
  status: 200,
  fallback: undefined,
  reason: undefined,
  body: '',
  tookMs: 1,
  end: 'whole',
  text: providerText,
  calls: [],
}
const withStandIn = { isStandIn: true, refusal: undefined }
const withModel = { isStandIn: false, refusal: undefined }

describe('the judgement', () => {
  it('says whom an app has its answer from', () => {
    expect(outcomeOf(seen, false)).toBe('provider')
    expect(outcomeOf(seen, true)).toBe('both')
    expect(outcomeOf({ ...seen, fallback: 'm' }, true)).toBe('local')
    expect(outcomeOf({ ...seen, end: 'error' }, true)).toBe('told')
    expect(outcomeOf({ ...seen, end: 'cut' }, false)).toBe('cut')
    expect(outcomeOf({ ...seen, status: 500, end: 'error' }, false)).toBe('refused')
    expect(outcomeOf({ ...seen, status: 0, end: 'cut' }, false)).toBe('cut')
  })

  it('takes no answer with a word missing or said twice', () => {
    expect(isRight(seen, 'both', 'both', withStandIn)).toBe(true)
    expect(isRight({ ...seen, text: providerText.replace('five, ', '') }, 'both', 'both', withStandIn)).toBe(false)
    expect(isRight({ ...seen, text: providerText.replace('four', 'four, four') }, 'both', 'both', withStandIn)).toBe(
      false,
    )
    expect(isRight({ ...seen, text: '' }, 'local', 'local', withStandIn)).toBe(false)
  })

  it('takes only the provider’s own error, byte for byte', () => {
    const refusal = { status: 401, headers: {}, body: '{"error":"no"}' }
    const refused: Seen = { ...seen, status: 401, end: 'error', text: '', body: refusal.body }
    expect(isRight(refused, 'refused', 'refused', { isStandIn: true, refusal })).toBe(true)
    expect(isRight({ ...refused, body: '{}' }, 'refused', 'refused', { isStandIn: true, refusal })).toBe(false)
    expect(isRight(refused, 'refused', 'local', { isStandIn: true, refusal })).toBe(false)
  })

  it('lets a real model fail to go on, if the app is told', () => {
    expect(isRight({ ...seen, end: 'error' }, 'told', 'both', withModel)).toBe(true)
    expect(isRight({ ...seen, end: 'error' }, 'told', 'both', withStandIn)).toBe(false)
    expect(isRight({ ...seen, end: 'cut' }, 'cut', 'both', withModel)).toBe(false)
  })
})
