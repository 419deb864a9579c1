/** Whether an answer is the JSON that the client asked for: local engines constrain it, cut it short, or ignore the wish. */
import { Validator, type Schema } from '@cfworker/json-schema'
import { exactText } from '../ir/exact-json.ts'
import { isObject, parseJson, type JsonObject, type JsonValue } from '../ir/json.ts'
import type { Output } from '../ir/request.ts'

/** `text` is the answer, without what a model wrote around its JSON; `problem` is for the model, which is to do better. */
export type Checked = { ok: true; text: string } | { ok: false; problem: string }

export function checkOutput(output: Output, text: string): Checked {
  if (output.type === 'text') return { ok: true, text }
  const found = [text, unwrapped(text)].map((candidate) => ({ text: candidate, value: parseJson(candidate) }))
  const json = found.find(({ value }) => value !== undefined)
  if (json?.value === undefined) return { ok: false, problem: 'It is not JSON.' }
  if (output.schema === undefined)
    return isObject(json.value) ? { ok: true, text: json.text } : { ok: false, problem: 'It is not a JSON object.' }
  const problem = problemOf(json.value, output.schema)
  return problem === undefined ? { ok: true, text: json.text } : { ok: false, problem }
}

/** The JSON inside a code fence, or between the first and the last brace. */
function unwrapped(text: string): string {
  const fenced = /```(?:json)?\s*\n([\s\S]*?)\n\s*```/.exec(text)?.[1]
  return fenced ?? text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1)
}

/**
 * What is wrong with a value, for a model that is to do better. `undefined` also for a schema that cannot be understood: that is the
 * client's business, and no reason to refuse an answer.
 */
export function problemOf(value: JsonValue, schema: JsonObject): string | undefined {
  try {
    const { valid, errors } = new Validator(asSchema(schema), '2020-12', true).validate(value)
    const deepest = errors.at(-1)
    return valid ? undefined : `${deepest?.instanceLocation ?? '#'}: ${deepest?.error ?? 'does not fit'}`
  } catch {
    return undefined
  }
}

/** Patterns are left out: a stranger's regular expression can take for ever. Engines that constrain an answer keep to them anyway. */
function asSchema(schema: JsonObject): Schema {
  const copy: Schema = JSON.parse(exactText(schema), (key, value: JsonValue) =>
    key === 'pattern' && typeof value === 'string' ? undefined : value,
  )
  return copy
}
