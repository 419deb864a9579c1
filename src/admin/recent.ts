/** The conversations of apps that came last: what the chains are for, and in which order a person thinks of them. */
import type { Entry } from '../observe/journal/entry.ts'
import type { Journal } from '../observe/journal/journal.ts'

/** So many exchanges are looked through for the one that came last through each chain. */
const looked = 100

/** Newest first. What an agent asks the local model is none of them: that goes nowhere else. */
export function recentConversations(journal: Pick<Journal, 'list'>): Entry[] {
  return journal.list(looked).filter(({ about, by }) => about === 'conversation' && by === undefined)
}
