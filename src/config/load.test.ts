import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { planted } from '../../test/secrets.ts'
import { loadConfig, loadSome, readDotEnv, whereaboutsNames, type Loaded, type Sources } from './load.ts'

function load(sources: Partial<Sources> = {}): Loaded {
  return loadConfig({ flags: {}, environment: {}, dotEnv: {}, ...sources })
}

function working(sources: Partial<Sources> = {}): Extract<Loaded, { ok: true }> {
  const loaded = load(sources)
  if (!loaded.ok) throw new Error(loaded.problem)
  return loaded
}

function problem(environment: Record<string, string>): string {
  const loaded = load({ environment })
  if (loaded.ok) throw new Error('The configuration was accepted.')
  return loaded.problem
}

describe('FALLBACK_URL=embedded', () => {
  it('needs no FALLBACK_MODEL: the model has the name of its file', () => {
    const loaded = loadConfig({
      flags: {},
      environment: { FALLBACK_URL: 'embedded:hf:u/Qwen3-GGUF:Q4_K_M' },
      dotEnv: {},
    })
    if (!loaded.ok) throw new Error(loaded.problem)
    expect(loaded.targets.fallbacks).toMatchObject([
      {
        name: 'local/Qwen3:Q4_K_M',
        kind: 'local',
        model: 'Qwen3:Q4_K_M',
        embedded: { from: 'hub', uri: 'hf:u/Qwen3-GGUF:Q4_K_M' },
        url: { text: 'embedded:hf:u/Qwen3-GGUF:Q4_K_M' },
      },
    ])
  })

  it('with no model is a sentence that names variable, value and remedy', () => {
    const loaded = loadConfig({ flags: {}, environment: { FALLBACK_URL: 'embedded:x.bin' }, dotEnv: {} })
    expect(loaded).toMatchObject({
      ok: false,
      problem: expect.stringMatching(/^FALLBACK_URL 'embedded:x\.bin' is no \.gguf file; give the path of one/),
    })
  })
})

