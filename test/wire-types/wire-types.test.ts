/** What Trooper writes, held against the types of the official SDKs by the compiler. */
import { beforeAll, describe, expect, test } from 'vitest'
import { isObject, type JsonValue } from '../../src/ir/json.ts'
import { answerSamples } from './answers.ts'
import { available, compile, type Complaint } from './project.ts'
import { requestSamples } from './requests.ts'
import type { Sample, WireType } from './sample.ts'

const samples = [...answerSamples(), ...requestSamples()]
const types: WireType[] = [...new Set(samples.map(({ type }) => type))]

/** The compiler has to refuse these, or it compares with nothing. */
const spoilt = types.flatMap((type): Sample[] => {
  const good = samples.find((sample) => sample.type === type)?.values[0]
  return [
    { type, name: 'a field of its own', values: [{ ...fieldsOf(good), no_such_field: true }] },
    { type, name: 'a value of another kind', values: [{ ...fieldsOf(good), [firstOf(good)]: 7 }] },
  ]
})

function fieldsOf(value: JsonValue | undefined) {
  if (!isObject(value)) throw new Error('A sample is no object.')
  return value
}

function firstOf(value: JsonValue | undefined): string {
  return Object.keys(fieldsOf(value))[0] ?? ''
}

describe('the types of the official SDKs', () => {
  const usable = available()
  if (usable !== true) {
    test.skip(`skipped: ${usable.skip}`)
    console.warn(`wire types skipped: ${usable.skip}`)
    return
  }

  let complaints: Complaint[] = []
  beforeAll(async () => {
    complaints = await compile([...samples, ...spoilt])
  })

  const textsAgainst = (all: readonly Sample[]): string[] =>
    complaints.flatMap(({ sample, text }) => (sample && all.includes(sample) ? [`${sample.name}: ${text}`] : []))

  test('have the fields that the tests of translation know, and no others', () => {
    expect(complaints.filter(({ sample }) => sample === undefined)).toEqual([])
  })

  test.each(types)('allow every %s that Trooper writes', (type) => {
    expect(textsAgainst(samples.filter((sample) => sample.type === type)).slice(0, 20)).toEqual([])
  })

  test.each(spoilt)('do not allow $type with $name', (sample) => {
    expect(textsAgainst([sample])).not.toEqual([])
  })
})
