import { expect, it } from 'vitest'
import { FakeClock } from '../../test/fakes/clock.ts'
import { createEnded } from '../observe/journal/ended.ts'
import { createJournal } from '../observe/journal/journal.ts'
import { recentConversations } from './recent.ts'

it('the conversations of apps are those, newest first, and nobody else’s', () => {
  const journal = createJournal(
    200,
    'k',
    createEnded(() => undefined, new FakeClock()),
  )
  const facts = { atMs: 0, dialect: 'anthropic', about: 'conversation', isStream: true } as const
  journal.open(facts)
  journal.open({ ...facts, about: 'models' })
  journal.open({ ...facts, dialect: 'openai-chat' })
  journal.open({ ...facts, by: 'agent' })
  expect(recentConversations(journal).map(({ id }) => id)).toEqual(['k-3', 'k-1'])
})
