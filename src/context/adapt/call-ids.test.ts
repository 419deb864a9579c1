import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fitToolId } from '../../dialects/tool-id.ts'
import type { Message } from '../../ir/request.ts'
import { createCallIds, isLocalCall } from './call-ids.ts'

const called = (...ids: string[]): Message => ({
  role: 'assistant',
  content: ids.map((id) => ({ type: 'tool-call', id, name: 'f', input: '{}' })),
})

describe('ids of calls', () => {
  it('are the model’s own until they meet one that there is', () => {
    const ownId = createCallIds([called('a')])
    expect(['b', 'a', 'b', '', ''].map(ownId)).toEqual(['b', 'a_2', 'b_2', 'call', 'call_2'])
  })

  it('of a local model say so at their end, and still differ', () => {
    const ownId = createCallIds([called('call_1_trooper')], 'local')
    expect(['call_2', 'call_1', 'call_1', ''].map(ownId)).toEqual([
      'call_2_trooper',
      'call_1_2_trooper',
      'call_1_3_trooper',
      'call_trooper',
    ])
  })

  it('of a local model are known and fit every wire as they are, whatever that model makes', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 80, unit: 'binary' })), (ids) => {
        const own = ids.map(createCallIds([], 'local'))
        expect(new Set(own).size).toBe(ids.length)
        for (const id of own) {
          expect(id).toMatch(/^[a-zA-Z0-9_-]{1,40}$/)
          expect(fitToolId(id)).toBe(id)
          expect(isLocalCall(id)).toBe(true)
        }
      }),
    )
  })

  it.each(['toolu_01VpEm654HvfMoRcrE3Hgdc6', 'call_u3Rx0vS0Yk', 'D681PevKs', 'functions.Bash:0', ''])(
    'of a provider are nobody else’s: %s',
    (id) => {
      expect(isLocalCall(createCallIds([])(id))).toBe(false)
    },
  )
})
