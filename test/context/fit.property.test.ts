/** What holds of every conversation that is made to fit, whatever is in it. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createCount } from '../../src/context/count/count.ts'
import { countImages } from '../../src/context/count/images.ts'
import { fit, wholly, type Fit } from '../../src/context/fit/fit.ts'
import { createMemo } from '../../src/context/fit/notes.ts'
import { vocabularyOf } from '../../src/context/count/vocabularies.ts'
import type { Cut } from '../../src/context/fit/cut.ts'
import { prepareForLocal } from '../../src/exchange/translate/prepare.ts'
import { targetDialects } from '../../src/dialects/registry.ts'
import type { ChatRequest, FilePart, Message } from '../../src/ir/request.ts'
import { checkChatModel, checkChatShape } from '../fakes/check-ollama.ts'
import { wildRequests } from '../conformance/wild-requests.ts'
import { plainRequest } from '../plain-request.ts'

const model = 'qwen2.5:3b'
const count = createCount(vocabularyOf(model))
const can = { tools: true, vision: true }

function prepared(request: ChatRequest): ChatRequest {
  return prepareForLocal(request, { kind: 'local', dialect: 'ollama' }, can, new Map(), () => {})
}

function fitted(request: ChatRequest, budget: number, before?: Cut, summaries = true): Fit {
  return fit(request, { budget, summaries, before }, count, createMemo())
}

type Fitting = Exclude<Fit, { type: 'too-long' }>

/** The conversation as it fits; as it is where it cannot. */
function mustFit(request: ChatRequest, budget: number, before?: Cut): Fitting {
  const found = fitted(request, budget, before)
  return found.type === 'too-long' ? { ...wholly(request, count), type: 'whole' } : found
}

const words = fc.oneof(
  fc.constantFrom('alpha', 'beta_gamma', '/work/src/a.ts', '4711', 'The', 'fails', '世界', 'naïve', '🌍', 'x=1;', '\n'),
  fc.string({ unit: 'grapheme', maxLength: 8 }),
)
const text = fc
  .array(words, { minLength: 1, maxLength: 60 })
  .chain((some) =>
    fc.integer({ min: 1, max: 40 }).map((times) => Array.from({ length: times }, () => some.join(' ')).join('. ')),
  )

function said(role: 'user' | 'assistant', one: string, shown: readonly FilePart[] = []): Message {
  return { role, content: [...shown, { type: 'text', text: one }] }
}

/** With a number that JavaScript would round. */
function inputOf(text: string): string {
  return `{"id":90071992547409931,"file":${JSON.stringify({ path: '/work/a.ts', edits: [text, text.slice(0, 9)] })}}`
}

const image: FilePart = { type: 'file', mediaType: 'image/png', data: { from: 'base64', data: 'iVBORw==' } }
const images = fc.integer({ min: 0, max: 4 }).map((many) => Array.from({ length: many }, () => image))

const step = fc
  .record({
    calls: fc.array(fc.tuple(text, fc.boolean(), fc.option(text), images), { maxLength: 3 }),
    thought: fc.option(text),
    answer: text,
    next: fc.option(text),
    shown: images,
  })
  .map(({ calls, thought, answer, next, shown }) => (at: number): Message[] => {
    const id = (index: number): string => `call_${at}_${index}`
    const reasoning = thought === null ? [] : [{ type: 'reasoning' as const, text: thought }]
    const made = calls.map(([, , written], index) => ({
      type: 'tool-call' as const,
      id: id(index),
      name: 'run',
      input: written === null ? '{"a":1}' : inputOf(written),
    }))
    const results = calls.map(([result, isError, , seen], index) => ({
      type: 'tool-result' as const,
      callId: id(index),
      isError,
      content: [{ type: 'text' as const, text: result }, ...seen],
    }))
    return [
      { role: 'assistant', content: [...reasoning, { type: 'text', text: answer }, ...made] },
      ...(results.length === 0 ? [] : [{ role: 'tool' as const, content: results }]),
      ...(next === null && results.length > 0 ? [] : [said('user', next ?? 'Go on.', shown)]),
    ]
  })

const tool = {
  type: 'function' as const,
  name: 'run',
  description: 'Runs it. '.repeat(20),
  inputSchema: { type: 'object' },
}

const conversations = fc
  .record({ system: text, first: text, steps: fc.array(step, { minLength: 1, maxLength: 8 }) })
  .map(({ system, first, steps }): ChatRequest =>
    prepared({
      ...plainRequest,
      tools: [tool],
      messages: [
        { role: 'system', content: [{ type: 'text', text: system }] },
        said('user', first),
        ...steps.flatMap((make, at) => make(at)),
      ],
    }),
  )
/** As a share of what the conversation takes. */
const shares = fc.double({ min: 0.05, max: 1.2, noNaN: true })

function budgetOf(request: ChatRequest, share: number): number {
  return Math.max(200, Math.round(count.request(request) * share))
}

function textsOf(messages: readonly Message[], role: Message['role']): string[] {
  return messages
    .filter((message) => message.role === role)
    .flatMap(({ content }) => content.flatMap((part) => (part.type === 'text' ? [part.text] : [])))
}

function callsOf(messages: readonly Message[]): [string, string][] {
  return messages.flatMap((message): [string, string][] =>
    message.role === 'assistant'
      ? message.content.flatMap((part): [string, string][] =>
          part.type === 'tool-call' ? [[part.id, part.input]] : [],
        )
      : [],
  )
}

