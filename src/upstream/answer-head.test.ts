import { describe, expect, it } from 'vitest'
import { AnswerHead } from './answer-head.ts'

const head = (...headers: string[]): AnswerHead => new AnswerHead(0, 200, 'OK', headers)

describe('the head of an answer', () => {
  it.each<[string, AnswerHead['declared']]>([
    ['text/event-stream; charset=utf-8', 'stream'],
    ['Application/JSON', 'json'],
    ['application/problem+json', 'json'],
    ['text/html', 'page'],
    ['application/xhtml+xml', 'page'],
    ['text/plain', undefined],
  ])('says by %s what its body is: %s', (type, declared) => {
    expect(head('x', '1', 'Content-Type', type).declared).toBe(declared)
  })

  it.each<[string[], string | undefined]>([
    [['content-encoding', ' GZip '], 'gzip'],
    [['content-encoding', 'identity'], undefined],
    [['content-encoding', ''], undefined],
    [['content-encoding', 'identity', 'Content-Encoding', 'br'], 'br'],
    [['content-encoding', 'gzip', 'content-encoding', 'br'], 'gzip,br'],
    [[], undefined],
  ])('says by %j how its body is compressed: %s', (headers, encoding) => {
    expect(head(...headers).encoding).toBe(encoding)
  })

  it('says whether it has a length, and whether it tells of limits', () => {
    expect(head('a', '1')).toMatchObject({ hasLength: false, tellsUsage: false })
    expect(head('Content-Length', '1', 'X-RateLimit-Limit-Requests', '5')).toMatchObject({
      hasLength: true,
      tellsUsage: true,
    })
  })

  it('passes everything on that is not for one connection', () => {
    expect(head('Content-Length', '5', 'Connection', 'close', 'X-A', '1').passed).toEqual([
      'Content-Length',
      '5',
      'X-A',
      '1',
    ])
  })

  it('is another one for a body in another form', () => {
    const changed = head('content-type', 'text/plain', 'te', '1').changed(() => ['content-type', 'application/json'])
    expect(changed).toMatchObject({ status: 200, declared: 'json', passed: ['content-type', 'application/json'] })
  })
})
