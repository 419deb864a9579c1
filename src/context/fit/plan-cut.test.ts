import { describe, expect, it } from 'vitest'
import { allAtOnce } from '../../ir/steps.ts'
import { plainRequest } from '../../../test/plain-request.ts'
import type { ChatRequest, FilePart, Message, Tool } from '../../ir/request.ts'
import { createCount } from '../count/count.ts'
import type { Cut } from './cut.ts'
import { planCut } from './plan-cut.ts'
import { usualVocabulary } from '../count/vocabularies.ts'

const count = createCount(usualVocabulary)
const perWord = count.text('word '.repeat(1000)) / 1000
const words = (tokens: number): string => 'word '.repeat(Math.round(tokens / perWord))

function said(role: 'system' | 'user' | 'assistant', tokens: number): Message {
  return { role, content: [{ type: 'text', text: words(tokens) }] }
}

function step(id: string, resultTokens: number, thoughtTokens = 0): Message[] {
  const thought = { type: 'reasoning' as const, text: words(thoughtTokens) }
  const result = {
    type: 'tool-result' as const,
    callId: id,
    content: [{ type: 'text' as const, text: words(resultTokens) }],
  }
  return [
    { role: 'assistant', content: [thought, { type: 'tool-call', id, name: 'run', input: '{}' }] },
    { role: 'tool', content: [{ ...result, isError: false }] },
  ]
}

function request(messages: Message[], tools: Tool[] = []): ChatRequest {
  return { ...plainRequest, messages: [said('system', 20), said('user', 20), ...messages], tools }
}

function cutOf(asked: ChatRequest, budget: number, before?: Cut): Cut {
  const plan = allAtOnce(planCut(asked, count, { budget, summaries: true, before }))
  if (plan.type !== 'cut') throw new Error(plan.type)
  return plan.cut
}

/** Two turns of tools, then two words of the user. */
const old = [...step('a', 900), said('assistant', 30), said('user', 20), ...step('b', 900), said('assistant', 30)]
const recent = [said('user', 20), said('assistant', 30), said('user', 20)]

describe('what goes first', () => {
  it('is nothing while everything fits', () => {
    const asked = request([...old, ...recent])
    expect(
      allAtOnce(planCut(asked, count, { budget: count.request(asked), summaries: true, before: undefined })).type,
    ).toBe('whole')
  })

  it('is the oldest result of a tool, which keeps its call', () => {
    const asked = request([...old, ...recent])
    const cut = cutOf(asked, Math.round(count.request(asked) * 0.98))
    expect(cut.shrunkBefore).toBe(4)
    expect(cut).toMatchObject({ droppedBefore: 0, thoughtlessBefore: 0, textTokens: undefined, toolTokens: undefined })
  })

  it('is as well what was long in the arguments of the oldest calls', () => {
    const write = (id: string): Message[] => {
      const [call, result] = step(id, 5)
      const input = JSON.stringify({ file_path: 'a.ts', content: words(900) })
      return [
        { role: 'assistant', content: [{ type: 'tool-call', id, name: 'write', input }] },
        ...(call && result ? [result] : []),
      ]
    }
    const asked = request([...write('a'), said('assistant', 30), said('user', 20), ...write('b'), ...recent])
    const cut = cutOf(asked, Math.round(count.request(asked) * 0.98))
    expect(cut).toMatchObject({ shrunkBefore: 4, droppedBefore: 0, textTokens: undefined })
  })

  it('is the oldest messages, when shrinking is not enough', () => {
    const long = Array.from({ length: 20 }, () => [said('assistant', 100), said('user', 100)]).flat()
    const cut = cutOf(request([...old, ...long, ...recent]), 1500)
    expect(cut.droppedBefore).toBeGreaterThan(0)
    expect(cut.kept).toContain(1)
    expect(cut.noteTokens).toBeGreaterThan(0)
  })

  it('is the steps of a loop of tools, oldest first and never the newest, where they alone are too long', () => {
    const loopOf = (thoughtTokens: number): Message[] =>
      Array.from({ length: 12 }, (_, at) => step(`c${at}`, 200, thoughtTokens)).flat()
    const brief = request(loopOf(10))
    const shrunk = cutOf(brief, Math.round(count.request(brief) * 0.9))
    expect(shrunk).toMatchObject({ thoughtlessBefore: 0, droppedBefore: 0 })
    const asked = request(loopOf(100))
    const thoughtless = cutOf(asked, 2000)
    expect(thoughtless.thoughtlessBefore).toBeGreaterThan(0)
    const dropped = cutOf(asked, 900)
    expect(dropped.droppedBefore).toBeGreaterThan(0)
    expect(dropped.droppedBefore).toBeLessThanOrEqual(asked.messages.length - 2)
    expect(dropped.kept).toContain(1)
  })

  it('is at last every long text, and then what the definitions of tools say of themselves', () => {
    const tools: Tool[] = [{ type: 'function', name: 'run', description: words(2000), inputSchema: { type: 'object' } }]
    expect(cutOf(request([said('assistant', 9), said('user', 5000)]), 1500)).toMatchObject({ toolTokens: undefined })
    expect(cutOf(request([said('assistant', 9), said('user', 5000)]), 1500).textTokens).toBeGreaterThan(500)
    expect(cutOf(request([], tools), 700).toolTokens).toBeGreaterThan(0)
  })

  it('is never what the system says: then it is too long', () => {
    const asked: ChatRequest = { ...plainRequest, messages: [said('system', 3000), said('user', 20)] }
    expect(allAtOnce(planCut(asked, count, { budget: 1000, summaries: true, before: undefined }))).toMatchObject({
      type: 'too-long',
    })
  })
})

