/** What a conversation can hold besides text, on its way to a local model. */
import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { png } from '../fixtures/images.ts'
import { planted } from '../secrets.ts'
import { dialectNames, dialects, startStage, textOf, type Stage, type TestedDialect } from './trooper.ts'

interface Heard {
  messages: { role: string; content: string; images?: string[]; thinking?: string; tool_calls?: object[] }[]
  think?: unknown
  format?: unknown
  tools?: object[]
}

/** A user's message with one more part, in each dialect. */
const user: Record<TestedDialect, (part: object) => object> = {
  anthropic: (part) => ({ messages: [{ role: 'user', content: [{ type: 'text', text: planted.prompt }, part] }] }),
  'openai-chat': (part) => ({ messages: [{ role: 'user', content: [{ type: 'text', text: planted.prompt }, part] }] }),
  'openai-responses': (part) => ({
    input: [{ role: 'user', content: [{ type: 'input_text', text: planted.prompt }, part] }],
  }),
}

const inline: Record<TestedDialect, object> = {
  anthropic: { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } },
  'openai-chat': { type: 'image_url', image_url: { url: `data:image/png;base64,${png}` } },
  'openai-responses': { type: 'input_image', image_url: `data:image/png;base64,${png}`, detail: 'auto' },
}

const linked: Record<TestedDialect, (url: string) => object> = {
  anthropic: (url) => ({ type: 'image', source: { type: 'url', url } }),
  'openai-chat': (url) => ({ type: 'image_url', image_url: { url } }),
  'openai-responses': (url) => ({ type: 'input_image', image_url: url, detail: 'auto' }),
}

const pdf: Record<TestedDialect, object> = {
  anthropic: { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: png }, title: 'a.pdf' },
  'openai-chat': { type: 'file', file: { filename: 'a.pdf', file_data: `data:application/pdf;base64,${png}` } },
  'openai-responses': { type: 'input_file', filename: 'a.pdf', file_data: `data:application/pdf;base64,${png}` },
}

const note: Record<TestedDialect, object> = {
  anthropic: {
    type: 'document',
    source: { type: 'text', media_type: 'text/plain', data: 'The note.' },
    title: 'n.txt',
  },
  'openai-chat': {
    type: 'file',
    file: { filename: 'n.txt', file_data: `data:text/plain;base64,${btoa('The note.')}` },
  },
  'openai-responses': {
    type: 'input_file',
    filename: 'n.txt',
    file_data: `data:text/plain;base64,${btoa('The note.')}`,
  },
}

const schema = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
}
const asJson: Record<TestedDialect, object> = {
  anthropic: { output_config: { format: { type: 'json_schema', schema } } },
  'openai-chat': { response_format: { type: 'json_schema', json_schema: { name: 'city', schema, strict: true } } },
  'openai-responses': { text: { format: { type: 'json_schema', name: 'city', schema, strict: true } } },
}

const reasons: Record<TestedDialect, object> = {
  anthropic: { thinking: { type: 'enabled', budget_tokens: 2000 }, max_tokens: 4000 },
  'openai-chat': { reasoning_effort: 'high' },
  'openai-responses': { reasoning: { effort: 'high' } },
}

