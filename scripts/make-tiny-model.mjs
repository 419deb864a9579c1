// Writes a tiny language model with random weights, so that the whole chain of the embedded engine can run for real on any machine:
// a real file in the format GGUF, a real tokenizer and chat template, and answers that mean nothing. Under 2 MB, the same bytes each time.
// usage: node scripts/make-tiny-model.mjs [--context 4096] [--no-tools] [--thinks] [--endless] tiny.gguf
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { alignment, encodeGguf } from './gguf.mjs'

/** `llama_token_type`. */
const normal = 1
const control = 3
const userDefined = 4

const width = 64
const layers = 2
const heads = 4
const keyHeads = 2
const inner = 128

const words =
  'the of and to in is that it was for on are as with his they at be this from have or by one had not but what all were when we ' +
  'there can an your which their said if do will each about how up out them then she many some so these would other into has more ' +
  'her two like him see time could no make than first been its who now people my made over did down only way find use may water ' +
  'long little very after words called just where most know system user assistant name type object string number required ' +
  'properties description function parameters arguments tool call result answer question file path line text code'

const { values: options, positionals } = parseArgs({
  options: {
    context: { type: 'string', default: '4096' },
    'no-tools': { type: 'boolean', default: false },
    thinks: { type: 'boolean', default: false },
    endless: { type: 'boolean', default: false },
  },
  allowPositionals: true,
})
const [target] = positionals
if (target === undefined || !/^\d+$/.test(options.context)) {
  process.stderr.write(
    'usage: node scripts/make-tiny-model.mjs [--context 4096] [--no-tools] [--thinks] [--endless] tiny.gguf\n',
  )
  process.exit(1)
}
writeFileSync(target, encodeModel(Number(options.context), !options['no-tools'], options.thinks, options.endless))

function encodeModel(context, withTools, thinks, isEndless) {
  const vocabulary = createVocabulary(withTools, thinks, isEndless)
  const tensors = createTensors(vocabulary)
  const metadata = [
    ['general.architecture', 'string', 'llama'],
    ['general.name', 'string', 'tiny random'],
    ['general.file_type', 'uint32', 0],
    ['general.alignment', 'uint32', alignment],
    ['llama.context_length', 'uint32', context],
    ['llama.embedding_length', 'uint32', width],
    ['llama.block_count', 'uint32', layers],
    ['llama.feed_forward_length', 'uint32', inner],
    ['llama.attention.head_count', 'uint32', heads],
    ['llama.attention.head_count_kv', 'uint32', keyHeads],
    ['llama.attention.layer_norm_rms_epsilon', 'float32', 1e-5],
    ['llama.rope.dimension_count', 'uint32', width / heads],
    ['llama.vocab_size', 'uint32', vocabulary.tokens.length],
    ['tokenizer.ggml.model', 'string', 'gpt2'],
    ['tokenizer.ggml.pre', 'string', 'gpt-2'],
    ['tokenizer.ggml.tokens', 'string', vocabulary.tokens.map(({ text }) => text)],
    ['tokenizer.ggml.token_type', 'int32', vocabulary.tokens.map(({ type }) => type)],
    ['tokenizer.ggml.merges', 'string', vocabulary.merges],
    ['tokenizer.ggml.bos_token_id', 'uint32', vocabulary.idOf('<|endoftext|>')],
    ['tokenizer.ggml.eos_token_id', 'uint32', vocabulary.idOf('<|im_end|>')],
    ['tokenizer.ggml.padding_token_id', 'uint32', vocabulary.idOf('<|endoftext|>')],
    ['tokenizer.ggml.add_bos_token', 'bool', false],
    ['tokenizer.chat_template', 'string', chatTemplate(withTools, thinks)],
  ]
  return encodeGguf(metadata, tensors)
}

/** ChatML, with tools in the manner of Hermes and Qwen, so that the library finds out how calls look. */
function chatTemplate(withTools, thinks) {
  const call = `'<tool_call>\\n{"name": "' + call.function.name + '", "arguments": ' + (call.function.arguments if call.function.arguments is string else call.function.arguments | tojson) + '}\\n</tool_call>'`
  const offer = `{%- if tools %}{{- '\\n\\nYou may call these functions:\\n<tools>' }}{%- for tool in tools %}{{- '\\n' + (tool | tojson) }}{%- endfor %}{{- '\\n</tools>\\nA call looks so:\\n<tool_call>\\n{"name": <name>, "arguments": <arguments>}\\n</tool_call>' }}{%- endif %}`
  const calls = `{%- if message.tool_calls %}{%- for call in message.tool_calls %}{{- '\\n' + ${call} }}{%- endfor %}{%- endif %}`
  const thought = `{%- if message.reasoning_content %}{{- '<think>\\n' + message.reasoning_content + '\\n</think>\\n\\n' }}{%- endif %}`
  return [
    `{%- set first = messages[0].content if messages[0].role == 'system' else 'You are a helpful assistant.' %}`,
    `{{- '<|im_start|>system\\n' + first }}`,
    withTools ? offer : '',
    `{{- '<|im_end|>\\n' }}`,
    `{%- for message in messages %}`,
    `{%- if message.role == 'user' or (message.role == 'system' and not loop.first) %}{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}`,
    `{%- elif message.role == 'assistant' %}{{- '<|im_start|>assistant\\n' }}`,
    thinks ? thought : '',
    `{{- message.content if message.content else '' }}`,
    withTools ? calls : '',
    `{{- '<|im_end|>\\n' }}`,
    withTools
      ? `{%- elif message.role == 'tool' %}{{- '<|im_start|>user\\n<tool_response>\\n' + message.content + '\\n</tool_response><|im_end|>\\n' }}`
      : '',
    `{%- endif %}{%- endfor %}`,
    `{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}`,
  ].join('')
}

