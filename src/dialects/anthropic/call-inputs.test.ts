import { describe, expect, it } from 'vitest'
import { createCallInputs } from './call-inputs.ts'

describe('the input of a call', () => {
  it.each([
    ['{"n":0}', '{"n":0}'],
    [' {"n":12345678901234567890}\n', ' {"n":12345678901234567890}\n'],
    ['', ''],
    ['["a"]', '{"arguments":["a"]}'],
    ['null', '{}'],
    ['{"n":0}{"n":1}', String.raw`{"arguments":"{\"n\":0}{\"n\":1}"}`],
    ['{"n":zero}', String.raw`{"arguments":"{\"n\":zero}"}`],
    ['["a', String.raw`{"arguments":"[\"a"}`],
    [String.raw`{"n":"\ud83d"}`, '{"n":"\uFFFD"}'],
    [String.raw`{"n":"\ud83e\udded"}`, '{"n":"🧭"}'],
    // Its answer says that its limit was reached.
    ['{"n":[1,"tw', '{"n":[1,"tw'],
  ])('%s is told once it is whole, as the object that the client sends back', (input, told) => {
    const inputs = createCallInputs()
    inputs.begin(3)
    expect(inputs.extend(3, input.slice(0, 2))).toBe('')
    expect(inputs.extend(3, input.slice(2))).toBe('')
    expect(inputs.end(3)).toBe(told)
  })

  it('goes on as it comes where somebody else began the call', () => {
    const inputs = createCallInputs()
    expect(inputs.extend(1, 'rn"}')).toBe('rn"}')
    expect(inputs.end(1)).toBe('')
  })
})
