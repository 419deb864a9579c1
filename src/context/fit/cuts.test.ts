import { describe, expect, it } from 'vitest'
import { allAtOnce, type Steps } from '../../ir/steps.ts'
import type { Message } from '../../ir/request.ts'
import { nothingCut, type Cut } from './cut.ts'
import { createCuts } from './cuts.ts'

function said(...texts: string[]): Message[] {
  return texts.map((text, at) => ({ role: at % 2 === 0 ? 'user' : 'assistant', content: [{ type: 'text', text }] }))
}

/** A step of each in turn, as the event loop has them. */
function bySteps(...all: Steps<void>[]): void {
  while (all.filter((steps) => steps.next().done !== true).length > 0);
}

const beginning = 7
const cut: Cut = { ...nothingCut, budget: 1000, droppedBefore: 3, kept: [0] }

describe('a cut', () => {
  const conversation = said('hi', 'hello', 'a story', 'once upon a time', 'more')

  it('is known again in the turns that follow, whatever is new in them', () => {
    const cuts = createCuts()
    allAtOnce(cuts.keep(beginning, conversation, cut))
    expect(allAtOnce(cuts.of(beginning, [...conversation, ...said('and then?')]))).toBe(cut)
    expect(allAtOnce(cuts.of(beginning, said('hi', 'hello', 'a story', 'another beginning')))).toBe(cut)
  })

  it('is none of a conversation that only begins alike', () => {
    const cuts = createCuts()
    allAtOnce(cuts.keep(beginning, conversation, cut))
    expect(allAtOnce(cuts.of(beginning, said('hi', 'hello', 'a poem', 'roses are red', 'more')))).toBeUndefined()
    expect(allAtOnce(cuts.of(beginning, said('hi', 'hello')))).toBeUndefined()
  })

  it('that shortens every text is none of a conversation with other texts', () => {
    const cuts = createCuts()
    const everywhere = { ...nothingCut, budget: 1000, textTokens: 50 }
    allAtOnce(cuts.keep(beginning, conversation, everywhere))
    expect(allAtOnce(cuts.of(beginning, [...conversation, ...said('and then?')]))).toBe(everywhere)
    expect(allAtOnce(cuts.of(beginning, said('hi', 'hello')))).toBeUndefined()
  })

  it('that leaves out images is none of a conversation with other words before the last of them', () => {
    const image = { type: 'file' as const, mediaType: 'image/png', data: { from: 'base64' as const, data: 'AA==' } }
    const seen = (text: string): Message[] => [
      ...said('hi', 'hello', text, 'well'),
      { role: 'user', content: [image, image, image] },
    ]
    const cuts = createCuts()
    const blind: Cut = { ...nothingCut, budget: 1000, imagesLeftOut: 2 }
    allAtOnce(cuts.keep(beginning, seen('a story'), blind))
    expect(allAtOnce(cuts.of(beginning, [...seen('a story'), ...said('and then?')]))).toBe(blind)
    expect(allAtOnce(cuts.of(beginning, seen('a poem')))).toBeUndefined()
  })

  it('of one conversation stands beside those of others that begin alike, a few of them', () => {
    const cuts = createCuts()
    const stories = ['a', 'b', 'c', 'd', 'e'].map((story) => said('hi', 'hello', story, 'go on'))
    const made = stories.map((_, at): Cut => ({ ...cut, budget: 1000 + at }))
    for (const [at, story] of stories.entries()) allAtOnce(cuts.keep(beginning, story, made[at] ?? cut))
    expect(stories.map((story) => allAtOnce(cuts.of(beginning, story))?.budget)).toEqual([
      undefined,
      1001,
      1002,
      1003,
      1004,
    ])
  })

  it('stays known when others of its kind are kept and forgotten at the same moment', () => {
    const cuts = createCuts()
    const stories = ['a', 'b', 'c'].map((story) => said('hi', 'hello', ...Array.from({ length: 60 }, () => story)))
    const [first = [], second = [], third = []] = stories
    const deep = { ...cut, droppedBefore: 50 }
    allAtOnce(cuts.keep(beginning, third, deep))
    bySteps(cuts.keep(beginning, first, deep), cuts.keep(beginning, second, deep), cuts.forget(beginning, third))
    expect(stories.map((story) => allAtOnce(cuts.of(beginning, story)))).toEqual([deep, deep, undefined])
  })

  it('is replaced by the next one of its conversation, and forgotten where none is needed any more', () => {
    const cuts = createCuts()
    allAtOnce(cuts.keep(beginning, conversation, cut))
    const deeper = { ...cut, droppedBefore: 4 }
    allAtOnce(cuts.keep(beginning, conversation, deeper))
    expect(allAtOnce(cuts.of(beginning, conversation))).toBe(deeper)
    allAtOnce(cuts.forget(beginning, conversation))
    expect(allAtOnce(cuts.of(beginning, conversation))).toBeUndefined()
  })
})
