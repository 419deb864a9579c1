/**
 * How many tokens of a model's own there are for each estimated one: as its server counted them for a refusal or for an answer.
 * Kept in memory only: the first answer after a restart teaches them again.
 */
import { createRemembered } from './remembered.ts'

/** Until anything was measured: more than an estimate is short for English and code (vocabularies.ts). */
const firstMargin = 1.12
/** What was measured of a conversation holds for its next turn, whose end is new. */
const spareOfConversation = 1.02
/** What was measured of one conversation says less of others. */
const spareOfModel = 1.05
/** Without a figure in the refusal. */
const tightening = 1.2
/** Beyond these it is no count of the same text: of what was not cached, say. */
const least = 0.4
/** An image may be counted as thousands of tokens where little else is said. */
const most = 100

export interface Margins {
  /** `conversation`: one that the key stands for; its own measure counts most. */
  of(model: string, conversation?: number): number
  /** Something was measured of this conversation. */
  isMeasured(model: string, conversation: number): boolean
  /** Takes a measured prompt as a lesson. */
  learn(model: string, conversation: number, estimatedTokens: number, measuredTokens: number): void
  /** It was too long, and nobody said by how much: more than so many of the model's tokens there are for each estimated one. */
  tighten(model: string, conversation: number, atLeast: number): void
}

/** `model`: a key that no other model of another server has. */
export function createMargins(): Margins {
  const models = createRemembered<string, number>(1000)
  const conversations = createRemembered<string, number>(1000)
  const of = (model: string, conversation?: number): number =>
    conversations.get(`${conversation} ${model}`) ?? models.get(model) ?? firstMargin
  return {
    of,
    isMeasured: (model, conversation) => conversations.get(`${conversation} ${model}`) !== undefined,
    learn: (model, conversation, estimatedTokens, measuredTokens) => {
      const measured = measuredTokens / estimatedTokens
      if (!(measured >= least && measured <= most)) return
      conversations.set(`${conversation} ${model}`, measured * spareOfConversation)
      const now = measured * spareOfModel
      // Up at once, down by halves: a margin that is too small costs a refusal, one that is too large some of the window.
      models.set(model, Math.max(now, (now + (models.get(model) ?? now)) / 2))
    },
    tighten: (model, conversation, atLeast) => {
      const margin = Math.max(of(model, conversation) * tightening, atLeast)
      conversations.set(`${conversation} ${model}`, Math.min(most, margin))
    },
  }
}
