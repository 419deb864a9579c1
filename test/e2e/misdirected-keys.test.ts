/** An app's own key goes to the provider that gave it, and to no other one. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { planted } from '../secrets.ts'
import { dialectNames, dialects, startStage, type Stage, type TestedDialect } from './trooper.ts'

/** Every app in its own dialect, with a key in the header that its SDK uses. */
function send(url: string, dialect: TestedDialect, key: string, stream = false, path?: string): Promise<Response> {
  const { endpoint, headers, body } = dialects[dialect]
  const credential = dialect === 'anthropic' ? { 'x-api-key': key } : { authorization: `Bearer ${key}` }
  return fetch(url + (path ?? endpoint), {
    method: 'POST',
    headers: { ...headers, ...credential },
    body: JSON.stringify(body(planted.prompt, stream)),
  })
}

describe.each([
  { provider: 'groq', owner: 'Groq', endpoint: '/v1/chat/completions', key: `sk-ant-api03-${planted.clientKey}` },
  { provider: 'anthropic', owner: 'Anthropic', endpoint: '/v1/messages', key: `sk-proj-${planted.clientKey}` },
])('with $owner as the provider', ({ provider, owner, endpoint, key }) => {
  let stage: Stage
  beforeAll(async () => {
    stage = await startStage(endpoint, { PRIMARY_PROVIDER: provider })
  })
  afterAll(() => stage.stop())
  beforeEach(() => Promise.all([stage.provider.reset(), stage.ollama.reset()]))

  it.each(dialectNames.flatMap((dialect) => [false, true].map((stream) => [dialect, stream] as const)))(
    'a key of another one is not sent there, and the %s app is told (stream=%s)',
    async (dialect, stream) => {
      const response = await send(stage.trooper.url, dialect, key, stream)
      const text = await response.text()
      expect([response.status, text]).toEqual([401, expect.stringContaining(`give your app a key of ${owner}`)])
      const { error } = JSON.parse(text)
      if (dialect === 'anthropic') expect(error.type).toBe('authentication_error')
      else expect(error.code).toBe('invalid_api_key')
      expect(text).not.toContain(planted.clientKey)
      expect(response.headers.has('x-trooper-fallback')).toBe(false)
      expect(await stage.provider.requests()).toEqual([])
      expect(await stage.ollama.requests('/api/chat')).toEqual([])
      await stage.trooper.process.line((line) => line.includes(`was not sent to ${owner}`) || undefined)
    },
  )

  it.each(['/v1/files', '/v1/embeddings'])('nor with what is no conversation: %s', async (path) => {
    const response = await send(stage.trooper.url, 'openai-chat', key, false, path)
    expect(response.status).toBe(401)
    expect(Object(await response.json()).error.message).toContain(`give your app a key of ${owner}`)
    expect(await stage.provider.requests()).toEqual([])
  })

  it.each(dialectNames)('a key that may be anybody’s is sent as ever (%s)', async (dialect) => {
    const response = await send(stage.trooper.url, dialect, planted.clientKey)
    expect([response.status, await response.text()]).toEqual([200, expect.any(String)])
    expect(await stage.provider.requests()).toHaveLength(1)
  })
})

const foreign = `sk-proj-${planted.clientKey}`

describe('a key of another provider', () => {
  it.each([
    ['Trooper has one of its own', { PRIMARY_PROVIDER: 'anthropic', PRIMARY_API_KEY: planted.primaryKey }],
    ['a gateway may take it', {}],
  ])('hinders nobody where %s', async (_, env: Record<string, string>) => {
    const stage = await startStage('/v1/messages', env)
    try {
      const response = await send(stage.trooper.url, 'anthropic', foreign)
      expect([response.status, await response.text()]).toEqual([200, expect.any(String)])
      const [seen] = await stage.provider.requests()
      expect(JSON.stringify(seen).includes(foreign)).toBe(env['PRIMARY_API_KEY'] === undefined)
    } finally {
      await stage.stop()
    }
  })
})
