import { expect, it } from 'vitest'
import { plainRequest } from '../../test/plain-request.ts'
import { createCount } from './count.ts'
import { wholly } from './fit.ts'
import { usualVocabulary } from './vocabularies.ts'

it('counts a conversation that stays whole when somebody asks, and once', () => {
  let counted = 0
  const count = { ...createCount(usualVocabulary), request: () => (counted += 1) }
  const fitted = wholly(plainRequest, count)
  expect(fitted.request).toBe(plainRequest)
  expect(counted).toBe(0)
  expect([fitted.tokens(), fitted.tokens()]).toEqual([1, 1])
})
