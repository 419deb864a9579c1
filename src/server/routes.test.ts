import { describe, expect, it } from 'vitest'
import { findRoute, type Route } from './routes.ts'

const prefixes = ['', '/v1', '/v1/v1', '/openai/v1', '/v1/openai/v1']

function conversation(dialect: Extract<Route, { to: 'conversation' }>['dialect'], query = ''): Route {
  return { to: 'conversation', dialect, query }
}

describe('a conversation', () => {
  /** Client | base URL without /v1 | base URL with /v1 (providers.md 6). */
  it.each([
    ['Anthropic JS and Python', '/v1/messages', '/v1/v1/messages', 'anthropic'],
    ['LangChain ChatAnthropic', '/v1/messages', '/v1/v1/messages', 'anthropic'],
    ['Vercel anthropic', '/messages', '/v1/messages', 'anthropic'],
    ['OpenAI JS and Python, chat', '/chat/completions', '/v1/chat/completions', 'openai-chat'],
    ['OpenAI JS and Python, responses', '/responses', '/v1/responses', 'openai-responses'],
    ['LangChain ChatOpenAI', '/chat/completions', '/v1/chat/completions', 'openai-chat'],
    ['Vercel openai', '/responses', '/v1/responses', 'openai-responses'],
    ['Vercel openai-compatible, groq, mistral', '/chat/completions', '/v1/chat/completions', 'openai-chat'],
    ['Codex', '/responses', '/v1/responses', 'openai-responses'],
    ['groq-sdk', '/openai/v1/chat/completions', '/v1/openai/v1/chat/completions', 'openai-chat'],
    ['Mistral', '/v1/chat/completions', '/v1/v1/chat/completions', 'openai-chat'],
    ['Together', '/chat/completions', '/v1/chat/completions', 'openai-chat'],
  ] as const)('of %s is found at %s and %s', (_client, bare, versioned, dialect) => {
    for (const path of [bare, versioned, `${bare}/`])
      expect(findRoute('POST', path, false)).toEqual(conversation(dialect))
  })

  it('of Claude Code is found at both, its query kept', () => {
    for (const path of ['/v1/messages?beta=true', '/v1/v1/messages?beta=true'])
      expect(findRoute('POST', path, false)).toEqual(conversation('anthropic', '?beta=true'))
  })

  it.each(prefixes)('is found under the prefix %j in every dialect', (prefix) => {
    expect(findRoute('POST', `${prefix}/messages`, false)).toEqual(conversation('anthropic'))
    expect(findRoute('POST', `${prefix}/chat/completions`, false)).toEqual(conversation('openai-chat'))
    expect(findRoute('POST', `${prefix}/responses`, false)).toEqual(conversation('openai-responses'))
  })

  it('is only a POST', () => {
    expect(findRoute('GET', '/v1/messages', false)).toEqual({ to: 'provider', path: '/messages', query: '' })
  })

  it('is not what merely begins like one', () => {
    expect(findRoute('POST', '/v1/messagesx', false)).toMatchObject({ to: 'provider' })
    expect(findRoute('POST', '/v1x/messages', false)).toEqual({ to: 'not-found' })
  })
})

describe("the provider's other endpoints", () => {
  it.each(prefixes)('are forwarded without the prefix %j', (prefix) => {
    for (const endpoint of [
      '/messages/count_tokens',
      '/messages/batches',
      '/models',
      '/models/claude-opus-5',
      '/embeddings',
      '/files',
      '/files/file_1/content',
      '/completions',
      '/batches',
      '/images/generations',
      '/audio/transcriptions',
      '/responses/resp_1/cancel',
      '/chat/completions/chatcmpl-1',
      '/moderations',
    ])
      expect(findRoute('POST', prefix + endpoint, false)).toEqual({ to: 'provider', path: endpoint, query: '' })
  })

  it('keep their query as it was written', () => {
    const query = '?limit=1000&after=a%2Fb&x=?'
    expect(findRoute('GET', `/v1/models${query}`, false)).toEqual({ to: 'provider', path: '/models', query })
  })

  it.each(['GET', 'POST', 'DELETE', 'PUT', 'PATCH'])('are forwarded with %s', (method) => {
    expect(findRoute(method, '/v1/files/file_1', false)).toMatchObject({ to: 'provider', path: '/files/file_1' })
  })

  it('may be new ones, where a version stands before them', () => {
    expect(findRoute('POST', '/v1/sparkles/7', false)).toEqual({ to: 'provider', path: '/sparkles/7', query: '' })
    expect(findRoute('POST', '/sparkles/7', false)).toEqual({ to: 'not-found' })
  })

  it('keep percent escapes and colons in their names', () => {
    const path = '/models/org%2Fname:free'
    expect(findRoute('GET', `/v1${path}`, false)).toEqual({ to: 'provider', path, query: '' })
  })
})

