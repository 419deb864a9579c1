import { describe, expect, it } from 'vitest'
import { createRecall } from './recall.ts'

class Time {
  ms = 0
  now = (): number => this.ms
  after = (): (() => void) => () => {}
}

/** Answers in turn, each after so long. */
function server(time: Time, ...answers: [value: string | undefined, tookMs: number][]) {
  let asked = 0
  return {
    get asked() {
      return asked
    },
    ask: async (): Promise<string | undefined> => {
      const [value, tookMs] = answers[asked] ?? [undefined, 0]
      asked += 1
      await Promise.resolve()
      time.ms += tookMs
      return value
    },
  }
}

describe('what a server said', () => {
  it('is remembered for its time, and asked for once by all who want it at once', async () => {
    const time = new Time()
    const recall = createRecall<string>(time, 5000)
    const { ask } = server(time, ['a', 1], ['b', 1])
    const both = await Promise.all([recall.get('x', ask), recall.get('x', ask)])
    expect(both).toEqual(['a', 'a'])
    time.ms += 4999
    expect(await recall.get('x', ask)).toBe('a')
    time.ms += 1
    expect(await recall.get('x', ask)).toBe('b')
  })

  it('and did not say is not asked for again for ten times as long as that took', async () => {
    const time = new Time()
    const recall = createRecall<string>(time, 5000)
    const slow = server(time, [undefined, 3000], ['late', 0])
    expect(await recall.get('x', slow.ask)).toBeUndefined()
    time.ms += 29_999
    expect(await recall.get('x', slow.ask)).toBeUndefined()
    expect(slow.asked).toBe(1)
    time.ms += 1
    expect(await recall.get('x', slow.ask)).toBe('late')
  })

  it.each([0, 300])('is asked for again at once where the failure cost little: %i ms', async (tookMs) => {
    const time = new Time()
    const recall = createRecall<string>(time, 5000)
    const refused = server(time, [undefined, tookMs], ['there', 0])
    expect(await recall.get('x', refused.ask)).toBeUndefined()
    expect(await recall.get('x', refused.ask)).toBe('there')
  })

  it('once stands until it says something else, where that is wanted', async () => {
    const time = new Time()
    const answers: [string | undefined, number][] = [
      ['old', 0],
      [undefined, 3000],
    ]
    const kept = createRecall<string>(time, 5000, { keepsOld: true })
    const { ask } = server(time, ...answers)
    await kept.get('x', ask)
    time.ms += 5000
    expect(await kept.get('x', ask)).toBe('old')
  })

  it('is kept of the latest few hundred only, as any name may be asked for', async () => {
    const time = new Time()
    const recall = createRecall<string>(time, 5000)
    for (let at = 0; at < 300; at += 1) await recall.get(`model ${at}`, () => Promise.resolve(`${at}`))
    expect(recall.peek('model 0')).toBeUndefined()
    expect(recall.peek('model 299')).toBe('299')
  })
})
