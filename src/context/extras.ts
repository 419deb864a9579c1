/** Fields of a request that only their own dialect has (docs/translation.md): another target is not sent them, and that is said. */
import { wordOf } from '../ir/json.ts'
import type { ChatRequest, DialectName, Warn } from '../ir/request.ts'

export function warnOfExtras({ extras }: ChatRequest, dialect: DialectName, warn: Warn): void {
  for (const [name, fields] of Object.entries(extras)) {
    if (name === dialect) continue
    for (const [field, value] of Object.entries(fields)) {
      if (value !== null) warn(`the field '${wordOf(field)}' means nothing to this target and was left out`)
    }
  }
}
