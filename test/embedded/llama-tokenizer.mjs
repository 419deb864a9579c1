// llama.cpp's own tokenizer: of each question on stdin, a vocabulary and texts, the tokens of each text.
// usage: node llama-tokenizer.mjs <URL of node-llama-cpp>
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { encodeGguf } from '../../scripts/gguf.mjs'

const kinds = {
  'tokenizer.ggml.tokens': 'string',
  'tokenizer.ggml.merges': 'string',
  'tokenizer.ggml.token_type': 'int32',
  'tokenizer.ggml.scores': 'float32',
}

const folder = mkdtempSync(join(tmpdir(), 'trooper-tokenizer-'))
try {
  const { getLlama } = await import(process.argv[2])
  const llama = await getLlama({ gpu: false, build: 'never', logLevel: 'disabled' })
  const counts = []
  for (const { vocabulary, texts } of JSON.parse(await text(process.stdin))) {
    const modelPath = join(folder, `${counts.length}.gguf`)
    writeFileSync(modelPath, encodeGguf(metadataOf(vocabulary), []))
    const model = await llama.loadModel({ modelPath, vocabOnly: true })
    counts.push(texts.map((said) => model.tokenizer(said, true).length))
    await model.dispose()
  }
  console.log(JSON.stringify(counts))
} finally {
  rmSync(folder, { recursive: true, force: true })
}
// Native code may keep the process.
process.exit(0)

function metadataOf(vocabulary) {
  const size = vocabulary['tokenizer.ggml.tokens'].length
  return [
    ['general.architecture', 'string', 'llama'],
    ['llama.context_length', 'uint32', 8192],
    ['llama.embedding_length', 'uint32', 32],
    ['llama.block_count', 'uint32', 1],
    ['llama.feed_forward_length', 'uint32', 32],
    ['llama.attention.head_count', 'uint32', 1],
    ['llama.attention.layer_norm_rms_epsilon', 'float32', 1e-5],
    ['llama.vocab_size', 'uint32', size],
    ...Object.entries(vocabulary).map(([key, value]) => [key, kinds[key] ?? kindOf(value), value]),
  ]
}

function kindOf(value) {
  if (typeof value === 'boolean') return 'bool'
  return typeof value === 'string' ? 'string' : 'uint32'
}