describe.each(dialectNames)('a %s client without its provider', (dialect) => {
  const stages = new Map<string, Stage>()
  let pictures: Server
  let pictureUrl: string

  beforeAll(async () => {
    pictures = createServer((request, response) => {
      if (request.url === '/p.png')
        response.writeHead(200, { 'content-type': 'image/png' }).end(Buffer.from(png, 'base64'))
      else response.writeHead(404).end()
    })
    pictures.listen(0, '127.0.0.1')
    await once(pictures, 'listening')
    const { port } = pictures.address() as AddressInfo
    pictureUrl = `http://127.0.0.1:${port}`
    for (const model of ['qwen2.5:3b', 'qwen3:8b', 'gemma3:4b'])
      stages.set(
        model,
        await startStage(dialects[dialect].endpoint, { FALLBACK_MODEL: model, IMAGE_HOSTS: `127.0.0.1:${port}` }),
      )
  })
  afterAll(async () => {
    pictures.close()
    await Promise.all([...stages.values()].map((stage) => stage.stop()))
  })
  beforeEach(async () => {
    for (const { provider, ollama } of stages.values()) {
      await Promise.all([provider.reset(), ollama.reset()])
      await provider.play({ mode: dialect === 'anthropic' ? 'anthropic-overloaded' : 'openai-overloaded' })
      await ollama.play({ mode: 'ok', text: planted.localAnswer })
    }
  })

  const ask = async (model: string, fields: object, stream = false) => {
    const { trooper, ollama } = stages.get(model)!
    const { endpoint, headers, body } = dialects[dialect]
    const response = await fetch(trooper.url + endpoint, {
      method: 'POST',
      headers,
      body: JSON.stringify({ ...body(planted.prompt, stream), ...fields }),
    })
    const text = await response.text()
    const heard = (await ollama.requests('/api/chat')).map(({ bodyText }) => JSON.parse(bodyText) as Heard)
    return { status: response.status, omitted: response.headers.get('x-trooper-omitted'), text, heard }
  }
  const lastUser = ({ messages }: Heard) => messages.findLast(({ role }) => role === 'user')

  it('has its image seen by a model that can see', async () => {
    const { status, omitted, heard } = await ask('gemma3:4b', user[dialect](inline[dialect]))
    expect([status, omitted]).toEqual([200, null])
    expect(lastUser(heard[0]!)).toEqual({ role: 'user', content: planted.prompt, images: [png] })
  })

  it('has an image that it only names fetched for such a model', async () => {
    const { omitted, heard } = await ask('gemma3:4b', user[dialect](linked[dialect](`${pictureUrl}/p.png`)))
    expect(omitted).toBeNull()
    expect(lastUser(heard[0]!)?.images).toEqual([png])
  })

  it.each([
    ['is not there', () => `${pictureUrl}/none.png`],
    ['is on a private network', () => pictureUrl.replace('127.0.0.1', 'localhost') + '/p.png'],
    ['is no http', () => 'file:///etc/passwd'],
  ])('is told when such an image %s', async (_name, url) => {
    const { status, omitted, heard } = await ask('gemma3:4b', user[dialect](linked[dialect](url())))
    expect([status, omitted]).toEqual([200, expect.stringMatching(/^1 /)])
    expect(lastUser(heard[0]!)?.images).toBeUndefined()
    expect(lastUser(heard[0]!)?.content).toContain('cannot be shown')
  })

  it('is told what a model without eyes was not shown, as the model is', async () => {
    const { status, omitted, heard } = await ask('qwen2.5:3b', user[dialect](inline[dialect]))
    expect([status, omitted]).toEqual([200, '1 image/png'])
    expect(lastUser(heard[0]!)?.content).toContain('image/png')
    const { omitted: documents } = await ask('qwen2.5:3b', user[dialect](pdf[dialect]))
    expect(documents).toBe('1 application/pdf')
  })

  it('has the text of a document read, with its name', async () => {
    const { omitted, heard } = await ask('qwen2.5:3b', user[dialect](note[dialect]))
    expect(omitted).toBeNull()
    expect(lastUser(heard[0]!)?.content).toContain("[file 'n.txt']\nThe note.")
  })

  it.each([false, true])(
    'gets JSON that fits its schema, after a second try if need be (stream=%s)',
    async (stream) => {
      await stages
        .get('qwen2.5:3b')!
        .ollama.play({ mode: 'ok', text: '{"town":"Bern"}', times: 1 }, { mode: 'ok', text: '{"city":"Bern"}' })
      const { text, heard } = await ask('qwen2.5:3b', asJson[dialect], stream)
      expect(textOf(text)).toBe('{"city":"Bern"}')
      expect(heard.map(({ format }) => format)).toEqual([schema, schema])
      expect(heard[1]!.messages.at(-2)).toMatchObject({ role: 'assistant', content: '{"town":"Bern"}' })
    },
  )

  it('gets what the model said when it does not keep to the schema twice', async () => {
    await stages.get('qwen2.5:3b')!.ollama.play({ mode: 'ok', text: 'No.' })
    expect(textOf((await ask('qwen2.5:3b', asJson[dialect])).text)).toBe('No.')
  })

  it.each([false, true])('is shown the reasoning it asked for, without any seal (stream=%s)', async (stream) => {
    await stages.get('qwen3:8b')!.ollama.play({ mode: 'ok', text: 'Yes.', thinking: 'Let me see.' })
    const { text, heard } = await ask('qwen3:8b', reasons[dialect], stream)
    expect(heard[0]!.think).toBe(true)
    expect(text).toContain('see.')
    expect(text).not.toMatch(/signature":"[^"]|encrypted_content":"/)
  })

  it('has a model not think when it did not ask for that, and one that cannot is not told to', async () => {
    expect((await ask('qwen3:8b', {})).heard[0]!.think).toBe(false)
    expect((await ask('qwen2.5:3b', reasons[dialect])).heard[0]).not.toHaveProperty('think')
  })
})

describe('a conversation that was held at Anthropic', () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await startStage('/v1/messages', { FALLBACK_MODEL: 'gemma3:4b' })
    await stage.provider.play({ mode: 'anthropic-overloaded' })
  })
  afterAll(() => stage.stop())

  const ask = async (fields: object): Promise<Heard> => {
    const { endpoint, headers, body } = dialects.anthropic
    const before = (await stage.ollama.requests('/api/chat')).length
    await fetch(stage.trooper.url + endpoint, {
      method: 'POST',
      headers,
      body: JSON.stringify({ ...body(planted.prompt, false), ...fields }),
    }).then((response) => response.text())
    return JSON.parse((await stage.ollama.requests('/api/chat'))[before]!.bodyText) as Heard
  }

  it('tells a local model what a server tool found, and nothing that is sealed', async () => {
    const { messages } = await ask({
      messages: [
        { role: 'user', content: 'Look it up.' },
        {
          role: 'assistant',
          content: [
            { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'tallest tree' } },
            {
              type: 'web_search_tool_result',
              tool_use_id: 'srvtoolu_1',
              content: [
                {
                  type: 'web_search_result',
                  title: 'Hyperion',
                  url: 'https://trees.example',
                  encrypted_content: 'Eo8PCio',
                },
              ],
            },
            { type: 'text', text: 'It is Hyperion.' },
          ],
        },
        { role: 'user', content: planted.prompt },
      ],
    })
    const said = messages[1]?.content ?? messages.find(({ role }) => role === 'assistant')?.content ?? ''
    for (const words of ['tallest tree', 'Hyperion', 'https://trees.example'])
      expect(JSON.stringify(messages)).toContain(words)
    expect(said).not.toContain('Eo8PCio')
  })

  it('goes on in words with a model that knows no tools', async () => {
    const tools = [{ name: 'run', input_schema: { type: 'object' } }]
    const heard = await ask({
      tools,
      messages: [
        { role: 'user', content: 'Run it.' },
        { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'run', input: { n: 1 } }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'It ran.' }] },
      ],
    })
    expect(heard.tools).toBeUndefined()
    expect(heard.messages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'user'])
    expect(heard.messages[3]?.content).toContain('It ran.')
  })
})

describe('the arguments of a tool call', () => {
  it('keep their big numbers and their order', async () => {
    const stage = await startStage('/v1/messages')
    await stage.provider.play({ mode: 'anthropic-overloaded' })
    const input = '{"10":1,"2":12345678901234567890,"a":[9007199254740993]}'
    const { endpoint, headers } = dialects.anthropic
    await fetch(stage.trooper.url + endpoint, {
      method: 'POST',
      headers,
      body: `{"model":"claude-sonnet-4-5","max_tokens":100,"tools":[{"name":"run","input_schema":{"type":"object"}}],"messages":[{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"tool_use","id":"toolu_1","name":"run","input":${input}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":"y"}]}]}`,
    }).then((response) => response.text())
    const [seen] = await stage.ollama.requests('/api/chat')
    expect(seen?.bodyText).toContain(`"arguments":${input}`)
    await stage.stop()
  })
})