describe('the endpoint that makes a conversation short', () => {
  it('is one of conversations, and of Responses', () => {
    const route = { to: 'conversation', dialect: 'openai-responses', compacts: true, query: '' }
    for (const prefix of prefixes) expect(findRoute('POST', `${prefix}/responses/compact`, false)).toEqual(route)
    expect(findRoute('GET', '/v1/responses/compact', false)).toMatchObject({ to: 'provider' })
  })
})

describe('a path that climbs', () => {
  it.each([
    '/v1/../admin',
    '/v1/files/../../admin',
    '/v1/..',
    '/v1/files/..',
    '/v1/./admin',
    '/v1/%2e%2e/admin',
    '/v1/%2E%2e/admin',
    '/v1/.%2e/admin',
    '/v1/files/%2e%2e%2fadmin',
    '/v1/files%2f..%2fadmin',
    '/v1/files%2F%2e%2e',
    '/v1/..\\admin',
    '/v1/files/..%5cadmin',
    '/v1//admin.example/x',
    '/models/../admin',
    '/v1/v1/../messages',
    '//evil.example/v1/models',
    'http://evil.example/v1/models',
    '*',
  ])('%s is not forwarded', (path) => {
    for (const method of ['GET', 'POST']) expect(findRoute(method, path, false)).toEqual({ to: 'not-found' })
  })

  it('is no file name with dots in it', () => {
    expect(findRoute('GET', '/v1/files/a..b/...', false)).toMatchObject({ to: 'provider' })
  })
})

describe("Trooper's own pages", () => {
  it.each([
    ['/', 'root'],
    ['/?x=1', 'root'],
    ['/healthz', 'health'],
    ['/readyz', 'ready'],
  ] as const)('%s is its own', (path, page) => {
    expect(findRoute('GET', path, false)).toEqual({ to: 'own', page })
    expect(findRoute('HEAD', path, false)).toEqual({ to: 'own', page })
  })

  it.each([
    ['/dashboard', '/dashboard'],
    ['/dashboard/', '/dashboard'],
    ['/dashboard?x=1', '/dashboard'],
    ['/dashboard/assets/main-abc.js', '/dashboard/assets/main-abc.js'],
  ])('%s is a file of the page', (url, path) => {
    expect(findRoute('GET', url, false)).toEqual({ to: 'own', page: 'dashboard', path })
    expect(findRoute('HEAD', url, false)).toEqual({ to: 'own', page: 'dashboard', path })
  })

  it('end with their names', () => {
    expect(findRoute('GET', '/dashboards', false)).toEqual({ to: 'not-found' })
  })

  it('are only read', () => {
    expect(findRoute('POST', '/healthz', false)).toEqual({ to: 'not-found' })
    expect(findRoute('POST', '/dashboard', false)).toEqual({ to: 'not-found' })
  })

  it("do not exist under a prefix: that is the provider's", () => {
    expect(findRoute('GET', '/v1/healthz', false)).toMatchObject({ to: 'provider' })
  })
})

describe('anything else', () => {
  it.each(['/favicon.ico', '/api/hello', '/v1', '/v1/', '/openai', '/wp-login.php', '', '?', '/%00'])(
    'is not found: %j',
    (path) => {
      expect(findRoute('GET', path, false)).toEqual({ to: 'not-found' })
    },
  )
})

describe('a WebSocket upgrade', () => {
  it.each([...prefixes.map((prefix) => `${prefix}/responses`), '/v1/chat/completions', '/v1/realtime?model=x'])(
    'on %s is refused in the one way that makes clients use HTTP at once',
    (path) => {
      expect(findRoute('GET', path, true)).toEqual({ to: 'upgrade-refused' })
    },
  )

  it('elsewhere finds nothing', () => {
    expect(findRoute('GET', '/socket.io', true)).toEqual({ to: 'not-found' })
  })
})