describe('loadConfig', () => {
  it('needs nothing to be set', () => {
    const { config, targets, shown } = working()
    expect(config).toMatchObject({
      primaryUrl: 'https://api.anthropic.com/v1/messages',
      primaryAuthHeader: 'x-api-key',
      fallbackUrl: 'http://localhost:11434/api/chat',
      fallbackModel: ['qwen2.5:3b'],
      quotaStatusCodes: [429, 402, 529],
      port: 3000,
      host: '127.0.0.1',
    })
    expect(config.primaryApiKey).toBeUndefined()
    expect(targets.primary).toMatchObject({ kind: 'cloud', dialect: 'anthropic' })
    expect(targets.primary.credential).toBeUndefined()
    expect(targets.fallbacks).toMatchObject([{ kind: 'local', dialect: 'ollama', model: 'qwen2.5:3b' }])
    expect(new Set(shown.map(({ from }) => from))).toEqual(new Set(['default', undefined]))
  })

  it.each<[string, Partial<Sources>, number, string]>([
    [
      'a flag over everything',
      { flags: { port: '1' }, environment: { TROOPER_PORT: '2' }, dotEnv: { TROOPER_PORT: '3' } },
      1,
      'flag',
    ],
    [
      'the environment over .env',
      { environment: { TROOPER_PORT: '2' }, dotEnv: { TROOPER_PORT: '3' } },
      2,
      'environment',
    ],
    ['.env over the default', { dotEnv: { TROOPER_PORT: '3' } }, 3, '.env'],
    ['the default last', {}, 3000, 'default'],
    [
      'an empty text as unset',
      { flags: { port: '' }, environment: { TROOPER_PORT: '' }, dotEnv: { TROOPER_PORT: '3' } },
      3,
      '.env',
    ],
    ['empty texts everywhere as the default', { environment: { TROOPER_PORT: '' } }, 3000, 'default'],
  ])('takes %s', (_what, sources, port, origin) => {
    const { config, shown } = working(sources)
    expect(config.port).toBe(port)
    expect(shown.find(({ name }) => name === 'TROOPER_PORT')).toMatchObject({ value: String(port), from: origin })
  })

  it('shows nobody what is secret: keys only as set, URLs without what may be one', () => {
    const environment = {
      PRIMARY_API_KEY: planted.primaryKey,
      PRIMARY_URL: `https://me:${planted.primaryKey}@api.test/v1/messages?key=${planted.primaryKey}`,
    }
    const { shown } = working({ environment })
    const of = (name: string) => shown.find((setting) => setting.name === name)
    expect(of('PRIMARY_API_KEY')).toMatchObject({ value: 'set, not shown', from: 'environment' })
    expect(of('PRIMARY_URL')).toMatchObject({ value: 'https://api.test/v1/messages' })
    expect(of('TROOPER_TOKEN')).not.toHaveProperty('value')
    expect(JSON.stringify(shown)).not.toContain(planted.primaryKey)
  })

  it('takes an empty key as no key', () => {
    expect(working({ environment: { PRIMARY_API_KEY: '', TROOPER_TOKEN: '' } }).config.primaryApiKey).toBeUndefined()
  })

  it('ignores variables that are not its own', () => {
    expect(load({ environment: { PATH: '/bin', ANTHROPIC_API_KEY: 'x', npm_config_port: '1' } }).ok).toBe(true)
  })

  it.each(['environment', 'dotEnv'] as const)(
    'refuses a misspelt TROOPER_ variable in %s, naming it and the right ones',
    (source) => {
      const loaded = load({ [source]: { TROOPER_TOKENS: 'secret-value' } })
      expect(loaded).toMatchObject({ ok: false })
      const said = loaded.ok ? '' : loaded.problem
      expect(said).toContain('TROOPER_TOKENS')
      expect(said).toMatch(/\bTROOPER_TOKEN\b/)
      expect(said).not.toContain('secret-value')
    },
  )

  it('makes a target of every fallback model, in the given order', () => {
    const { targets } = working({ environment: { FALLBACK_MODEL: 'qwen3:8b,llama3.2', FALLBACK_API_KEY: 'k' } })
    expect(targets.fallbacks.map(({ model }) => model)).toEqual(['qwen3:8b', 'llama3.2'])
    expect(new Set(targets.fallbacks.map(({ name }) => name)).size).toBe(2)
    for (const { credential } of targets.fallbacks) expect(credential).toEqual({ header: 'Authorization', value: 'k' })
  })

  it('sends the key in the header that was named', () => {
    const environment = { PRIMARY_API_KEY: 'sk-1', PRIMARY_AUTH_HEADER: 'Authorization' }
    expect(working({ environment }).targets.primary.credential).toEqual({ header: 'Authorization', value: 'sk-1' })
  })

  it.each([
    ['https://api.openai.com/v1/chat/completions', 'openai-chat', 'openai-responses'],
    ['https://api.openai.com/v1/responses', 'openai-responses', 'openai-chat'],
    ['https://api.groq.com/openai/v1/chat/completions', 'openai-chat', 'openai-responses'],
    ['https://openrouter.ai/api/v1/chat/completions', 'openai-chat', 'anthropic'],
  ] as const)(
    'takes the dialect of %s from its path, and knows what else the provider speaks',
    (url, dialect, also) => {
      const { primary } = working({ environment: { PRIMARY_URL: url } }).targets
      expect(primary.dialect).toBe(dialect)
      expect(primary.speaks).toContain(dialect)
      expect(primary.speaks).toContain(also)
    },
  )
})

