/** A model's vocabulary, as its server hands it out. */
import { objectOf, parseJson, type JsonObject } from '../../ir/json.ts'
import type { VocabularyPlace } from './question.ts'

/** The largest in use has 262,000 tokens, and makes an answer of 12 MB. */
const mostBytes = 64 * 1024 * 1024
const longestMs = 60_000

/** `model_info`, whose arrays are there with `verbose` only (ollama: server/routes.go, `getModelData`). Rejects when it cannot be had. */
export async function fetchVocabulary({ url, headers, model }: VocabularyPlace): Promise<JsonObject> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: [['content-type', 'application/json'], ...headers],
    body: JSON.stringify({ model, verbose: true }),
    redirect: 'error',
    signal: AbortSignal.timeout(longestMs),
  })
  if (answer.status !== 200) throw new Error(`It answers with ${answer.status}.`)
  return objectOf(objectOf(parseJson(await readText(answer)))['model_info'])
}

async function readText({ body }: Response): Promise<string> {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const part of body ?? []) {
    bytes += part.byteLength
    // Leaving the loop ends the connection.
    if (bytes > mostBytes) throw new Error('It says too much.')
    parts.push(part)
  }
  return Buffer.concat(parts).toString()
}
