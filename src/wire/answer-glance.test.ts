import { describe, expect, it } from 'vitest'
import { modelOfFrames, modelOfWhole, usageIn } from './answer-glance.ts'

describe('a glance at an answer on its way through', () => {
  it('finds the model of a JSON answer, and not one within its content', () => {
    expect(modelOfWhole('{"id":"a","model":"m-1","content":[{"input":{"model":"other"}}]}')).toBe('m-1')
    expect(modelOfWhole('{"content":[{"input":{"model":"other"}}],"model":"m-1"}')).toBe('m-1')
    expect(modelOfWhole(`{"content":"${'x'.repeat(5000)}","model":"m-1"}`)).toBeUndefined()
  })

  it('finds the model that the first frames name', () => {
    expect(modelOfFrames('event: message_start\ndata: {"message":{"id":"msg_1","model":"claude-x"}}\n\n')).toBe(
      'claude-x',
    )
    expect(modelOfFrames('data: {"id":"chatcmpl-1","model" : "gpt-x","choices":[]}\n\n')).toBe('gpt-x')
    expect(modelOfFrames(': ping\n\n')).toBeUndefined()
  })

  it('reads the last usage object, whatever a model says of usage', () => {
    const text = String.raw`{"content":"\"usage\":{\"a\":1}","usage":{"prompt_tokens":3,"details":{"cached":1}}}`
    expect(usageIn(text)).toEqual({ prompt_tokens: 3, details: { cached: 1 } })
    expect(usageIn(String.raw`{"content":"\"usage\":{\"a\":1}"}`)).toBeUndefined()
  })

  it('passes over a usage that is null, in frames that state it later or earlier', () => {
    expect(usageIn('{"usage":{"a":1},"x":{"usage":null}}')).toEqual({ a: 1 })
    expect(usageIn('"usage":null')).toBeUndefined()
  })

  it('reads nothing from a usage that is cut or endless', () => {
    expect(usageIn('{"usage":{"a":1')).toBeUndefined()
    expect(usageIn(`{"usage":{"a":"${'x'.repeat(5000)}"}}`)).toBeUndefined()
  })
})