/** Calls without a result right behind them, and results without a call right before them. */
function orphans(messages: readonly Message[]): number {
  const calls = (message: Message | undefined): string[] =>
    message?.role === 'assistant' ? message.content.flatMap((part) => (part.type === 'tool-call' ? [part.id] : [])) : []
  const results = (message: Message | undefined): string[] =>
    message?.role === 'tool' ? message.content.map(({ callId }) => callId) : []
  return messages.filter((message, at) => {
    const made = calls(message).sort().join()
    if (message.role === 'tool')
      return (
        results(message).sort().join() !==
        calls(messages[at - 1])
          .sort()
          .join()
      )
    return (
      made !== '' &&
      made !==
        results(messages[at + 1])
          .sort()
          .join()
    )
  }).length
}

const runs = { numRuns: 100, endOnFailure: true }

describe('a conversation that is made to fit', () => {
  it('is never longer than its budget, by its own count', () => {
    fc.assert(
      fc.property(conversations, shares, fc.boolean(), (request, share, summaries) => {
        const budget = budgetOf(request, share)
        const found = fitted(request, budget, undefined, summaries)
        if (found.type === 'too-long') return
        expect(count.request(found.request)).toBe(found.tokens())
        expect(found.tokens()).toBeLessThanOrEqual(budget)
      }),
      runs,
    )
  })

  it('keeps calls and their results together, and the turns in order', () => {
    fc.assert(
      fc.property(conversations, shares, (request, share) => {
        const { messages } = mustFit(request, budgetOf(request, share)).request
        expect(orphans(messages)).toBe(0)
        const rest = messages[0]?.role === 'system' ? messages.slice(1) : messages
        expect(rest.some(({ role }) => role === 'system')).toBe(false)
        for (const [at, { role }] of rest.entries()) {
          if (role !== 'tool') expect(role).not.toBe(rest[at - 1]?.role)
        }
      }),
      runs,
    )
  })

  it('keeps what the system said, the tools, and the first and last words of the user whole, unless nothing else is left to cut', () => {
    fc.assert(
      fc.property(conversations, shares, (request, share) => {
        const found = mustFit(request, budgetOf(request, share))
        expect(textsOf(found.request.messages, 'system')).toEqual(textsOf(request.messages, 'system'))
        if (found.type === 'cut' && found.cut.textTokens !== undefined) return
        expect(found.request.tools).toEqual(request.tools)
        const before = textsOf(request.messages, 'user')
        const after = textsOf(found.request.messages, 'user')
        for (const kept of [before[0] ?? '', before.at(-1) ?? '']) expect(after).toContain(kept)
      }),
      runs,
    )
  })

  it('loses nothing that is not counted', () => {
    fc.assert(
      fc.property(conversations, shares, (request, share) => {
        const { noteTokens, omitted, ...fitted } = mustFit(request, budgetOf(request, share))
        const tokens = fitted.tokens()
        const all = count.request(request)
        const accounted = tokens - noteTokens + omitted.tokens
        // Joined messages lose the marks between them, a few tokens each.
        expect(Math.abs(accounted - all)).toBeLessThanOrEqual(8 * request.messages.length)
        if (omitted.tokens === 0) expect(tokens).toBe(all)
        expect(omitted.images).toBe(countImages(request.messages) - countImages(fitted.request.messages))
      }),
      runs,
    )
  })

  it('has calls with arguments of the same keys and kinds', () => {
    const shapeOf = (input: string): string =>
      JSON.stringify(JSON.parse(input), (_key, value: unknown) => (typeof value === 'string' ? '' : value))
    let shrunk = 0
    fc.assert(
      fc.property(conversations, shares, (request, share) => {
        const before = new Map(callsOf(request.messages))
        for (const [id, input] of callsOf(mustFit(request, budgetOf(request, share)).request.messages)) {
          expect(() => JSON.parse(input)).not.toThrow()
          expect(shapeOf(input)).toBe(shapeOf(before.get(id) ?? ''))
          if (input !== before.get(id)) shrunk += 1
        }
      }),
      runs,
    )
    expect(shrunk).toBeGreaterThan(0)
  })

  it('is the same when it is made to fit again', () => {
    fc.assert(
      fc.property(conversations, shares, (request, share) => {
        const budget = budgetOf(request, share)
        const once = mustFit(request, budget)
        expect(mustFit(once.request, budget).request).toEqual(once.request)
      }),
      runs,
    )
  })

  it('begins its next turn as it began this one, as long as the window has room', () => {
    fc.assert(
      fc.property(conversations, step, fc.double({ min: 0.2, max: 0.9, noNaN: true }), (request, next, share) => {
        const budget = budgetOf(request, share)
        const now = mustFit(request, budget)
        if (now.type !== 'cut') return fc.pre(false)
        const longer = prepared({ ...request, messages: [...request.messages, ...next(99)] })
        const then = mustFit(longer, budget, now.cut)
        // One in four has room.
        fc.pre(then.type === 'cut' && !then.isNew)
        const begun = now.request.messages.slice(0, -1)
        expect(then.request.messages.slice(0, begun.length)).toEqual(begun)
        expect(then.request.tools).toEqual(now.request.tools)
      }),
      { ...runs, numRuns: runs.numRuns / 4 },
    )
  })

  it('is one that Ollama takes, whatever a client may hold of it', () => {
    const local = {
      name: model,
      contextLength: 8192,
      capabilities: ['completion', 'tools', 'vision', 'thinking'] as const,
    }
    fc.assert(
      fc.property(wildRequests([model]), shares, (request, share) => {
        const ready = prepared(request)
        const found = fitted(ready, budgetOf(ready, share))
        if (found.type === 'too-long') return
        const body = targetDialects.ollama.encodeRequest(found.request, () => {})
        expect(() => checkChatShape(body)).not.toThrow()
        expect(() => checkChatModel(body, { ...local, capabilities: [...local.capabilities] })).not.toThrow()
        expect(orphans(found.request.messages)).toBe(0)
      }),
      runs,
    )
  })
})
