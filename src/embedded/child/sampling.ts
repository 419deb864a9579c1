/** Ollama's options -> the library's (local-engines.md 1.1, 4.2). What is not said has Ollama's default: the library's own is greedy. */
import { arrayOf, defined, numberOf, type JsonObject } from '../../ir/json.ts'

export function readSampling(options: JsonObject, randomSeed: number) {
  const seed = numberOf(options['seed']) ?? -1
  return {
    temperature: numberOf(options['temperature']) ?? 0.8,
    topK: numberOf(options['top_k']) ?? 40,
    topP: numberOf(options['top_p']) ?? 0.9,
    minP: numberOf(options['min_p']) ?? 0,
    seed: seed < 0 ? randomSeed : seed,
    repeatPenalty: {
      lastTokens: Math.max(0, numberOf(options['repeat_last_n']) ?? 64),
      penalty: numberOf(options['repeat_penalty']) ?? 1,
      ...defined({
        frequencyPenalty: numberOf(options['frequency_penalty']),
        presencePenalty: numberOf(options['presence_penalty']),
      }),
    },
    customStopTriggers: arrayOf(options['stop'])
      .filter((word) => typeof word === 'string' && word !== '')
      .map(String),
  }
}

/** A count of tokens that is set; below zero means as many as there is room for. */
export function mostTokens(options: JsonObject): number {
  const wanted = numberOf(options['num_predict']) ?? -1
  return wanted < 0 ? Number.POSITIVE_INFINITY : wanted
}
