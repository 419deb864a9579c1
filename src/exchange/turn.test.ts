import { describe, expect, it } from 'vitest'
import { turnOf } from './turn.ts'

const answer = (status: string) => ({ id: 'resp_1', status, output: [] })

describe('a turn', () => {
  it.each(['completed', 'incomplete', 'failed'])('is kept when its answer is %s', (status) => {
    expect(turnOf({ input: 'Hi' }, answer(status), 'me', false)).toMatchObject({ id: 'resp_1', account: 'me' })
  })

  it.each(['queued', 'in_progress'])('is not kept while its answer is %s: the history would lack it', (status) => {
    expect(turnOf({ input: 'Hi', background: true }, answer(status), 'me', false)).toBeUndefined()
  })
})
