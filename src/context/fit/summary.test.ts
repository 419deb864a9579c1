import { describe, expect, it } from 'vitest'
import { allAtOnce } from '../../ir/steps.ts'
import type { Message } from '../../ir/request.ts'
import { createCount } from '../count/count.ts'
import { summarise } from './summary.ts'
import { usualVocabulary } from '../count/vocabularies.ts'

const count = createCount(usualVocabulary)

function said(role: 'user' | 'assistant', text: string): Message {
  return { role, content: [{ type: 'text', text }] }
}

function called(id: string, input: string, result: string, isError = false): Message[] {
  return [
    { role: 'assistant', content: [{ type: 'tool-call', id, name: 'read', input }] },
    {
      role: 'tool',
      content: [{ type: 'tool-result', callId: id, content: [{ type: 'text', text: result }], isError }],
    },
  ]
}

const small = Array.from({ length: 40 }, (_, at) =>
  said(at % 2 === 0 ? 'user' : 'assistant', `Well, go on then. Part ${at} is done.`),
)

describe('a summary', () => {
  it('quotes who asked for what, what was called, and what failed', () => {
    const summary = allAtOnce(
      summarise(
        [
          said('user', 'Rename the table customers to clients. Please.'),
          ...called('a', '{"path":"src/db/schema.sql"}', 'create table customers'),
          ...called('b', '{"path":"gone.sql"}', 'ENOENT: no such file gone.sql', true),
          said('assistant', 'I decided to keep a view of the old name.'),
        ],
        200,
        count,
      ),
    )
    expect(summary.split('\n')).toEqual([
      'user: Rename the table customers to clients. Please.',
      'called: read {"path":"src/db/schema.sql"}',
      'read gave: create table customers',
      'called: read {"path":"gone.sql"}',
      'read failed: ENOENT: no such file gone.sql',
      'assistant: I decided to keep a view of the old name.',
    ])
  })

  it('prefers what is rare and names something to what is said again and again', () => {
    const fact = 'The staging database has moved to port 5544 on the host marlin.'
    const summary = allAtOnce(
      summarise([...small, said('user', `Well, go on then. ${fact} Well, go on then.`), ...small], 60, count),
    )
    expect(summary).toContain(fact)
  })

  it('takes lines that differ in nothing but their numbers for no news', () => {
    const log = Array.from({ length: 200 }, (_, at) => `12:00:${at % 60} INFO worker-${at % 9} took ${at * 7919} ms`)
    log.splice(70, 0, 'The key of the vault lies under marlin.')
    expect(allAtOnce(summarise(called('a', '{}', log.join('\n')), 40, count))).toContain(
      'The key of the vault lies under marlin.',
    )
  })

  it.each([0, 10, 50, 200])('has at most %i tokens', (tokens) => {
    expect(count.text(allAtOnce(summarise(small, tokens, count)))).toBeLessThanOrEqual(tokens)
  })

  it('is the same for the same messages', () => {
    expect(allAtOnce(summarise(small, 100, count))).toBe(allAtOnce(summarise(small, 100, count)))
  })
})
