// What it costs to turn one streamed chunk of a local model into the client's dialect: bytes of an Ollama line -> frame ->
// IR events -> text ready to write. No sockets. Prints one line of JSON: µs of CPU a chunk, a sample a round.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { ollamaLines } from './fixtures.mjs'

const [rounds = '15'] = process.argv.slice(2)
const answersARound = 100

/** The smallest request of each dialect: encoders ask it what the client wants to see. */
const requests = {
  anthropic: { model: 'm', max_tokens: 100, stream: true, messages: [{ role: 'user', content: 'Go on.' }] },
  'openai-chat': { model: 'm', stream: true, messages: [{ role: 'user', content: 'Go on.' }] },
  'openai-responses': { model: 'm', stream: true, input: 'Go on.' },
}

const { clientDialects, targetDialects, createNdjsonDecoder } = await bundled()
const results = Object.entries(requests).map(([dialect, request]) => ({ dialect, samples: measure(dialect, request) }))
process.stdout.write(`${JSON.stringify(results)}\n`)

/** The sources are TypeScript, which the oldest supported Node cannot run. */
async function bundled() {
  const folder = mkdtempSync(join(tmpdir(), 'trooper-bench-'))
  const outfile = join(folder, 'dialects.mjs')
  const entry = "export * from './dialects/registry.ts'; export { createNdjsonDecoder } from './wire/ndjson.ts'"
  const resolveDir = fileURLToPath(new URL('../src', import.meta.url))
  try {
    await build({ stdin: { contents: entry, resolveDir }, outfile, bundle: true, platform: 'node', format: 'esm' })
    return await import(pathToFileURL(outfile))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function measure(dialect, body) {
  const request = clientDialects[dialect].decodeRequest(body)
  return Array.from({ length: Number(rounds) }, () => sample(clientDialects[dialect], request))
}

function sample(dialect, request) {
  const before = process.cpuUsage()
  for (let answer = 0; answer < answersARound; answer += 1) translate(dialect, request)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / (answersARound * ollamaLines.length)
}

/** One answer as src/exchange/translate.ts makes it: what one network chunk gives becomes one text. */
function translate(dialect, request) {
  const encode = dialect.createEncoder({ id: 'trooper-fallback', model: 'qwen2.5:3b', createdAtMs: 0 }, request)
  let text = ''
  const decoder = targetDialects.ollama.createDecoder((event) => (text += encode(event)), 0)
  const frames = createNdjsonDecoder((frame) => decoder.frame(frame))
  for (const line of ollamaLines) {
    text = ''
    frames.feed(line)
    if (text === '') throw new Error('A chunk was lost in translation.')
  }
  frames.end()
  decoder.end()
}
