/** Ollama counts no tokens, but hands out its models' vocabularies: what an estimate is far off for fits at the first attempt. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/ir/json.ts'
import type { LocalModel } from '../fakes/control.ts'
import { bytePairVocabulary, pieceVocabulary } from '../fakes/vocabulary.ts'
import { planted } from '../secrets.ts'
import { dialects, localModel, startStage, textOf, type Stage } from './trooper.ts'

const english = ['the', 'provider', 'answers', 'conversation', 'model', 'request', 'through', 'Trooper', 'local', 'quota']
const url = new URL('../fixtures/tokens/counted.json', import.meta.url)
const samples = JSON.parse(readFileSync(url, 'utf8')) as { kind: string; text: string }[]
const textIn = (language: string): string => samples.find(({ kind }) => kind === language)?.text ?? ''

const known: JsonObject = bytePairVocabulary(english)
const pieces: JsonObject = pieceVocabulary(english)
const strange: JsonObject = bytePairVocabulary(english, 'of-a-kind-that-nobody-knows')

describe('a conversation for Ollama, whose model has a vocabulary', () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await startStage('/v1/messages')
  })
  afterAll(() => stage.stop())
  beforeEach(async () => {
    await stage.ollama.reset()
    await stage.provider.play({ mode: 'anthropic-overloaded' })
    await stage.ollama.play({ mode: 'ok', text: planted.localAnswer })
  })

  /** Of a name that no other test has: what was learnt of a model holds for the next conversation, too. */
  const serve = async (vocabulary: JsonObject | undefined): Promise<void> => {
    const model: LocalModel = { name: localModel, contextLength: 32_768, capabilities: ['completion', 'tools'] }
    await stage.ollama.configure({ models: [vocabulary ? { ...model, vocabulary } : model] })
  }