describe('a problem', () => {
  it.each<[Record<string, string>, string[]]>([
    [
      { PRIMARY_URL: 'api.anthropic.com' },
      ['PRIMARY_URL', "'api.anthropic.com'", 'https://api.anthropic.com/v1/messages'],
    ],
    [
      { PRIMARY_URL: 'https://api.anthropic.com/v1' },
      ['PRIMARY_URL', "'https://api.anthropic.com/v1'", '/messages', '/api/chat'],
    ],
    [{ FALLBACK_URL: 'http://localhost:11434/chat' }, ['FALLBACK_URL', "'http://localhost:11434/chat'", '/api/chat']],
    [{ FALLBACK_MODEL: ',' }, ['FALLBACK_MODEL', "','", 'qwen2.5:3b']],
    [{ QUOTA_STATUS_CODES: 'quota' }, ['QUOTA_STATUS_CODES', "'quota'", '429,402,529']],
    [{ TROOPER_PORT: '99999' }, ['TROOPER_PORT', "'99999'", '65535', 'TROOPER_PORT=3000']],
    [{ TROOPER_PORT: 'http' }, ['TROOPER_PORT', "'http'", 'TROOPER_PORT=3000']],
    [{ WAIT_MAX: 'soon' }, ['WAIT_MAX', "'soon'", 'seconds']],
    [{ TROOPER_HOST: '0.0.0.0' }, ['TROOPER_HOST', "'0.0.0.0'", 'TROOPER_TOKEN', '127.0.0.1']],
    [{ TROOPER_TOKEN: 'tok' }, ['TROOPER_TOKEN', 'PRIMARY_API_KEY']],
    [{ LOG_FORMAT: 'xml' }, ['LOG_FORMAT', "'xml'", 'text']],
  ])('with %j is one sentence that names variable, value and remedy', (environment, parts) => {
    const said = problem(environment)
    for (const part of parts) expect(said).toContain(part)
    expect(said).toMatch(/^[^\n]+\.$/)
  })

  it.each<Record<string, string>>([
    { PRIMARY_API_KEY: 'sk-hunter2 with a space' },
    { FALLBACK_API_KEY: 'sk-hunter2\n' },
    { TROOPER_TOKEN: 'tok-hunter2 ü', PRIMARY_API_KEY: 'sk-1' },
    { TROOPER_TOKEN: 'tok-hunter2' },
    { PRIMARY_API_KEY: 'sk-hunter2', TROOPER_HOST: '0.0.0.0' },
    { PRIMARY_URL: 'https://me:hunter2@proxy.example/v1' },
    { PRIMARY_URL: 'https://proxy.example/v1?key=hunter2' },
    { FALLBACK_URL: 'http://me:hunter2@gpu.lan/chat' },
  ])('never shows a secret: %j', (environment) => {
    expect(problem(environment)).not.toContain('hunter2')
  })
})

describe('a fallback of which only the origin is said', () => {
  it.each([
    ['http://localhost:11434', 'ollama', 'http://localhost:11434/api/chat'],
    ['http://localhost:1234/', 'openai-chat', 'http://localhost:1234/v1/chat/completions'],
    ['http://localhost:8080/v1', 'openai-chat', 'http://localhost:8080/v1/chat/completions'],
    ['http://localhost:12434', 'openai-chat', 'http://localhost:12434/engines/v1/chat/completions'],
    ['http://gpu.lan:5000', 'openai-chat', 'http://gpu.lan:5000/v1/chat/completions'],
  ])('(%s) has the likeliest endpoint of its port, until its server is asked', (url, dialect, text) => {
    const loaded = load({ environment: { FALLBACK_URL: url } })
    const open = { place: 'origin', isModelOpen: true, usualModel: 'qwen2.5:3b' }
    expect(loaded).toMatchObject({ ok: true, targets: { fallbacks: [{ dialect, url: { text } }], open } })
  })

  it('is no open question where its endpoint and its model are said', () => {
    const environment = { FALLBACK_URL: 'http://localhost:1234/v1/chat/completions', FALLBACK_MODEL: 'qwen' }
    const open = { place: 'given', isModelOpen: false }
    expect(load({ environment })).toMatchObject({ ok: true, targets: { open } })
    expect(load({})).toMatchObject({ ok: true, targets: { open: { place: 'search', isModelOpen: true } } })
  })
})

describe('an address beyond loopback', () => {
  it.each(['0.0.0.0', '::', '192.168.1.7', 'trooper.lan', '127.0.0.1.evil.example'])('%s needs a token', (host) => {
    expect(problem({ TROOPER_HOST: host })).toContain('TROOPER_TOKEN')
    expect(load({ environment: { TROOPER_HOST: host, TROOPER_TOKEN: 'tok', PRIMARY_API_KEY: 'sk-1' } }).ok).toBe(true)
    expect(load({ environment: { TROOPER_HOST: host, TROOPER_ALLOW_NO_TOKEN: '1' } }).ok).toBe(true)
  })

  it.each(['127.0.0.1', '127.0.0.53', 'localhost', '::1'])('is not %s', (host) => {
    expect(load({ environment: { TROOPER_HOST: host } }).ok).toBe(true)
  })
})

describe('readDotEnv', () => {
  const folder = mkdtempSync(join(tmpdir(), 'trooper-dotenv-'))
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('reads the variables of a folder, and nothing where there is no file', () => {
    writeFileSync(join(folder, '.env'), '# a note\nTROOPER_PORT=4000\nPRIMARY_API_KEY="sk-1"\nEMPTY=\n')
    expect(readDotEnv(folder).dotEnv).toEqual({ TROOPER_PORT: '4000', PRIMARY_API_KEY: 'sk-1', EMPTY: '' })
    expect(readDotEnv(join(folder, 'nowhere'))).toEqual({ dotEnv: {} })
  })
})

