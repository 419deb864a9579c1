/** Odd corners of a conversation, which a local model is shown or told of like all the rest. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { png } from '../fixtures/images.ts'
import { dialects, startStage, type Stage, type TestedDialect } from './trooper.ts'

let stage: Stage
beforeAll(async () => {
  stage = await startStage('/v1/messages', { FALLBACK_MODEL: 'qwen3-vl:8b' })
  await stage.provider.play({ mode: 'anthropic-overloaded' })
})
afterAll(() => stage.stop())

interface Heard {
  role: string
  content: string
  images?: string[]
  tool_calls?: { function: { arguments: object } }[]
}

async function told(
  dialect: TestedDialect | 'ollama',
  body: object,
): Promise<{ messages: Heard[]; omitted: string | null }> {
  const { endpoint, headers } =
    dialect === 'ollama' ? { endpoint: '/api/chat', headers: dialects.anthropic.headers } : dialects[dialect]
  const response = await fetch(stage.trooper.url + endpoint, {
    method: 'POST',
    headers,
    body: JSON.stringify({ model: 'm', stream: false, ...body }),
  })
  expect([response.status, await response.text()]).toEqual([200, expect.any(String)])
  const last = (await stage.ollama.requests('/api/chat')).at(-1)
  const { messages } = JSON.parse(last?.bodyText ?? '{}') as { messages: Heard[] }
  return { messages, omitted: response.headers.get('x-trooper-omitted') }
}

const user = { role: 'user', content: 'Go on.' }
const picture = { type: 'input_image', image_url: `data:image/png;base64,${png}` }

describe('a Responses client', () => {
  it('has the model told of parts of a result that nobody knows', async () => {
    const parts = [
      { type: 'input_text', text: 'seen' },
      { type: 'input_smell', smell: 'roses' },
    ]
    const { messages, omitted } = await told('openai-responses', {
      input: [
        user,
        { type: 'function_call', call_id: 'a', name: 'sniff', arguments: '{}' },
        { type: 'function_call_output', call_id: 'a', output: parts },
      ],
    })
    expect(messages.at(-1)).toMatchObject({ role: 'tool', content: expect.stringMatching(/seen[^]*roses/) })
    expect(omitted).toBe('1 input_smell')
  })

  it('has the model shown the image of a developer', async () => {
    const content = [{ type: 'input_text', text: 'Our logo:' }, picture]
    const { messages } = await told('openai-responses', { input: [{ role: 'developer', content }, user] })
    expect(messages).toMatchObject([
      { role: 'system', content: 'Our logo:' },
      { role: 'user', images: [png] },
    ])
  })
})

describe('a Chat client', () => {
  it.each([
    ['"SELECT 1"', { arguments: 'SELECT 1' }],
    ['[1,2]', { arguments: [1, 2] }],
    ['{"path": "/ho', { arguments: '{"path": "/ho' }],
    ['', {}],
  ])('has the arguments %s of a call told, though they are no object', async (text, input) => {
    const call = { id: 'a', type: 'function', function: { name: 'run', arguments: text } }
    const { messages } = await told('openai-chat', {
      messages: [user, { role: 'assistant', tool_calls: [call] }, { role: 'tool', tool_call_id: 'a', content: 'ok' }],
    })
    expect(messages[1]?.tool_calls?.[0]?.function.arguments).toEqual(input)
  })

  it('may say more of the type of its image', async () => {
    const url = `data:image/png;name=a.png;base64,${png}`
    const { messages } = await told('openai-chat', {
      messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url } }] }],
    })
    expect(messages[0]?.images).toEqual([png])
  })
})

describe('an app that speaks Ollama’s own API', () => {
  it('has the images of its tools shown', async () => {
    const call = { function: { name: 'look', arguments: {} } }
    const { messages } = await told('ollama', {
      messages: [
        user,
        { role: 'assistant', content: '', tool_calls: [call] },
        { role: 'tool', content: 'This:', tool_name: 'look', images: [png] },
      ],
    })
    expect(messages.at(-1)).toMatchObject({ role: 'tool', content: 'This:', images: [png] })
  })
})
