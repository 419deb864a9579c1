/** For engines that are to count nothing. */
import type { Tokenizers } from '../src/engines/tokenizers/tokenizers.ts'

export const noTokenizers: Tokenizers = {
  mayCount: () => false,
  count: () => Promise.resolve(undefined),
  end: () => Promise.resolve(),
}
