/** The words of a model's vocabulary, as a GGUF file has them. */

/** `llama_token_type` of llama.cpp. */
const types = { unknown: 2, control: 3, userDefined: 4 } as const

export interface Words {
  /** By number, and the numbers. */
  texts: readonly string[]
  numbers: ReadonlyMap<string, number>
  /** Tokens that stand for themselves wherever a text has their words: `<|im_end|>`, and what a vocabulary's makers added by hand. */
  marks: string[]
}

/** `kinds`: of each token; where there are none, all are words. */
export function readWords(tokens: readonly string[], kinds: readonly number[]): Words {
  const numbers = new Map<string, number>()
  const marks: string[] = []
  for (const [number, token] of tokens.entries()) {
    if (!numbers.has(token)) numbers.set(token, number)
    const kind = kinds[number]
    if (kind === types.control || kind === types.userDefined || kind === types.unknown) marks.push(token)
  }
  return { texts: tokens, numbers, marks }
}

export interface Marks {
  /** How many there are in a text, the longest at each place; what stands between them goes to `take`. */
  split(text: string, take: (between: string) => void): number
}

export function createMarks(words: readonly string[]): Marks {
  const known = new Set(words.filter((word) => word !== ''))
  /** By its first character: how long one may be, the longest first. */
  const lengths = new Map<number, number[]>()
  for (const word of known) {
    const first = word.charCodeAt(0)
    const those = lengths.get(first) ?? []
    if (!those.includes(word.length))
      lengths.set(
        first,
        [...those, word.length].sort((a, b) => b - a),
      )
  }
  const longestAt = (text: string, at: number): number =>
    lengths.get(text.charCodeAt(at))?.find((length) => known.has(text.slice(at, at + length))) ?? 0
  return {
    split: (text, take) => {
      let found = 0
      let from = 0
      for (let at = 0; at < text.length;) {
        const length = longestAt(text, at)
        if (length > 0) {
          if (at > from) take(text.slice(from, at))
          found += 1
          from = at + length
        }
        at += Math.max(length, 1)
      }
      if (from < text.length) take(text.slice(from))
      return found
    },
  }
}
