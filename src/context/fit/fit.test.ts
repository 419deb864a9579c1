import { expect, it } from 'vitest'
import { plainRequest } from '../../../test/plain-request.ts'
import { createCount } from '../count/count.ts'
import { wholly } from './fit.ts'
import { allAtOnce, type Steps } from '../../ir/steps.ts'
import { usualVocabulary } from '../count/vocabularies.ts'

it('counts a conversation that stays whole when somebody asks, and once', () => {
  let counted = 0
  const takeRequest = function* (): Steps<number> {
    yield
    return (counted += 1)
  }
  const count = { ...createCount(usualVocabulary), takeRequest }
  const fitted = wholly(plainRequest, count)
  expect(fitted.request).toBe(plainRequest)
  expect(counted).toBe(0)
  expect([fitted.tokens(), allAtOnce(fitted.takeCount()), fitted.tokens()]).toEqual([1, 1, 1])
})
