import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { loadConfig, type Loaded, type Texts } from './load.ts'

const keys = { GROQ_API_KEY: 'gsk-1', MISTRAL_API_KEY: 'm-1' }

function load(text: string, environment: Texts = keys, flags: Texts = {}): Loaded {
  return loadConfig({ flags, environment, dotEnv: {}, file: { path: 'trooper.yaml', text } })
}

function working(text: string, environment?: Texts, flags?: Texts) {
  const loaded = load(text, environment, flags)
  if (!loaded.ok) throw new Error(loaded.problem)
  return loaded
}

function problem(text: string, environment?: Texts): string {
  const loaded = load(text, environment)
  return loaded.ok ? '' : loaded.problem
}

const local = 'local: { url: http://localhost:11434/api/chat, model: m }'

describe('the examples of the manual', () => {
  const manual = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8')
  const examples = [...manual.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = '']) => text)

  it('all load', () => {
    expect(examples).toHaveLength(3)
    for (const example of examples) expect(problem(example)).toBe('')
  })

  it('mean what they say', () => {
    const names = (chain: readonly { name: string }[]) => chain.map(({ name }) => name)
    const [first, second, third] = examples.map((text) => working(text))
    expect(names(first!.targets.chains.anthropic)).toEqual(['claude', 'local'])
    expect(names(first!.targets.chains['openai-responses'])).toEqual(['gpt', 'local'])
    expect(first!.targets.chains['openai-responses'][0]).toMatchObject({
      dialect: 'openai-chat',
      speaks: expect.arrayContaining(['openai-responses']),
      url: { origin: 'https://api.openai.com', base: '/v1' },
    })
    expect(names(second!.targets.chains['openai-chat'])).toEqual(['claude', 'groq', 'local'])
    expect(second!.targets.chains.anthropic[1]).toMatchObject({
      kind: 'cloud',
      credential: { header: 'Authorization', value: 'gsk-1' },
      models: [
        ['claude-haiku-*', 'llama-3.1-8b-instant'],
        ['claude-*', 'llama-3.3-70b-versatile'],
      ],
    })
    expect(third!.targets.chains['openai-responses'][1]).toMatchObject({ kind: 'local', dialect: 'openai-chat' })
    expect(third!.config).toMatchObject({ port: 4000, quotaStatusCodes: [429, 402] })
  })
})

