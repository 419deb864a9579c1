import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chooseWindow, type WindowBounds, type WindowNeeds } from './window.ts'

const k = 1024
const free: WindowBounds = {
  limit: 256 * k,
  contextMax: undefined,
  floor: undefined,
  room: undefined,
  tooLarge: undefined,
}
const small = { bytes: 2e9, bytesPerToken: 100_000 }
const large = { bytes: 20e9, bytesPerToken: 100_000 }

function choose(needs: Partial<WindowNeeds>, bounds: Partial<WindowBounds> = {}): number {
  return chooseWindow({ neededTokens: 1000, chosen: 0, loaded: undefined, ...needs }, { ...free, ...bounds })
}

describe('the window of a model', () => {
  it.each<[string, number, Partial<WindowNeeds>, Partial<WindowBounds>]>([
    ['begins small where nothing is known of the memory', 8 * k, {}, {}],
    ['begins small where there is little memory', 8 * k, {}, { room: small }],
    ['begins large enough for an agent where there is memory', 32 * k, {}, { room: large }],
    ['holds the conversation', 64 * k, { neededTokens: 33 * k }, {}],
    ['grows in steps', 16 * k, { neededTokens: 8 * k + 1, chosen: 8 * k, loaded: 8 * k }, {}],
    ['never shrinks while it is loaded', 64 * k, { chosen: 64 * k, loaded: 64 * k }, {}],
    ['is kept as somebody else loaded it, if that suffices', 10_000, { loaded: 10_000 }, { room: large }],
    ['grows from what somebody else loaded', 32 * k, { neededTokens: 12_000, loaded: 10_000 }, { room: large }],
    ['is kept though the memory is estimated smaller', 128 * k, { loaded: 128 * k }, { room: small }],
    ['is never more than the model was made for', 6000, { neededTokens: 50_000 }, { limit: 6000 }],
    ['is never more than the memory holds', 16 * k, { neededTokens: 200_000 }, { room: small }],
    ['is never more than CONTEXT_MAX', 20_000, { neededTokens: 200_000 }, { contextMax: 20_000, room: large }],
    [
      'is what CONTEXT_MAX says though the memory is estimated smaller',
      100_000,
      { neededTokens: 200_000 },
      { contextMax: 100_000, room: small },
    ],
    ['is loaded anew where somebody loaded more than CONTEXT_MAX', 8 * k, { loaded: 64 * k }, { contextMax: 20_000 }],
    ['is at least what the Modelfile says', 50_000, {}, { floor: 50_000, room: small }],
    ['grows beyond what the Modelfile says', 64 * k, { neededTokens: 60_000 }, { floor: 50_000, room: large }],
    ['is smaller than one that could not be loaded', 16 * k, { neededTokens: 60_000 }, { tooLarge: 32 * k }],
    ['is no smaller than the smallest', 8 * k, {}, { room: { bytes: -1, bytesPerToken: 1000 } }],
  ])('%s: %i', (_what, window, needs, bounds) => {
    expect(choose(needs, bounds)).toBe(window)
  })

  it('changes no more than five times while a conversation grows to 200k tokens', () => {
    let chosen = 0
    const windows = new Set<number>()
    for (let neededTokens = 500; neededTokens < 200_000; neededTokens += 500) {
      chosen = choose({ neededTokens, chosen, loaded: chosen === 0 ? undefined : chosen })
      windows.add(chosen)
    }
    expect(windows.size).toBeLessThanOrEqual(6)
    expect(chosen).toBe(256 * k)
  })

  it('holds what is needed, or is all that there may be, whatever was before', () => {
    const tokens = fc.integer({ min: 0, max: 400_000 })
    const bound = fc.option(fc.integer({ min: 1000, max: 300_000 }), { nil: undefined })
    fc.assert(
      fc.property(
        tokens,
        fc.option(tokens, { nil: undefined }),
        bound,
        bound,
        (neededTokens, loaded, limit, contextMax) => {
          const window = choose({ neededTokens, loaded }, { limit, contextMax })
          const most = Math.min(limit ?? Infinity, contextMax ?? Infinity)
          expect(window).toBeGreaterThanOrEqual(Math.min(neededTokens, most))
          expect(window).toBeLessThanOrEqual(most)
          expect(window).toBeGreaterThan(0)
        },
      ),
    )
  })
})
