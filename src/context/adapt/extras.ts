/** Fields of a request that only their own dialect has (docs/translation.md): another target is not sent them, and that is said. */
import { isObject, wordOf, type JsonValue } from '../../ir/json.ts'
import type { ChatRequest, DialectName, Warn } from '../../ir/request.ts'

export function warnOfExtras({ extras }: ChatRequest, dialect: DialectName, warn: Warn): void {
  for (const [name, fields] of Object.entries(extras)) {
    if (name === dialect) continue
    for (const field of Object.entries(fields).flatMap(namesOf))
      warn(`the field '${wordOf(field)}' means nothing to this target and was left out`)
  }
}

/** Of Ollama's options some are modelled: the others are named one by one. */
function namesOf([field, value]: [string, JsonValue]): string[] {
  if (value === null) return []
  return field === 'options' && isObject(value) ? Object.keys(value).map((option) => `options.${option}`) : [field]
}