describe('a configuration file', () => {
  it('is weaker than the environment and the flags, and stronger than the defaults', () => {
    const text = 'settings: { port: 1, wait-max: 3, host: 127.0.0.2 }'
    const { config, shown } = working(text, { TROOPER_PORT: '2', WAIT_MAX: '4' }, { port: '9' })
    expect(config).toMatchObject({ port: 9, waitMaxMs: 4000, host: '127.0.0.2' })
    expect(shown).toMatchObject(
      expect.arrayContaining([
        expect.objectContaining({ name: 'TROOPER_PORT', value: '9', from: 'flag' }),
        expect.objectContaining({ name: 'WAIT_MAX', value: '4', from: 'environment' }),
        expect.objectContaining({ name: 'TROOPER_HOST', value: '127.0.0.2', from: 'file' }),
        expect.objectContaining({ name: 'TROOPER_MAX_BODY_MB', value: '64', from: 'default' }),
      ]),
    )
  })

  it('may have a model inside Trooper as a target', () => {
    const { targets } = working(
      "targets: { inside: { url: 'embedded:./x.gguf' } }\nchains: { default: [primary, inside] }",
    )
    expect(targets.chains.anthropic[1]).toMatchObject({
      name: 'inside',
      kind: 'local',
      dialect: 'ollama',
      model: 'x',
      embedded: { from: 'file', path: './x.gguf' },
    })
    expect(problem("targets: { inside: { url: 'embedded:x' } }")).toMatch(
      /url of the target 'inside' is no \.gguf file/,
    )
  })

  it.each([
    ['http://localhost:11434', 'ollama', 'http://localhost:11434/api/chat'],
    ['http://localhost:1234/v1', 'openai-chat', 'http://localhost:1234/v1/chat/completions'],
    ['http://gpu.lan:5000', 'openai-chat', 'http://gpu.lan:5000/v1/chat/completions'],
  ])('may name a local server by its origin alone, as FALLBACK_URL may: %s', (url, dialect, text) => {
    const { targets } = working(
      `targets: { desk: { url: '${url}', kind: local, model: m } }\nchains: { default: [desk] }`,
    )
    const [desk] = targets.chains.anthropic
    expect(desk).toMatchObject({ name: 'desk', kind: 'local', dialect, url: { text } })
    expect(targets.open.origins).toEqual([desk])
  })

  it('may name what the variables describe', () => {
    const { targets } = working('chains: { default: [primary, local/m2] }', { FALLBACK_MODEL: 'm1,m2' })
    expect(targets.chains.anthropic.map(({ name }) => name)).toEqual(['primary', 'local/m2'])
  })

  it.each([
    ['broken YAML', 'targets: {', /line 1/],
    ['an unknown key', 'target: {}', /target is unknown/],
    ['an unknown field of a target', `targets: { a: { uri: x } }`, /targets\.a\.uri is unknown/],
    ['an unknown preset', `targets: { a: { preset: acme } }`, /targets\.a\.preset must be one of anthropic/],
    ['a target without a place', `targets: { a: { model: x } }`, /'a' has neither a url nor a preset/],
    ['a URL without a dialect', `targets: { a: { url: 'https://x.example/v1' } }`, /'a' names no dialect.*kind: local/],
    ['a cloud without one', `targets: { a: { url: 'http://localhost:1', kind: cloud } }`, /no dialect.*\/api\/chat\.$/],
    [
      'a local path of another kind',
      `targets: { a: { url: 'http://localhost:1/x', model: m } }`,
      /'a' names no dialect/,
    ],
    ['a local target without a model', `targets: { a: { url: 'http://localhost:1/api/chat' } }`, /'a' has no model/],
    ['a chain of nobody', `chains: { default: [] }`, /chains\.default names nobody/],
    [
      'a chain with an unknown name',
      `chains: { default: [nobody] }`,
      /names 'nobody', which is no target; use one of primary/,
    ],
    ['an unknown setting', `settings: { prot: 1 }`, /settings\.prot is no setting/],
    ['a variable that is not set', `targets: { a: { preset: groq, key: '\${NONE}' } }`, /\$\{NONE\}, which is not set/],
    ['a wrong value', `settings: { port: many }`, /TROOPER_PORT 'many' is no whole number/],
    [
      'a second provider without a key',
      `targets: { a: { preset: anthropic }, b: { preset: groq }, ${local} }\nchains: { default: [a, b, local] }`,
      /'b' in chains\.default needs a key of its own/,
    ],
    ['a chain that is no list', `chains: { default: primary }`, /chains\.default must be a list;/],
    ['a list where names belong', `targets: [a]`, /targets must be a list of names with their values;/],
    ['a setting without a value', `settings: { port: }`, /settings\.port must be a text or a number;/],
    ['a name that is none', `targets: { a b: { preset: groq } }`, /targets\.a b is no name/],
    ['a key that no header takes', `targets: { a: { preset: groq, key: 'sk 1' } }`, /targets\.a\.key has characters/],
    [
      'a header that means something else',
      `targets: { a: { preset: groq, header: Host } }`,
      /targets\.a\.header is no header that can carry a key/,
    ],
    [
      'a list of references that explodes',
      `a: &a [x,x,x,x]\nb: &b [${'*a,'.repeat(50)}]\nc: [${'*b,'.repeat(50)}]`,
      /unknown|must|Invalid/i,
    ],
  ])('with %s stops the start with a sentence', (_name, text, expected) => {
    expect(problem(text)).toMatch(expected)
  })

  it('never lets the token of Trooper go to a provider as its key', () => {
    const keyless = `settings: { token: tok }\ntargets: { a: { preset: anthropic }, ${local} }\nchains: { default: [a, local] }`
    expect(problem(keyless, { PRIMARY_API_KEY: 'sk-1' })).toMatch(
      /^TROOPER_TOKEN .* the target 'a' needs a key of its own\.$/,
    )
    expect(problem(keyless.replace('anthropic }', 'anthropic, key: sk-1 }'))).toBe('')
  })

  it('never quotes a key', () => {
    expect(problem(`targets: { a: { preset: groq, key: [sk-secret] } }`)).not.toContain('sk-secret')
    expect(problem(`targets: { a: { preset: groq, header: 'sk secret' } }`)).not.toContain('sk secret')
  })
})

it('names a target that is Trooper itself', () => {
  expect(
    problem(`targets: { me: { url: http://localhost:3000/v1/messages, kind: cloud } }\nchains: { default: [me] }`),
  ).toMatch(/^The url of the target 'me' is Trooper itself/)
})

describe('targets that no chain names', () => {
  it('are a mistake where there are no others', () => {
    expect(problem(`targets: { ${local} }`)).toMatch(/^No chain names a target of the configuration file/)
    expect(problem(`targets: { ${local} }\nchains: { default: [primary] }`)).toMatch(/^No chain names a target/)
  })

  it('may stand beside others', () => {
    expect(problem(`targets: { ${local}, spare: { preset: anthropic } }\nchains: { default: [primary, local] }`)).toBe(
      '',
    )
  })
})

it('asks for no model without a name', () => {
  const text = `targets: { local: { url: http://localhost:11434/api/chat, model: '' } }\nchains: { default: [primary, local] }`
  expect(problem(text)).toMatch(/targets\.local\.model is empty/)
})
