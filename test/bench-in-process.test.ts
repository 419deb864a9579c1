/** The benchmark of translation runs whole exchanges without sockets: what it waits for has to come. */
import { describe, expect, it } from 'vitest'
import { shortAnswers } from '../bench/answers.mjs'
import { answersAtOnce, Pair, type Answer } from '../bench/in-process.mjs'

const messages = [{ role: 'user', content: 'Go on.' }]

const pairs = [
  ['anthropic', 'ollama', { model: 'm', max_tokens: 9, stream: true, messages }],
  ['openai-responses', 'openai-chat', { model: 'm', stream: true, input: messages }],
] as const

async function begin(pair: Pair): Promise<Answer[]> {
  const answers: Answer[] = []
  while (answers.length < answersAtOnce) answers.push(await pair.ask())
  return answers
}

describe.each(pairs)('a pair of %s and %s', (client, target, body) => {
  const pair = new Pair(client, target, Buffer.from(JSON.stringify(body)))

  it('has as many answers under way as a sample begins, and gives all of them whole', async () => {
    for (let sample = 0; sample < 2; sample += 1) {
      const answers = await begin(pair)
      for (const answer of answers) answer.stream(shortAnswers[target])
      const bytes = await Promise.all(answers.map((answer) => answer.end()))
      expect(new Set(bytes).size).toBe(1)
      expect(bytes[0]).toBeGreaterThan('Done.'.length)
    }
  })

  it('says that one more would wait, and does not', async () => {
    const answers = await begin(pair)
    await expect(pair.ask()).rejects.toThrow('queue full')
    for (const answer of answers) answer.stream(shortAnswers[target])
    await Promise.all(answers.map((answer) => answer.end()))
  })
})