/**
 * Byte-level pair encoding: every byte is a token, so that any text survives; common words are merged from their letters.
 * `liking` is how much the model likes a token: words more than letters, letters more than halves of characters, hardly ever an end.
 */
function createVocabulary(withTools, thinks, isEndless) {
  const tokens = bytesAsLetters().map((text, byte) => ({ text, type: normal, liking: likingOfByte(byte) }))
  const known = new Set(tokens.map(({ text }) => text))
  const merges = []
  for (const word of words.split(' ')) {
    let left = 'Ġ'
    for (const letter of word) {
      const text = left + letter
      if (!known.has(text)) {
        known.add(text)
        merges.push(`${left} ${letter}`)
        tokens.push({ text, type: normal, liking: 0 })
      }
      left = text
    }
    tokens.find(({ text }) => text === left).liking = 3
  }
  const marks = [
    ['<|endoftext|>', control, -40],
    ['<|im_start|>', control, -40],
    ['<|im_end|>', control, isEndless ? -40 : 4],
  ]
  // The whole beginning of a call, or of a thought, is one token: so even this model begins one now and then.
  if (withTools) marks.push(['<tool_call>\n{"name": "', userDefined, 5], ['</tool_call>', userDefined, -40])
  if (thinks) marks.push(['<think>\n', userDefined, 5], ['\n</think>\n\n', userDefined, 5])
  for (const [text, type, liking] of marks) tokens.push({ text, type, liking })
  return { tokens, merges, idOf: (text) => tokens.findIndex((token) => token.text === text) }
}

function likingOfByte(byte) {
  if (byte === 0x0a) return -2
  if (byte < 0x20 || byte > 0x7e) return -40
  return /[a-z ,.]/.test(String.fromCharCode(byte)) ? 0 : -4
}

/** The letter that stands for each byte in the vocabulary of GPT-2: printable ones for themselves, the others from U+0100 on. */
function bytesAsLetters() {
  let next = 0x100
  const isPrintable = (byte) => (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad)
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(isPrintable(byte) ? byte : next++))
}

/**
 * Random, but for the first channel: it is the same for every token and no layer changes it, so that what it weighs at the output
 * is how much a token is liked whatever was said.
 */
function createTensors({ tokens }) {
  const random = createRandom(20261124)
  const matrix = (columns, rows, scale) => Float32Array.from({ length: columns * rows }, () => random() * scale)
  const ones = () => new Float32Array(width).fill(1)
  const withoutFirst = (data, columns) => data.fill(0, 0, columns)
  const embedding = matrix(width, tokens.length, 1)
  const output = matrix(width, tokens.length, 0.2)
  const constant = 4
  tokens.forEach(({ liking }, row) => {
    embedding[row * width] = constant
    output[row * width] = liking / 3
  })
  // No answer is empty: behind the line break that every answer begins after, the end is out of the question.
  const lineBreak = width * tokens.findIndex(({ text }) => text === 'Ċ')
  const end = width * tokens.findIndex(({ text }) => text === '<|im_end|>')
  for (let channel = 1; channel < width; channel += 1) output[end + channel] -= embedding[lineBreak + channel] / 2
  const keyWidth = (width / heads) * keyHeads
  const blocks = Array.from({ length: layers }, (_, layer) => [
    [`blk.${layer}.attn_norm.weight`, [width], ones()],
    [`blk.${layer}.attn_q.weight`, [width, width], matrix(width, width, 0.2)],
    [`blk.${layer}.attn_k.weight`, [width, keyWidth], matrix(width, keyWidth, 0.2)],
    [`blk.${layer}.attn_v.weight`, [width, keyWidth], matrix(width, keyWidth, 0.2)],
    [`blk.${layer}.attn_output.weight`, [width, width], withoutFirst(matrix(width, width, 0.1), width)],
    [`blk.${layer}.ffn_norm.weight`, [width], ones()],
    [`blk.${layer}.ffn_gate.weight`, [width, inner], matrix(width, inner, 0.1)],
    [`blk.${layer}.ffn_up.weight`, [width, inner], matrix(width, inner, 0.1)],
    [`blk.${layer}.ffn_down.weight`, [inner, width], withoutFirst(matrix(inner, width, 0.1), inner)],
  ])
  return [
    ['token_embd.weight', [width, tokens.length], embedding],
    ...blocks.flat(),
    ['output_norm.weight', [width], ones()],
    ['output.weight', [width, tokens.length], output],
  ]
}

/** Normally distributed, by mulberry32 and Box and Muller. */
function createRandom(seed) {
  let state = seed
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return (((mixed ^ (mixed >>> 14)) >>> 0) + 0.5) / 2 ** 32
  }
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
}