describe('images', () => {
  const images = (many: number): FilePart[] =>
    Array.from({ length: many }, () => ({
      type: 'file',
      mediaType: 'image/png',
      data: { from: 'base64', data: 'iVBORw==' },
    }))
  const shown = (many: number): Message => ({ role: 'user', content: images(many) })

  it('of one message go from the oldest on, and no more of them than must', () => {
    const asked = request([said('assistant', 9), shown(20)])
    const cut = cutOf(asked, 6000)
    expect(cut).toMatchObject({ imagesLeftOut: 13, droppedBefore: 0, textTokens: undefined, toolTokens: undefined })
  })

  it('of a result that a tool has just given do so as well', () => {
    const [call] = step('a', 1)
    const look: Message = {
      role: 'tool',
      content: [{ type: 'tool-result', callId: 'a', content: images(20), isError: false }],
    }
    const asked = request(call ? [call, look] : [])
    expect(cutOf(asked, 6000)).toMatchObject({ imagesLeftOut: 13, droppedBefore: 0, textTokens: undefined })
  })

  it('that were shown before a loop of tools go before its steps do, all but the newest', () => {
    const loop = Array.from({ length: 6 }, (_, at) => step(`c${at}`, 100)).flat()
    const asked = request([said('assistant', 9), shown(5), ...loop])
    const cut = cutOf(asked, 3000)
    expect(cut.imagesLeftOut).toBeGreaterThan(1)
    expect(cut.imagesLeftOut).toBeLessThan(5)
    expect(cut.droppedBefore).toBe(0)
    expect(cutOf(asked, 1400)).toMatchObject({ imagesLeftOut: 4 })
  })

  it('stay left out in the next turn, and no others go, while the window has room', () => {
    const asked = request([said('assistant', 9), shown(5), ...step('a', 100), said('assistant', 9), said('user', 9)])
    const before = cutOf(asked, 3000)
    expect(before.imagesLeftOut).toBeGreaterThan(0)
    const next = { ...asked, messages: [...asked.messages, said('assistant', 20), said('user', 20)] }
    expect(allAtOnce(planCut(next, count, { budget: 3000, summaries: true, before }))).toMatchObject({
      cut: before,
      isNew: false,
    })
  })

  it('get the room that is left where texts had to be cut', () => {
    const tools: Tool[] = [{ type: 'function', name: 'run', description: words(4000), inputSchema: { type: 'object' } }]
    const cut = cutOf(request([said('assistant', 9), shown(5)], tools), 3000)
    expect(cut.toolTokens).toBeGreaterThan(0)
    expect(cut.imagesLeftOut).toBe(2)
  })
})

describe('the next turn', () => {
  const long = Array.from({ length: 20 }, () => [said('assistant', 100), said('user', 100)]).flat()
  const asked = request([...long, ...recent])
  const before = cutOf(asked, 2000)
  const next = { ...asked, messages: [...asked.messages, said('assistant', 50), said('user', 50)] }

  it('is cut at the same place while the window has room', () => {
    expect(allAtOnce(planCut(next, count, { budget: 2000, summaries: true, before }))).toEqual({
      type: 'cut',
      cut: before,
      isNew: false,
    })
  })

  it('is cut deeper when the window is full again', () => {
    const full = { ...next, messages: [...next.messages, ...long.slice(0, 8)] }
    expect(cutOf(full, 2000, before).droppedBefore).toBeGreaterThan(before.droppedBefore)
  })

  it('is cut anew when the cut was made for much less', () => {
    expect(cutOf(next, 3500, before).droppedBefore).toBeLessThan(before.droppedBefore)
  })

  it('is whole when everything fits by now', () => {
    expect(allAtOnce(planCut(next, count, { budget: 100_000, summaries: true, before })).type).toBe('whole')
  })
})
