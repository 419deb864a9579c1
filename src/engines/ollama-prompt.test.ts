/** The allowance, held against prompts as the templates of several makers write them. */
import { describe, expect, it } from 'vitest'
import { arrayOf, objectOf, stringOf, type JsonObject } from '../ir/json.ts'
import { partsOfPrompt } from './ollama-prompt.ts'

interface Template {
  name: string
  /** Each mark is one token: it is written so. */
  marks: RegExp
  begins: string
  around: (role: string, content: string) => string
  ends: string
}

const templates: Template[] = [
  {
    name: 'ChatML',
    marks: /<\|im_(start|end)\|>/g,
    begins: '',
    around: (role, content) => `<|im_start|>${role}\n${content}<|im_end|>\n`,
    ends: '<|im_start|>assistant\n<think>\n\n</think>\n\n',
  },
  {
    name: 'Llama 3',
    marks: /<\|(begin_of_text|start_header_id|end_header_id|eot_id)\|>/g,
    begins: '<|begin_of_text|>',
    around: (role, content) => `<|start_header_id|>${role}<|end_header_id|>\n\n${content}<|eot_id|>`,
    ends: '<|start_header_id|>assistant<|end_header_id|>\n\n',
  },
  {
    name: 'Gemma',
    marks: /<bos>|<(start|end)_of_turn>/g,
    begins: '<bos>',
    around: (role, content) => `<start_of_turn>${role}\n${content}<end_of_turn>\n`,
    ends: '<start_of_turn>model\n',
  },
  {
    name: 'gpt-oss',
    marks: /<\|(start|end|message|channel)\|>/g,
    begins:
      '<|start|>system<|message|>You are ChatGPT, a large language model trained by OpenAI.\nKnowledge cutoff: 2024-06\n' +
      'Current date: 2026-11-24\n\nReasoning: medium\n\n# Valid channels: analysis, commentary, final. Channel must be included ' +
      'for every message.<|end|>',
    around: (role, content) =>
      role === 'assistant'
        ? `<|start|>assistant<|channel|>final<|message|>${content}<|end|>`
        : `<|start|>${role}<|message|>${content}<|end|>`,
    ends: '<|start|>assistant',
  },
]

/** As every large vocabulary counts plain English: a token a word, a mark, a sign, a line break. */
function tokensOf(text: string, marks: RegExp): number {
  return text.replaceAll(marks, '\u0000').match(/\0| ?[a-z]+|\d{1,3}|\n+| ?[^\s\w\0]+|\s/gi)?.length ?? 0
}

function chat(turns: number): JsonObject {
  const messages = Array.from({ length: turns * 2 + 1 }, (_, at) => ({
    role: at % 2 === 0 ? 'user' : 'assistant',
    content: 'The cat sat on the mat and said nothing at all about the price of fish.'.repeat(1 + (at % 3)),
  }))
  return { messages: [{ role: 'system', content: 'Be brief.' }, ...messages] }
}

describe('the allowance for the marks of a prompt', () => {
  it.each(templates)('is never less than those of $name, and not much more', ({ marks, begins, around, ends }) => {
    for (const turns of [0, 1, 10, 100]) {
      const body = chat(turns)
      const messages = arrayOf(body['messages']).map(objectOf)
      const told = messages.map(({ role, content }) => around(stringOf(role) ?? '', stringOf(content) ?? ''))
      const real = tokensOf(`${begins}${told.join('')}${ends}`, marks)
      const { texts, allowance } = partsOfPrompt(body)
      const counted = texts.reduce((sum, text) => sum + tokensOf(text, marks), allowance)
      expect(counted).toBeGreaterThanOrEqual(real)
      expect(counted - real).toBeLessThan(85 + messages.length * 2)
    }
  })
})

describe('the words of a prompt', () => {
  it('are those that a model reads: contents, thoughts, calls and definitions, with the spaces that templates put into JSON', () => {
    const { texts } = partsOfPrompt({
      model: 'm',
      messages: [
        { role: 'user', content: 'read it' },
        {
          role: 'assistant',
          content: '',
          thinking: 'so I read',
          tool_calls: [
            {
              id: 'call_1',
              function: { index: 0, name: 'read', arguments: { path: 'a\n [b]', lines: [1, 2], all: {} } },
            },
          ],
        },
        { role: 'tool', content: 'empty', tool_call_id: 'call_1', tool_name: 'read' },
      ],
      tools: [{ type: 'function', function: { name: 'read', parameters: { type: 'object' } } }],
      options: { num_ctx: 8192 },
    })
    expect(texts).toEqual([
      '{"type": "function", "function": {"name": "read", "parameters": {"type": "object"}}}',
      'read it',
      'so I read',
      String.raw`{"name": "read", "arguments": {"path": "a\n [b]", "lines": [1, 2], "all": {}}}`,
      'empty',
    ])
  })

  it('are allowed more for calls, results, images and the manual of tools', () => {
    const allowance = (body: JsonObject): number => partsOfPrompt(body).allowance
    const plain = allowance({ messages: [{ role: 'user', content: 'a' }] })
    expect(allowance({ messages: [{ role: 'tool', content: 'a' }] })).toBeGreaterThan(plain)
    expect(allowance({ messages: [{ role: 'user', content: 'a' }], tools: [{}] })).toBeGreaterThan(plain + 200)
    expect(allowance({ messages: [{ role: 'user', content: 'a', images: ['…'] }] })).toBe(plain + 768)
    const call = { function: { name: 'a', arguments: {} } }
    expect(allowance({ messages: [{ role: 'assistant', content: '', tool_calls: [call, call] }] })).toBe(plain + 16)
  })
})
