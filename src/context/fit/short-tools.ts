/** The definitions of tools made short, when nothing else is left to be: names, types and what is required stay. */
import { isObject, type JsonObject, type JsonValue } from '../../ir/json.ts'
import type { Tool } from '../../ir/request.ts'
import type { Count } from '../count/count.ts'

export function shortenTools(tools: readonly Tool[], tokens: number, count: Count): Tool[] {
  return tools.map((tool) => {
    if (tool.type !== 'function') return tool
    const { description, freeform, inputSchema } = tool
    return {
      ...tool,
      ...(description !== undefined && { description: beginning(description, tokens, count) }),
      ...(freeform?.description !== undefined && {
        freeform: { ...freeform, description: beginning(freeform.description, tokens, count) },
      }),
      inputSchema: shortenFields(inputSchema, Math.ceil(tokens / 4), count),
    }
  })
}

/** Whole sentences as far as they go, as the first one says what a tool is for. */
function beginning(text: string, tokens: number, count: Count): string {
  const whole = count.text(text)
  if (whole <= tokens) return text
  const short = text.slice(0, Math.floor((text.length * tokens) / whole))
  const end = Math.max(short.lastIndexOf('. '), short.lastIndexOf('.\n'))
  return end > short.length / 3 ? short.slice(0, end + 1) : `${short}…`
}

/** A schema whose descriptions are short; a property may have that name itself, and is then no text. */
function shortenFields(schema: JsonObject, tokens: number, count: Count): JsonObject {
  const shorten = (value: JsonValue): JsonValue => {
    if (Array.isArray(value)) return value.map(shorten)
    return isObject(value) ? shortenFields(value, tokens, count) : value
  }
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [
      key,
      key === 'description' && typeof value === 'string' ? beginning(value, tokens, count) : shorten(value),
    ]),
  )
}
