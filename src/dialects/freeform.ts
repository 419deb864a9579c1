/** OpenAI's `custom` tools, which take plain text, for models that only know functions with JSON arguments (providers.md 4.5). */
import { defined, isObject, objectOf, parseJson, stringOf, type JsonObject } from '../ir/json.ts'
import type { FunctionTool } from '../ir/request.ts'

/** `format` as in Responses: `{type:'text'}` or `{type:'grammar', syntax, definition}`. */
export function freeformTool(
  name: string,
  description: string | undefined,
  format: JsonObject | undefined,
): FunctionTool {
  return {
    type: 'function',
    name,
    description: explain(description, format),
    inputSchema: {
      type: 'object',
      properties: { input: { type: 'string', description: "The tool's whole input, as plain text." } },
      required: ['input'],
    },
    freeform: defined({ description, format }),
  }
}

/** The grammar, which its own provider enforces, is all that tells another model how to write the input. */
function explain(description: string | undefined, format: JsonObject | undefined): string {
  const definition = stringOf(format?.['definition'])
  const grammar =
    definition === undefined
      ? []
      : [`The input must follow this ${stringOf(format?.['syntax']) ?? ''} grammar:\n${definition}`]
  return [description ?? '', ...grammar].filter((text) => text !== '').join('\n\n')
}

/** Plain text as the arguments of such a function. */
export function freeformInput(text: string): string {
  return JSON.stringify({ input: text })
}

/** The text that a model wrote as arguments; what it wrote when it did not keep to their one field. */
export function freeformText(input: string): string {
  const value = parseJson(input)
  const [only, ...others] = isObject(value) ? Object.values(value) : []
  return (
    stringOf(objectOf(value)['input']) ?? (others.length === 0 ? stringOf(only) : undefined) ?? stringOf(value) ?? input
  )
}
