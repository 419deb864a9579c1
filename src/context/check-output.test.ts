import { describe, expect, it } from 'vitest'
import type { Output } from '../ir/request.ts'
import { checkOutput } from './check-output.ts'

const weather: Output = {
  type: 'json',
  schema: {
    type: 'object',
    properties: { city: { type: 'string' }, degrees: { type: 'integer', minimum: -90 } },
    required: ['city', 'degrees'],
    additionalProperties: false,
  },
}

describe('an answer that was asked for as JSON', () => {
  it.each([
    ['that fits its schema', '{"city":"Bern","degrees":12}', '{"city":"Bern","degrees":12}'],
    ['in a code fence', 'Here:\n```json\n{"city":"Bern","degrees":12}\n```', '{"city":"Bern","degrees":12}'],
    ['among words', 'It is {"city":"Bern","degrees":12}. Fine?', '{"city":"Bern","degrees":12}'],
  ])('holds %s', (_name, text, left) => {
    expect(checkOutput(weather, text)).toEqual({ ok: true, text: left })
  })

  it.each([
    ['prose', 'It is warm.', 'not JSON'],
    ['cut JSON', '{"city":"Be', 'not JSON'],
    ['a missing field', '{"city":"Bern"}', 'degrees'],
    ['a wrong type', '{"city":"Bern","degrees":"12"}', 'degrees'],
    ['a field too many', '{"city":"Bern","degrees":1,"wind":2}', 'wind'],
  ])('does not hold: %s', (_name, text, problem) => {
    const checked = checkOutput(weather, text)
    expect(checked.ok).toBe(false)
    expect(checked.ok ? '' : checked.problem).toContain(problem)
  })

  it('needs only be an object when no schema was given', () => {
    expect(checkOutput({ type: 'json' }, '{}').ok).toBe(true)
    expect(checkOutput({ type: 'json' }, '[1]').ok).toBe(false)
  })

  it('follows references, and takes no time for patterns that would take for ever', () => {
    const schema = {
      $defs: { word: { type: 'string', pattern: '^(a+)+$' } },
      type: 'object',
      properties: { word: { $ref: '#/$defs/word' } },
    }
    expect(checkOutput({ type: 'json', schema }, `{"word":"${'a'.repeat(40)}!"}`).ok).toBe(true)
    expect(checkOutput({ type: 'json', schema }, '{"word":1}').ok).toBe(false)
  })

  it('is not refused because of a schema that nobody understands', () => {
    expect(checkOutput({ type: 'json', schema: { $ref: '#/nowhere' } }, '{}').ok).toBe(true)
  })
})
