import { describe, expect, it } from 'vitest'
import { AnswerCapture } from './capture.ts'

const key = 'sk-ant-api03-abcdefghijklmnopqrstuvwxyz'

/** A frame of each dialect that brings one piece of what a model writes. */
const frames: Readonly<Record<string, (words: string) => string>> = {
  'a text of Messages': (text) =>
    `event: content_block_delta\ndata: ${JSON.stringify({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } })}\n\n`,
  'a thought of Messages': (thinking) =>
    `event: content_block_delta\ndata: ${JSON.stringify({ type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking } })}\n\n`,
  'a call of Messages': (partial_json) =>
    `event: content_block_delta\ndata: ${JSON.stringify({ type: 'content_block_delta', index: 0, delta: { type: 'input_json_delta', partial_json } })}\n\n`,
  'a text of Chat Completions': (content) =>
    `data: ${JSON.stringify({ id: 'chatcmpl-1', choices: [{ index: 0, delta: { content } }] })}\n\n`,
  'a call of Chat Completions': (pieces) =>
    `data: ${JSON.stringify({ id: 'chatcmpl-1', choices: [{ index: 0, delta: { tool_calls: [{ index: 0, function: { arguments: pieces } }] } }] })}\n\n`,
  'a text of Responses': (delta) =>
    `event: response.output_text.delta\ndata: ${JSON.stringify({ type: 'response.output_text.delta', delta })}\n\n`,
  'a chat of Ollama': (content) => `${JSON.stringify({ message: { role: 'assistant', content }, done: false })}\n`,
  'a completion of Ollama': (response) => `${JSON.stringify({ response, done: false })}\n`,
}

function kept(chunks: readonly string[]): string {
  const capture = new AnswerCapture()
  for (const chunk of chunks) capture.take(chunk)
  return capture.text()
}

describe.each(Object.entries(frames))('%s', (_, frame) => {
  it.each([1, 4, 9, 100])('has no key in it that came in pieces of %d characters', (size) => {
    const words = `take "${key}", and go on`
    const pieces = words.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? []
    const expected = frame(words).replace(key, '[hidden]')
    const text = kept(pieces.map(frame))
    expect(together(text)).toBe(together(expected))
    expect(text.match(/\n/g)).toHaveLength(pieces.length * (frame('').match(/\n/g)?.length ?? 0))
  })
})

/** What the pieces of a stream say. */
function together(stream: string): string {
  const names = /"(?:text|thinking|partial_json|content|arguments|delta|response)":"((?:[^"\\]|\\.)*)"/g
  return [...stream.matchAll(names)].map(([, words]) => words).join('')
}

it('keeps apart what a model thinks, and what it says', () => {
  const { 'a text of Messages': says, 'a thought of Messages': thinks } = frames
  const stream = [says?.('sk-ant-'), thinks?.('abcdefghijklmnopqrstuvwxyz')].map(String)
  expect(kept(stream)).toBe(stream.join(''))
})

it('is left as it is where nothing looks like a key', () => {
  const stream = ['Hello', ' from', ' the "cloud"', '\n'].map((words) => frames['a text of Messages']?.(words) ?? '')
  expect(kept(stream)).toBe(stream.join(''))
})