describe('a target that is Trooper itself', () => {
  it.each([
    [{ PRIMARY_URL: 'http://localhost:3000/v1/messages' }, /^PRIMARY_URL 'http:\/\/localhost:3000\/v1\/messages' is /],
    [{ PRIMARY_URL: 'http://127.0.0.1:4000/v1/messages', TROOPER_PORT: '4000' }, /^PRIMARY_URL .* Trooper itself/],
    [{ FALLBACK_URL: 'http://[::1]:3000/v1/messages' }, /^FALLBACK_URL .* Trooper itself/],
    [{ TROOPER_PORT: '11434' }, /^FALLBACK_URL 'http:\/\/localhost:11434\/api\/chat' is Trooper itself/],
    [
      { PRIMARY_URL: 'http://box:3000/v1/messages', PRIMARY_API_KEY: 'k', TROOPER_HOST: 'box', TROOPER_TOKEN: 't' },
      /^PRIMARY_URL .* Trooper itself/,
    ],
    [
      { PRIMARY_URL: 'http://localhost:3000/v1/messages', TROOPER_HOST: '0.0.0.0', TROOPER_ALLOW_NO_TOKEN: '1' },
      /^PRIMARY_URL .* Trooper itself/,
    ],
  ])('is a sentence instead of a loop: %j', (environment, words) => {
    expect(problem(environment)).toMatch(words)
  })

  it.each([
    { PRIMARY_URL: 'http://localhost:3001/v1/messages' },
    { PRIMARY_URL: 'http://gateway:3000/v1/messages' },
    { PRIMARY_URL: 'https://localhost:3000/v1/messages' },
    { PRIMARY_URL: 'http://localhost:3000/v1/messages', TROOPER_PORT: '0' },
    {
      PRIMARY_URL: 'http://localhost:3000/v1/messages',
      TROOPER_HOST: '192.168.1.7',
      TROOPER_ALLOW_NO_TOKEN: '1',
    },
  ])('is none where another one listens: %j', (environment) => {
    expect(load({ environment }).ok).toBe(true)
  })
})

describe('a notice', () => {
  it('names the setting that was meant by a name that is a slip of the hand away', () => {
    const notices = (environment: Record<string, string>): string[] => working({ environment }).notices
    for (const slip of ['FALLBACK_MODL', 'FALLBACK_MODELL', 'FALLBACK_MODLE', 'FALLBACK_NODEL'])
      expect(notices({ [slip]: 'x' })).toEqual([`${slip} is no setting of Trooper; is FALLBACK_MODEL meant?`])
    expect(working({ dotEnv: { PRIMARY_URI: 'x' } }).notices).toHaveLength(1)
  })

  it.each([{ CALLBACK_URL: 'x' }, { PATH: 'x', WARN: 'x', SEEM: 'x' }, { FALLBACK_MODEL: 'm', FALLBACK_MODELS: 'm' }])(
    'is none of names that are somebody else’s: %j',
    (environment) => {
      expect(working({ environment }).notices).toEqual([])
    },
  )

  it('names the lines of a .env that say nothing', () => {
    expect(working({ silentLines: [2] }).notices).toEqual([
      '.env line 2 says nothing: a line is NAME=value, or begins with #',
    ])
  })
})

describe('where a running Trooper is', () => {
  const none = { flags: {}, environment: {}, dotEnv: {} }

  it('is read as every setting is, and needs nothing else to be right', () => {
    const environment = { TROOPER_PORT: '4000', PRIMARY_URL: 'nonsense', TROOPER_TOKEN: 'tok', TROOPER_HOST: '0.0.0.0' }
    expect(loadSome({ ...none, flags: { port: '5000' }, environment }, whereaboutsNames)).toEqual({
      ok: true,
      values: { host: '0.0.0.0', port: 5000, token: 'tok', dataDir: '~/.trooper' },
    })
  })

  it.each([
    [{ TROOPER_PORT: 'x' }, /^TROOPER_PORT 'x' is no whole number/],
    [{ TROOPER_PROT: '1' }, /^TROOPER_PROT is no setting/],
  ])('%j is a problem', (environment, problem) => {
    expect(loadSome({ ...none, environment }, whereaboutsNames)).toEqual({
      ok: false,
      problem: expect.stringMatching(problem),
    })
  })
})
