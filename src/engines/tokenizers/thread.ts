/**
 * Counts tokens beside Trooper's own thread, which goes on meanwhile: reading a vocabulary takes a second, counting a long conversation a
 * tenth of one. It ends when Trooper ends it.
 */
import { parentPort } from 'node:worker_threads'
import { createLruMap } from '../../lru-map.ts'
import { readTokenizer, type Tokenizer } from '../../tokenizer/tokenizer.ts'
import { fetchVocabulary } from './fetch-vocabulary.ts'
import type { Answer, Question, VocabularyPlace } from './question.ts'

/** Up to 100 MB each; who uses more models at once has them read again. */
const mostVocabularies = 3

const vocabularies = createLruMap<string, Promise<Tokenizer | undefined>>(mostVocabularies)

parentPort?.on('message', (question: Question) => void answer(question))

async function answer({ id, place, texts }: Question): Promise<void> {
  const said: Answer = { id, tokens: await count(place, texts) }
  parentPort?.postMessage(said, [])
}

async function count(place: VocabularyPlace, texts: readonly string[]): Promise<number | undefined> {
  try {
    const tokenizer = await tokenizerOf(place)
    return tokenizer && texts.reduce((sum, text) => sum + tokenizer.count(text), 0)
  } catch {
    // A text that is no match for an expression: nothing of it is worth a line of the log, and it is estimated then.
    return undefined
  }
}

/** What could not be had is asked for again; how soon, Trooper says. */
async function tokenizerOf(place: VocabularyPlace): Promise<Tokenizer | undefined> {
  const key = `${place.url} ${place.model}`
  const known = await vocabularies.get(key)
  if (known) return known
  const read = fetchVocabulary(place).then(readTokenizer, () => undefined)
  vocabularies.set(key, read)
  return read
}
