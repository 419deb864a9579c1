/** Conversations that one dialect allows and another refuses, on their way to a provider of the other one. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { png } from '../fixtures/images.ts'
import { dialects, startStage, type Stage, type TestedDialect } from './trooper.ts'

const stages = new Map<TestedDialect, Stage>()
beforeAll(async () => {
  await Promise.all(
    (['anthropic', 'openai-chat', 'openai-responses'] as const).map(async (dialect) => {
      stages.set(dialect, await startStage(dialects[dialect].endpoint))
    }),
  )
})
afterAll(async () => {
  await Promise.all([...stages.values()].map((stage) => stage.stop()))
})

/** What the provider was asked, once it has taken it. */
async function taken(client: TestedDialect, provider: TestedDialect, body: object): Promise<string> {
  const stage = stages.get(provider)!
  const { endpoint, headers } = dialects[client]
  const response = await fetch(stage.trooper.url + endpoint, { method: 'POST', headers, body: JSON.stringify(body) })
  expect([response.status, await response.text()]).toEqual([200, expect.any(String)])
  expect(response.headers.has('x-trooper-fallback')).toBe(false)
  return (await stage.provider.requests(dialects[provider].endpoint)).at(-1)?.bodyText ?? ''
}

const question = { role: 'user', content: 'What is in the folder?' }
const call = (call_id: string) => ({ type: 'function_call', call_id, name: 'list', arguments: '{}' })
const output = (call_id: string) => ({ type: 'function_call_output', call_id, output: `result ${call_id}` })

describe.each(['anthropic', 'openai-chat'] as const)(
  'a Responses client with a provider that speaks %s',
  (provider) => {
    const ask = (...input: object[]) => taken('openai-responses', provider, { model: 'claude-sonnet-4-5', input })

    it('may put other things between its calls and their results', async () => {
      const image = { role: 'user', content: [{ type: 'input_image', image_url: `data:image/png;base64,${png}` }] }
      const asked = await ask(question, call('a'), call('b'), output('a'), image, output('b'), {
        role: 'developer',
        content: 'Be brief.',
      })
      const places = ['"list"', 'result a', 'result b', png, 'Be brief.'].map((words) => asked.indexOf(words))
      expect(places).toEqual(places.toSorted((a, b) => a - b))
      expect(places).not.toContain(-1)
    })

    it('may hold half a pair, of which the provider is told in words', async () => {
      const asked = await ask(output('gone'), question, call('a'), { role: 'user', content: 'Stop.' })
      expect(asked).toContain('result gone')
      expect(asked).toContain('The call was interrupted; there is no result.')
    })
  },
)

describe('a Chat client of Claude', () => {
  const ask = (body: object) => taken('openai-chat', 'anthropic', { model: 'claude-sonnet-4-5', ...body })

  it('may begin with a greeting of the assistant', async () => {
    expect(await ask({ messages: [{ role: 'assistant', content: 'How can I help?' }, question] })).toContain(
      'How can I help?',
    )
  })

  it('may say nothing but blanks, and end with the beginning of an answer', async () => {
    await ask({ messages: [{ role: 'user', content: ' ' }, { role: 'assistant', content: '\n' }, question] })
    expect(await ask({ messages: [question, { role: 'assistant', content: 'There is ' }] })).toContain('"There is"')
  })
})

describe('a Messages client of a Chat provider', () => {
  it('may put a system message between a call and its result', async () => {
    const asked = await taken('anthropic', 'openai-chat', {
      model: 'm',
      max_tokens: 100,
      tools: [{ name: 'list', input_schema: { type: 'object' } }],
      messages: [
        question,
        { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'list', input: {} }] },
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'Nothing.' }] },
      ],
    })
    expect(asked.indexOf('Nothing.')).toBeLessThan(asked.indexOf('Be brief.'))
  })
})
