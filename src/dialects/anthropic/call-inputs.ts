/**
 * Inputs of calls, told once they are whole: clients read them as JSON and send them back as objects (providers.md 3.2, 4.2), which models
 * do not always write. One that was cut stays cut: its answer says that its limit was reached. Whoever waits sees signs of life.
 */
import { strictText } from '../../ir/exact-json.ts'
import { isObject, parseJson } from '../../ir/json.ts'
import { argumentsObject } from '../arguments.ts'
import { closeJson } from './server-tools.ts'

export interface CallInputs {
  begin(index: number): void
  /** What may be told of it now: all where somebody else began the call. */
  extend(index: number, json: string): string
  /** What is left to tell. */
  end(index: number): string
}

export function createCallInputs(): CallInputs {
  const inputs = new Map<number, string>()
  return {
    begin: (index) => void inputs.set(index, ''),
    extend: (index, json) => {
      const input = inputs.get(index)
      if (input === undefined) return json
      inputs.set(index, input + json)
      return ''
    },
    end: (index) => {
      const input = inputs.get(index) ?? ''
      inputs.delete(index)
      return input === '' ? '' : soundInput(input)
    },
  }
}

function soundInput(input: string): string {
  const isCut = input.trimStart().startsWith('{') && closeJson(input) !== ''
  if (isCut || (isObject(parseJson(input)) && !input.includes('\\u'))) return input
  return strictText(argumentsObject(input))
}
