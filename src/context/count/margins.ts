/**
 * How many tokens of its own a model's server counts for an estimate, as it told of answers and refusals: what stands around every
 * conversation (a template's own words, a system message of the model's), and beyond that so many for each estimated one.
 * Kept in memory only: the first answer after a restart teaches them again.
 */
import { createLruMap } from '../../lru-map.ts'

/** Until anything was measured: no text of test/fixtures/tokens has more of any vocabulary's tokens for each estimated one. */
export const usualRate = 1.12
/** No vocabulary takes more for the same text: what is beyond stands around it, or is an image. */
const highestRate = 2
/** What one conversation has less of, another one in another language may have. */
const lowestRate = 0.8
/** A shorter conversation says nothing of the rate: around `hi` stand dozens of tokens. */
const tellingTokens = 400
/** So much may stand around a longer one before its rate is the reason. Too low a rate costs a refusal, too high a one what is cut in vain. */
const usualFrame = 400
/** So much may stand around a conversation of which nothing is known. */
const mostFrame = 1000
/** What was measured of a conversation holds for its next turn, whose end is new. */
const spareOfConversation = 1.02
/** What was measured of one conversation says less of others. */
const spareOfModel = 1.05
/** Without a figure in the refusal. */
const tightening = 1.2
/** Beyond these it is no count of the same text, of which one vocabulary takes six times as much as another at most (test/fixtures/tokens). */
const least = 0.15
/** An image may be counted as thousands of tokens where little else is said. */
const most = 100

/** Between estimates of a conversation and the tokens that its model's server counts. */
export interface Scale {
  /** What the server counts where so many are estimated. */
  own(estimated: number): number
  /** The estimate for which it counts so many. */
  estimated(own: number): number
}

export interface Margins {
  /** `conversation`: one that the key stands for; its own measure counts most. */
  of(model: string, conversation?: number): Scale
  /** Something was measured of this conversation. */
  isMeasured(model: string, conversation: number): boolean
  /** Takes a measured prompt as a lesson. */
  learn(model: string, conversation: number, estimatedTokens: number, measuredTokens: number): void
  /** It was too long, and nobody said by how much: longer than so many of the model's tokens. */
  tighten(model: string, conversation: number, estimatedTokens: number, atLeast: number): void
}

interface Model {
  frame: number
  rate: number | undefined
}

/** As a conversation was measured last; `rate`: where it was long enough to tell. */
interface Measure {
  estimated: number
  own: number
  rate: number | undefined
}

/** `model`: a key that no other model of another server has. */
export function createMargins(): Margins {
  const models = createLruMap<string, Model>(1000)
  const conversations = createLruMap<string, Measure>(1000)
  const of = (model: string, conversation?: number): Scale =>
    scaleOf(models.get(model) ?? unknown, conversations.get(`${conversation} ${model}`))
  return {
    of,
    isMeasured: (model, conversation) => conversations.get(`${conversation} ${model}`) !== undefined,
    learn: (model, conversation, estimated, measured) => {
      if (!(measured >= estimated * least && measured <= estimated * most)) return
      const rate = rateOf(estimated, measured)
      conversations.set(`${conversation} ${model}`, { estimated, own: measured * spareOfConversation, rate })
      const before = models.get(model) ?? unknown
      if (rate !== undefined)
        return models.set(model, { ...before, rate: mixed(Math.max(lowestRate, rate * spareOfModel), before.rate) })
      const frame = Math.min(mostFrame, Math.max(0, measured - estimated * usualRate))
      models.set(model, { ...before, frame: mixed(frame, before.frame) })
    },
    tighten: (model, conversation, estimated, atLeast) => {
      const own = Math.max(of(model, conversation).own(estimated) * tightening, atLeast)
      conversations.set(`${conversation} ${model}`, {
        estimated,
        own: Math.min(most * estimated, own),
        rate: undefined,
      })
    },
  }
}

/** For a server that cuts in silence: longer than any estimate was ever wrong by, a fifth in rare languages, and around every conversation. */
const cautiousRate = 1.5
const cautiousFrame = 512

/** Of nothing that was measured: it may have been measured after a cut, or without what was cached (local-engines.md 1.2). */
export const cautious: Scale = {
  own: (estimated) => cautiousFrame + estimated * cautiousRate,
  estimated: (own) => (own - cautiousFrame) / cautiousRate,
}

const unknown: Model = { frame: 0, rate: undefined }

/** Up at once, down by halves: a figure that is too low costs a refusal, one that is too high some of the window. */
function mixed(now: number, before = now): number {
  return Math.max(now, (now + before) / 2)
}

function rateOf(estimated: number, measured: number): number | undefined {
  const frame = Math.min(usualFrame, Math.max(0, measured - estimated))
  const rate = (measured - frame) / estimated
  return estimated >= tellingTokens && rate <= highestRate ? rate : undefined
}

function scaleOf({ frame, rate = usualRate }: Model, measure: Measure | undefined): Scale {
  if (!measure) return { own: (estimated) => frame + estimated * rate, estimated: (own) => (own - frame) / rate }
  const { estimated: at, own: counted } = measure
  const growth = Math.max(rate, measure.rate ?? 0)
  // What is taken out of it counted as much as the rest, for all that is known.
  const shrinkage = measure.rate ?? counted / at
  return {
    own: (estimated) => counted + (estimated - at) * (estimated > at ? growth : shrinkage),
    estimated: (own) => at + (own - counted) / (own > counted ? growth : shrinkage),
  }
}
