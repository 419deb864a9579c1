import { describe, expect, it } from 'vitest'
import { mapInOrder } from './in-order.ts'

function stage(count: number, most: number) {
  const begun: number[] = []
  const told: number[] = []
  const ends: (() => void)[] = []
  const leaving = new AbortController()
  const work = (at: number): Promise<{ of: number }> => {
    begun.push(at)
    return new Promise((resolve) => (ends[at] = () => resolve({ of: at })))
  }
  const items = Array.from({ length: count }, (_, at) => at)
  const done = mapInOrder(items, most, leaving.signal, work, (result, at) => told.push(at === result.of ? at : -1))
  const end = async (at: number): Promise<void> => {
    ends[at]?.()
    // What hangs on it is told in the same turn of the loop.
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { begun, told, done, end, leave: () => leaving.abort() }
}

describe('several things at once', () => {
  it('are told of in their order, each as soon as it and all before it are done', async () => {
    const { told, end, done } = stage(3, 8)
    await end(1)
    expect(told).toEqual([])
    await end(0)
    expect(told).toEqual([0, 1])
    await end(2)
    await done
    expect(told).toEqual([0, 1, 2])
  })

  it('are no more than may be', async () => {
    const { begun, end, done } = stage(4, 2)
    expect(begun).toEqual([0, 1])
    await end(1)
    expect(begun).toEqual([0, 1, 2])
    await end(0)
    await end(2)
    await end(3)
    await done
    expect(begun).toEqual([0, 1, 2, 3])
  })

  it('are neither begun nor told of once nobody waits', async () => {
    const { begun, told, end, leave, done } = stage(3, 2)
    leave()
    await end(0)
    await end(1)
    await done
    expect([begun, told]).toEqual([[0, 1], []])
  })

  it('are none where nothing is to be done', async () => {
    const { done, told } = stage(0, 8)
    await done
    expect(told).toEqual([])
  })
})
