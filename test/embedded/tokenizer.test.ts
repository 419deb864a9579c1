/** Trooper's count of every kind of vocabulary, held against llama.cpp's, which Ollama runs. */
import { spawn } from 'node:child_process'
import { json } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { findLibrary } from '../../src/embedded/library-path.ts'
import type { JsonObject } from '../../src/ir/json.ts'
import { knownSplits } from '../../src/tokenizer/splits.ts'
import { readTokenizer } from '../../src/tokenizer/tokenizer.ts'
import { samples as counted } from '../context/estimates.ts'
import { bytePairVocabulary, characterVocabulary, pieceVocabulary } from '../fakes/vocabulary.ts'
import { available } from './equipment.ts'

const samples = counted.map(({ text }) => text)
const corpus = samples.join('\n')

/** What vocabularies cut in different ways. */
const odd = [
  'नमस्ते दुनिया, यह एक परीक्षण है। हम देखना चाहते हैं कि कितने टोकन बनते हैं।',
  'สวัสดีชาวโลก นี่คือการทดสอบว่ามีโทเค็นกี่ตัว',
  'مرحبا بالعالم، هذا اختبار لعدد الرموز. שלום עולם, זה מבחן.',
  '안녕하세요 세계, 이것은 토큰이 몇 개인지 확인하는 시험입니다.',
  'ΓΕΙΑ σου Κόσμε ΠριВет МИР ÉCOLE ÉcoleÉ naïve İstanbul’da IĞDIR Tiếng Việt',
  'e\u0301cole cafe\u0301 n\u0303 👩‍👩‍👧‍👦 🏳️‍🌈 😀😀 ✨🪖 👍🏽',
  'a\r\n\r\n  b\t\tc\r\n\tif (x) {\n\t\treturn y;\n\t}\n\n\n',
  "I'M he'LL they're WE'VE don't D'accord l'été",
  '1234567 3.14159 1,000,000 ①②③ ٣٤٥ x86_64 0xDEADBEEF 12 345 6789',
  'a\u00a0b\u2003c\u3000d\u0085e\ufefff \u0001\u001b[31mred\u001b[0m\u007f',
  '<|im_start|>user\nhi<|im_end|>\n<|endoftext|>',
  '<table><tr><td>a</td></tr></table>\n<div class="x">  <b>y</b></div>',
  'a    b     c\n\n\n\n    d        e\n \n  \n   f   ',
  'ABCdefGHIjkl HTTPServerError getURLForID snake_case_word kebab-case-word --flag=value ==> ~~~ $var `code`',
  'x'.repeat(500) + ' '.repeat(500) + '-'.repeat(500) + '\n'.repeat(500),
  ' hello',
  '\nhello  ',
]
const texts = [...samples, ...odd]

const bytePairs = bytePairVocabulary(corpus)
const vocabularies: [kind: string, JsonObject][] = [
  ...knownSplits().map((pre): [string, JsonObject] => [pre, { ...bytePairs, 'tokenizer.ggml.pre': pre }]),
  ['SentencePiece', pieceVocabulary(corpus)],
  [
    'SentencePiece without a space before a text',
    { ...pieceVocabulary(corpus), 'tokenizer.ggml.add_space_prefix': false },
  ],
  ['Gemma 4', characterVocabulary(corpus)],
]

async function askLlama(): Promise<number[][]> {
  const driver = fileURLToPath(new URL('llama-tokenizer.mjs', import.meta.url))
  const library = findLibrary(fileURLToPath(new URL('.', import.meta.url))) ?? ''
  const child = spawn(process.execPath, [driver, library], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end(JSON.stringify(vocabularies.map(([, vocabulary]) => ({ vocabulary, texts }))))
  return (await json(child.stdout)) as number[][]
}

const usable = available()
if (usable === true)
  describe('a count', async () => {
    const told = await askLlama()
    it.each(vocabularies.map(([kind, vocabulary], at) => ({ kind, vocabulary, told: told[at] })))(
      'in a vocabulary of the kind $kind is that of llama.cpp',
      ({ vocabulary, told }) => {
        const tokenizer = readTokenizer(vocabulary)
        expect(texts.map((text) => tokenizer?.count(text))).toEqual(told)
      },
    )
  })
else it.skip(`skipped: ${usable.skip}`)
