/**
 * What of a long conversation a local model is told: facts planted at every tenth of it, with Trooper and with Ollama alone.
 * `docs/context.md` is what comes out of it, and is held against it. To make it anew: `npx vitest run test/context -u`.
 */
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { fitToolNames } from '../../src/context/adapt/tool-names.ts'
import { clientDialects, targetDialects } from '../../src/dialects/registry.ts'
import { prepareForLocal } from '../../src/exchange/translate/prepare.ts'
import { arrayOf, objectOf, stringOf, type JsonObject } from '../../src/ir/json.ts'
import { local, Stage } from '../clocks/stage.ts'
import { overflowText, readPrompt, survivingWords } from '../fakes/ollama-prompt.ts'
import { kinds, plant, type Planted } from './conversations.ts'
import { page, sizes, windows, type Cell } from './page.ts'

const cells: Cell[] = []

/** Asks Trooper, whose Ollama has a model with this window; resolves with the last question that it put. */
async function askTrooper(stage: Stage, window: number, { messages, tools }: Planted['body']): Promise<JsonObject> {
  const from = stage.callsOf('local').length
  stage.ask('openai-chat', false, { model: 'gpt-4.1', messages, tools })
  for (let repeats = 0; repeats < 5; repeats += 1) {
    const call = await stage.call('local', from + repeats)
    const body = objectOf(JSON.parse(call.body))
    const numCtx = Number(objectOf(body['options'])['num_ctx'])
    // A table of windows says nothing if a larger one was taken.
    expect(numCtx).toBeLessThanOrEqual(window)
    const prompt = readPrompt(body, numCtx)
    expect(prompt.truncated).toBe(false)
    call.connect()
    if (prompt.evaluated === 0) {
      call.head({ 'content-type': 'application/json' }, 400)
      call.say(JSON.stringify({ error: overflowText(prompt.tokens, prompt.numCtx) })).end()
      continue
    }
    const done = { done: true, done_reason: 'stop', prompt_eval_count: prompt.evaluated, eval_count: 2 }
    const message = { role: 'assistant', content: 'Well.' }
    call
      .head({ 'content-type': 'application/x-ndjson' })
      .say(`${JSON.stringify({ model: 'm', message, ...done })}\n`)
      .end()
    await stage.ended
    expect(stage.reply.status).toBe(200)
    return body
  }
  throw new Error('It did not fit after five questions.')
}

/** The same conversation as an app would send it to Ollama itself. */
function toOllama({ body }: Planted): JsonObject {
  const decoded = clientDialects['openai-chat'].decodeRequest({ model: 'gpt-4.1', ...body })
  const can = { tools: true, vision: true }
  const prepared = prepareForLocal(decoded, { kind: 'local', dialect: 'ollama' }, can, new Map(), () => {})
  return targetDialects.ollama.encodeRequest(fitToolNames(prepared, 'ollama').request, () => {})
}

function wordsOf(body: JsonObject): string {
  return JSON.stringify([body['tools'] ?? [], body['messages'] ?? []])
}

function found(words: string, { needles }: Planted): number {
  const plain = words.replaceAll('\\/', '/')
  return needles.filter(({ word }) => plain.includes(word)).length
}

async function measure({ body }: Planted, window: number): Promise<{ body: JsonObject; stage: Stage }> {
  const info = { 'general.architecture': 'qwen2', 'qwen2.context_length': window }
  const stage = new Stage([local()], {}, { shown: { model_info: info, capabilities: ['completion', 'tools'] } })
  // The first answer tells how many tokens there really were: from then on the estimate is exact.
  await askTrooper(stage, window, body)
  const next = [
    { role: 'assistant', content: 'Well.' },
    { role: 'user', content: 'And now?' },
  ]
  return { body: await askTrooper(stage, window, { ...body, messages: [...body.messages, ...next] }), stage }
}

describe.each(kinds)('a long conversation of %s', (kind) => {
  describe.each(sizes)('with %i tokens', (tokens) => {
    const planted = plant(kind, tokens)

    it.each(windows)('reaches a model with a window of %i', async (window) => {
      const { body, stage } = await measure(planted, window)
      const words = wordsOf(body)
      const alone = toOllama(planted)
      const left = survivingWords(alone, window)
      const instructions = JSON.stringify(planted.instructions).slice(1, -1)
      cells.push({
        kind,
        tokens,
        window,
        trooper: found(words, planted),
        ollama: found(left, planted),
        keepsInstructions: left.includes(instructions),
      })

      expect(words).toContain(instructions)
      for (const said of ['Help me with the monthly report.', planted.question, 'And now?'])
        expect(words).toContain(said)
      expect(body['tools'] ?? []).toEqual(alone['tools'] ?? [])
      const isWhole = !stage.reply.headers.includes('X-Trooper-Omitted')
      if (isWhole) expect(found(words, planted)).toBe(planted.needles.length)
      // What is left as it was holds all of its facts; what is not is counted.
      const kept = new Set(messagesOf(body))
      const lost = messagesOf(alone).filter((message) => !kept.has(message))
      if (isWhole) expect(lost).toEqual([])
      for (const { said, word } of planted.needles) {
        const bearer = messagesOf(alone).find((message) => message.includes(JSON.stringify(said).slice(1, -1)))
        if (bearer !== undefined && kept.has(bearer)) expect(words).toContain(word)
      }
    })
  })
})

function messagesOf(body: JsonObject): string[] {
  return arrayOf(body['messages']).map((message) => stringOf(objectOf(message)['content']) ?? '')
}

describe('the page of the manual', () => {
  it('says what came out', async () => {
    expect(cells).toHaveLength(kinds.length * sizes.length * windows.length)
    const file = fileURLToPath(new URL('../../docs/context.md', import.meta.url))
    await expect(page(cells)).toMatchFileSnapshot(file)
  })
})
