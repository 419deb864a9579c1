import { describe, expect, it } from 'vitest'
import { changeAt } from './conversation-changes.ts'

describe('what an endpoint changes', () => {
  it.each([
    ['POST', '/conversations', { type: 'open' }],
    ['POST', '/conversations/conv_1/items', { type: 'add', conversation: 'conv_1' }],
    ['DELETE', '/conversations/conv_1/items/msg_1', { type: 'forget-item', conversation: 'conv_1', item: 'msg_1' }],
    ['DELETE', '/conversations/conv_1', { type: 'forget-conversation', conversation: 'conv_1' }],
    ['DELETE', '/responses/resp_1', { type: 'forget-response', response: 'resp_1' }],
  ])('%s %s', (method, path, change) => {
    expect(changeAt(method, path)).toEqual(change)
  })

  it.each([
    ['GET', '/conversations/conv_1'],
    ['GET', '/conversations/conv_1/items'],
    ['POST', '/conversations/conv_1'],
    ['GET', '/responses/resp_1'],
    ['POST', '/responses/resp_1/cancel'],
    ['POST', '/responses/compact'],
    ['DELETE', '/files/file_1'],
  ])('nothing of what is kept: %s %s', (method, path) => {
    expect(changeAt(method, path)).toBeUndefined()
  })
})
