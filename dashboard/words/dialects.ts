/** The names that people know the wire formats by. */
import type { Entry } from '../../src/observe/journal/entry.ts'
import type { DialectName } from '../../src/ir/request.ts'

const names: { readonly [D in DialectName]: string } = {
  anthropic: 'Messages',
  'openai-chat': 'Chat Completions',
  'openai-responses': 'Responses',
  ollama: 'Ollama',
}

export function dialectName(dialect: DialectName): string {
  return names[dialect]
}

/** What an exchange is: `Messages`, `Messages, list of models`. */
export function exchangeName({ dialect, about }: Entry): string {
  switch (about) {
    case 'conversation':
      return names[dialect]
    case 'models':
      return `${names[dialect]}, list of models`
    case 'tokens':
      return `${names[dialect]}, count of tokens`
  }
}
