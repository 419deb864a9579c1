/** Lines of Ollama that cannot be read. */
import type { GapGrammar } from '../gaps.ts'

/** A line may hold a whole call, or the end. */
export const gapGrammar: GapGrammar = {
  wasWords: ({ data }) => !/"tool_calls"|"done"\s*:\s*true/.test(data),
  wholePart: () => undefined,
}
