// Counts texts in every vocabulary: `node scripts/tokens/count.mjs <packages> <texts.jsonl> > <counted.jsonl>`
//
// <packages>: a folder as vocabularies.mjs describes it. <texts.jsonl>: `{ kind, text }` a line, and what else there is stays; a row that
// has some of the counts is given the others.
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { openVocabularies } from './vocabularies.mjs'

const [packages, texts] = process.argv.slice(2)
const vocabularies = Object.entries(await openVocabularies(packages))

for await (const line of createInterface({ input: createReadStream(texts) })) {
  const row = JSON.parse(line)
  const tokens = Object.fromEntries(vocabularies.map(([name, count]) => [name, row.tokens?.[name] ?? count(row.text)]))
  process.stdout.write(`${JSON.stringify({ ...row, tokens })}\n`)
}
