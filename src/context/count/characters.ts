/**
 * The kinds of characters that an estimate of tokens tells apart (vocabularies.ts): small letters one by one, since pairs of them
 * tell English from Finnish; other alphabets by what vocabularies make of them. A change here asks for new weights (scripts/tokens).
 */

/** Characters, and ranges of code units. */
type Member = string | readonly [first: number, last: number]

const firstDigit: Member = [0x30, 0x39]

/** A kind a line; of two that have the same character, the later one counts. The first is also what stands before a text. */
const kinds: readonly (readonly Member[])[] = [
  [[0, 0x20]],
  // Also a space behind a space (`kindBehind`).
  ['\t'],
  ['\n\r'],
  ...Array.from('abcdefghijklmnopqrstuvwxyz', (letter) => [letter]),
  [[0x41, 0x5a]],
  // Digits: the first, the second and the third of a number (`kindBehind`).
  [firstDigit],
  [],
  [],
  ['.,;:!?'],
  ['\'"`'],
  ['([{<'],
  [')]}>'],
  ['/\\|'],
  ['-_*='],
  ['#@$%&+^~', [0x7f, 0x7f]],
  // Latin with accents: Slavic, Turkish and rarer ones; Western; German and Nordic; Vietnamese; accents that stand alone.
  [[0x80, 0x2ff]],
  ['éèêëàâçîïôûùœáíóúñãõ'],
  ['äöüßåæøÄÖÜ'],
  ['ơưđƠƯĐ', [0x1e00, 0x1eff]],
  [[0x300, 0x36f]],
  // Dashes and quotes; arrows and boxes.
  ['«»·°§', [0x2000, 0x206f]],
  [[0x2070, 0x2fff]],
  // Cyrillic: capitals, and what is frequent in Russian, Bulgarian, Ukrainian, Serbian, further east.
  [[0x400, 0x52f]],
  ['оа'],
  ['еи'],
  ['нтср'],
  ['влкмдп'],
  ['уяыьй'],
  ['бгжзчшщцюэхфё'],
  ['ъ'],
  ['іїєґў'],
  ['јљњђћџќѓѕ'],
  [[0x48a, 0x52f]],
  // Arabic, letters of Persian and Urdu alone, Devanagari and its signs, Chinese.
  [[0x600, 0x7ff]],
  ['پچژ', [0x679, 0x67d], [0x688, 0x688], [0x691, 0x691], [0x6a0, 0x6ff]],
  [[0x900, 0x97f]],
  [
    [0x900, 0x903],
    [0x93a, 0x94f],
  ],
  [[0x3400, 0x9fff]],
  // From here on they are one where they stand before another (`stateOf`). Greek and its accents, Armenian, Hebrew.
  [[0x370, 0x3ff]],
  ['άέήίόύώ', [0x1f00, 0x1fff]],
  [[0x530, 0x58f]],
  [[0x590, 0x5ff]],
  // Bengali, Gurmukhi, Gujarati, Oriya, Tamil, Telugu, Kannada, Malayalam, Sinhala, Thai, Lao, Tibetan, Burmese.
  ...[0x980, 0xa00, 0xa80, 0xb00, 0xb80, 0xc00, 0xc80, 0xd00, 0xd80, 0xe00, 0xe80].map((first): Member[] => [
    [first, first + 0x7f],
  ]),
  [[0xf00, 0xfff]],
  [[0x1000, 0x109f]],
  // Georgian, Ethiopic, Khmer.
  [[0x10a0, 0x10ff]],
  [[0x1200, 0x139f]],
  [[0x1780, 0x17ff]],
  // Punctuation of East Asia, Hiragana, Katakana, Hangul.
  [
    [0x3000, 0x303f],
    [0xff00, 0xffef],
  ],
  [[0x3040, 0x309f]],
  [[0x30a0, 0x30ff]],
  [[0xac00, 0xd7af]],
  // The halves of an emoji, the first and the second.
  [[0xd800, 0xdbff]],
  [[0xdc00, 0xdfff]],
]

/** Also what is in no line. */
export const kindsInAll = kinds.length + 1
/** What stands before a character: as many as six bits tell apart. */
export const bitsOfState = 6
export const bitsOfKind = 7

const space = 0
const moreSpace = 1
const digit = kinds.findIndex(([member]) => member === firstDigit)

/** What a character of one kind is in a state: many vocabularies take spaces together, and digits in threes. */
export function kindBehind(state: number, kind: number): number {
  if (kind === space) return state === space || state === moreSpace ? moreSpace : space
  if (kind !== digit) return kind
  return state === digit || state === digit + 1 ? state + 1 : digit
}

export function stateOf(kind: number): number {
  return Math.min(kind, (1 << bitsOfState) - 1)
}

/** By kind: 1 where the state behind a character is its own, whatever stood before it. */
export const leavesOwnState = Uint8Array.from({ length: kindsInAll }, (_, kind) =>
  kind === space || kind === digit ? 0 : 1,
)

/** The kind of each code unit. */
export const kindOf = tableOf()

function tableOf(): Uint8Array {
  const table = new Uint8Array(0x1_0000).fill(kinds.length)
  for (const [kind, members] of kinds.entries()) {
    for (const member of members) {
      if (typeof member !== 'string') table.fill(kind, member[0], member[1] + 1)
      else for (let at = 0; at < member.length; at += 1) table[member.charCodeAt(at)] = kind
    }
  }
  return table
}

/** Costs are whole numbers, so that sums are. */
export const costsInToken = 2000

/** How weights.json writes what a character costs: a sign from `#` to `~`, finer where it costs little. */
export function costOfSign(sign: number): number {
  return (sign - 0x23) ** 2
}
