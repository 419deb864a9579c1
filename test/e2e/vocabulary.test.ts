/** Ollama counts no tokens, but hands out its models' vocabularies: what an estimate is far off for fits at the first attempt. */
import { afterEach, describe, expect, it } from 'vitest'
import { countText, vocabularyOf } from '../../src/context/count/vocabularies.ts'
import type { JsonObject } from '../../src/ir/json.ts'
import type { LocalModel } from '../fakes/control.ts'
import type { SeenRequest } from '../fakes/journal.ts'
import { samples } from '../context/estimates.ts'
import { bytePairVocabulary, pieceVocabulary } from '../fakes/vocabulary.ts'
import { planted } from '../secrets.ts'
import { startOllama, startProvider, type FakeOllama, type FakeProvider } from '../fakes/start.ts'
import { startInside, type Inside } from './inside.ts'
import { dialects, localModel, textOf } from './trooper.ts'

const textIn = (language: string): string => samples.find(({ kind }) => kind === language)?.text ?? ''
/** Vocabularies that know English alone: what is written otherwise has two to four times the tokens that are estimated. */
const english = textIn('English')
const bytePairs = bytePairVocabulary(english)
const window = 8192

interface Stage {
  provider: FakeProvider
  ollama: FakeOllama
  trooper: Inside
}

let stage: Stage | undefined
afterEach(async () => {
  await Promise.all([stage?.trooper.stop(0), stage?.ollama.stop(), stage?.provider.stop()])
})

/** Each with a Trooper of its own, as what it learns of a model holds for the next conversation; its patience with the vocabulary has no end. */
async function serve(vocabulary: JsonObject, version = '0.33.0'): Promise<Stage> {
  const model: LocalModel = {
    name: localModel,
    contextLength: window,
    capabilities: ['completion', 'tools'],
    vocabulary,
  }
  const [provider, ollama] = await Promise.all([startProvider(), startOllama({ models: [model], version })])
  await provider.play({ mode: 'anthropic-overloaded' })
  await ollama.play({ mode: 'ok', text: planted.localAnswer })
  const trooper = await startInside({
    PRIMARY_URL: `${provider.url}/v1/messages`,
    FALLBACK_URL: `${ollama.url}/api/chat`,
    FALLBACK_MODEL: localModel,
  })
  stage = { provider, ollama, trooper }
  return stage
}

/** Ten turns that are estimated at three quarters of the window: near enough to be counted, and too short to be fitted. */
function turns(text: string): { role: string; content: string }[] {
  const perCharacter = countText(text, vocabularyOf(localModel)) / text.length
  const size = Math.ceil((window * 0.65) / perCharacter / 10)
  const long = text.repeat(Math.ceil((size * 10) / text.length))
  const said = Array.from({ length: 10 }, (_, at) => long.slice(at * size, (at + 1) * size))
  return said
    .map((content, at) => ({ role: at % 2 === 0 ? 'user' : 'assistant', content }))
    .concat({ role: 'user', content: 'And?' })
}

async function post({ trooper }: Stage, messages: object[]): Promise<string> {
  const { endpoint, headers } = dialects.anthropic
  const body = JSON.stringify({ model: 'claude', max_tokens: 500, messages })
  const response = await fetch(trooper.url + endpoint, { method: 'POST', headers, body })
  return textOf(await response.text())
}

async function promptsOf({ ollama }: Stage): Promise<(SeenRequest['prompt'] & object)[]> {
  return (await ollama.requests('/api/chat')).flatMap(({ prompt }) => prompt ?? [])
}

/** Whether each question about the model asked for its vocabulary, too. */
async function questionsOf({ ollama }: Stage): Promise<boolean[]> {
  return (await ollama.requests('/api/show')).map(({ bodyText }) => bodyText.includes('"verbose":true'))
}

describe('a conversation for Ollama, whose model has a vocabulary', () => {
  it.each(['Chinese', 'Russian', 'German'])(
    'in %s, which was estimated to fit, is fitted at the first attempt',
    async (language) => {
      const stage = await serve(bytePairs)
      expect(await post(stage, turns(textIn(language)))).toBe(planted.localAnswer)
      const prompts = await promptsOf(stage)
      expect(prompts).toEqual([expect.objectContaining({ numCtx: window, truncated: false })])
      expect(prompts[0]?.evaluated).toBeGreaterThan(window / 2)
      expect(await questionsOf(stage)).toEqual([false, true])
    },
  )

  it('of another kind is fitted as well', async () => {
    const stage = await serve(pieceVocabulary(english))
    expect(await post(stage, turns(textIn('Russian')))).toBe(planted.localAnswer)
    expect(await promptsOf(stage)).toHaveLength(1)
  })

  it('is counted once: its next turn goes by what was counted, and a short one by its estimate', async () => {
    const stage = await serve(bytePairs)
    const said = turns(textIn('German'))
    await post(stage, said)
    await post(stage, [
      ...said,
      { role: 'assistant', content: planted.localAnswer },
      { role: 'user', content: 'Go on.' },
    ])
    await post(stage, [{ role: 'user', content: english }])
    expect(await promptsOf(stage)).toHaveLength(3)
    expect((await questionsOf(stage)).filter(Boolean)).toHaveLength(1)
  })
})

describe('a conversation for Ollama that cannot be counted', () => {
  it.each<[string, JsonObject]>([
    ['of a kind', { 'tokenizer.ggml.model': 'of-tomorrow' }],
    ['cut in a way', { 'tokenizer.ggml.pre': 'of-tomorrow' }],
  ])('as its vocabulary is %s that nobody knows is fitted by what Ollama says of it', async (_, strange) => {
    const stage = await serve({ ...bytePairs, ...strange })
    expect(await post(stage, turns(textIn('German')))).toBe(planted.localAnswer)
    const prompts = await promptsOf(stage)
    expect(prompts.map(({ evaluated }) => evaluated > 0)).toEqual([false, true])
  })

  it('is not asked for by one that is too old to be believed', async () => {
    const stage = await serve(bytePairs, '0.12.5')
    expect(await post(stage, turns(textIn('German')))).toBe(planted.localAnswer)
    expect(await questionsOf(stage)).toEqual([false])
  })
})
