import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseEnv } from 'node:util'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { aboutOf, commandNames } from '../src/cli/about.ts'
import { commandHelp, helpText } from '../src/cli/help.ts'
import { settingsOf } from '../src/cli/read-settings.ts'
import { loadConfig } from '../src/config/load.ts'
import { settings } from '../src/config/schema.ts'
import type { Setting } from '../src/config/setting.ts'
import { installCommand } from '../src/embedded/library-path.ts'
import { readModelSource } from '../src/embedded/source.ts'
import { scenarios } from '../src/drill/scenarios.ts'
import { createEnded } from '../src/observe/journal/ended.ts'
import { createMeters } from '../src/observe/metrics/metrics.ts'
import { cloud, local } from './clocks/stage.ts'
import { FakeClock } from './fakes/clock.ts'
import { nothingKnown } from './fakes/nothing-known.ts'
import { hear } from './spoken.ts'

const all: Setting[] = Object.values(settings)

describe('README.md', () => {
  const readme = readFileSync('README.md', 'utf8')

  it.each(all)('has the row of $env as the program has it', (setting) => {
    const byDefault = setting.default ? `\`${setting.default}\`` : 'none'
    expect(readme).toContain(`| \`${setting.env}\` | \`--${setting.flag}\` | ${byDefault} | ${setting.meaning} |`)
  })

  it('names no setting that does not exist', () => {
    const named = readme.match(/\b(PRIMARY|FALLBACK|TROOPER)_[A-Z_]+\b/g) ?? []
    const known = all.map((setting) => setting.env)
    expect(named.filter((name) => !known.includes(name))).toEqual([])
  })

  const sdk = 'test/clients/node_modules/anthropic-1/resources/messages/messages.js'
  it.skipIf(!existsSync(sdk))('asks for no model that its provider takes away', () => {
    const [, withdrawn = ''] = /const DEPRECATED_MODELS = \{([^}]*)\}/.exec(readFileSync(sdk, 'utf8')) ?? []
    const named = readme.match(/\bclaude-[\w-]+\d\b/g) ?? []
    expect(named.length).toBeGreaterThan(2)
    expect(withdrawn).toContain('claude-')
    expect(named.filter((model) => withdrawn.includes(`'${model}'`))).toEqual([])
  })
})

describe('docs/embedded.md and README.md', () => {
  it('name the command that Trooper names', () => {
    expect(readFileSync('README.md', 'utf8')).toContain(installCommand('~/.trooper', 'linux-x64'))
  })

  it('name addresses of models that Trooper takes', () => {
    const named = ['README.md', 'docs/embedded.md'].flatMap(
      (path) => readFileSync(path, 'utf8').match(/embedded:[\w~./:-]*(?:\.gguf|:Q\w+)/g) ?? [],
    )
    expect(named.length).toBeGreaterThan(4)
    for (const text of named) expect(readModelSource(text)).toMatchObject({ ok: true })
  })
})

describe('README.md and docs/', () => {
  const pages = ['README.md', 'CONTRIBUTING.md', ...readdirSync('docs').map((name) => `docs/${name}`)]

  it.each(pages.filter((path) => path.endsWith('.md')))('%s leads to files that are there', (path) => {
    const text = readFileSync(path, 'utf8')
    const named = [...text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)|src="([^":]+)"/g)].map(
      ([, link, picture]) => link ?? picture,
    )
    expect(named.filter((link) => !existsSync(join(dirname(path), link ?? '')))).toEqual([])
  })
})

describe('.env.example', () => {
  const text = readFileSync('.env.example', 'utf8')

  it('is a configuration that works as it stands, and changes nothing', () => {
    const loaded = loadConfig({ flags: {}, environment: {}, dotEnv: parseEnv(text) })
    expect(loaded).toEqual(loadConfig({ flags: {}, environment: {}, dotEnv: {} }))
  })

  it.each(all)('explains $env and gives its default', (setting) => {
    expect(text).toContain(`# ${setting.meaning.replaceAll('`', '')}\n`)
    const line = setting.default ? `#${setting.env}=${setting.default}\n` : `${setting.env}=\n`
    expect(text).toContain(line)
  })
})

describe('docs/drill.md', () => {
  const text = readFileSync('docs/drill.md', 'utf8')

  it.each(scenarios)('tells of $name what the program tells of it', ({ name, provider, trooper, app }) => {
    expect(text).toContain(`| \`${name}\` | ${provider} | ${trooper} | ${app} |`)
  })
})

describe('docs/tool-calls.md', () => {
  const examples = readFileSync('docs/tool-calls.md', 'utf8').matchAll(/```text\n([\s\S]*?)\n```/g)

  it.each([...examples].map(([, example = '']) => [example]))('shows a call that is made: %s', (example) => {
    const calls = hear([example]).heard.filter((block) => typeof block === 'object')
    expect(calls.map(({ name, input }) => [name, JSON.parse(input)])).toEqual([['Bash', { command: 'ls' }]])
  })
})

describe('docs/metrics.md', () => {
  const text = readFileSync('docs/metrics.md', 'utf8')
  const clock = new FakeClock()
  const known = nothingKnown(clock)
  const targets = [cloud('claude', 'anthropic'), local()] as const
  const chains = { anthropic: targets, 'openai-chat': targets, 'openai-responses': targets, ollama: targets }
  const ended = createEnded(() => undefined, clock)
  const { meters, histograms } = createMeters({ ...known, chains, ended, clock, version: '' })
  const rows = [...meters, ...histograms].map(({ type, facts: { name, labels, help } }) => {
    const named = labels.map((label) => `\`${label}\``).join(', ') || 'none'
    return `| \`${name}\` | ${type} | ${named} | ${help} |`
  })

  it.each(rows)('has the row as the program has it: %s', (row) => {
    expect(text).toContain(row)
  })

  it('has no row of what is not there', () => {
    const told = text.split('\n').filter((line) => line.startsWith('| `trooper_'))
    expect(told.filter((row) => !rows.includes(row))).toEqual([])
  })
})

describe('docs/traces.md', () => {
  it('has every attribute and event that a trace has', () => {
    const text = readFileSync('docs/traces.md', 'utf8')
    const source = readFileSync('src/observe/traces/spans.ts', 'utf8')
    const named = source.match(/(?<=')(?:gen_ai|trooper|server|http|error)\.[\w.]+(?=')/g) ?? []
    expect(named.length).toBeGreaterThan(20)
    for (const name of named) expect(text).toContain(name.replace('gen_ai.usage.', ''))
  })
})

describe('--help', () => {
  it.each(all)('explains --$flag', (setting) => {
    expect(helpText()).toContain(`--${setting.flag}\n      ${setting.env}: `)
  })

  it.each(commandNames)('names every form of %s, and says what it does', (name) => {
    const { usage, meaning } = aboutOf(name)
    for (const [form, what = meaning] of usage) expect(helpText()).toContain(`${form}\n           ${what}\n`)
  })

  it.each(commandNames)('of %s explains its own flags, and the settings that it looks at', (name) => {
    const about = aboutOf(name)
    const text = commandHelp(name)
    expect(text).toContain(about.meaning)
    for (const { name: flag, meaning } of about.flags)
      expect(text).toMatch(new RegExp(`--${flag}(?: \\S+)?\\n {6}${meaning.replaceAll(/[(),.]/g, '\\$&')}\\n`))
    if (about.settings === 'whereabouts')
      for (const { flag } of settingsOf(about)) expect(text).toContain(`--${flag}\n`)
    // What every setting means stands in one place.
    expect(text).not.toContain('PRIMARY_URL')
    for (const line of text.split('\n')) expect(line).not.toMatch(/\s$/)
  })
})

describe('docker-compose.yml', () => {
  const compose = parse(readFileSync('docker-compose.yml', 'utf8'))

  it('publishes Trooper on the loopback of the host only, as it runs without a token there', () => {
    expect(compose.services.trooper.environment.TROOPER_ALLOW_NO_TOKEN).toBe('1')
    for (const port of compose.services.trooper.ports) expect(port).toMatch(/^127\.0\.0\.1:/)
  })

  it('gives Trooper an environment that it accepts', () => {
    const loaded = loadConfig({ flags: {}, environment: compose.services.trooper.environment, dotEnv: {} })
    expect(loaded.ok && loaded.targets.fallbacks[0]?.url).toMatchObject({ origin: 'http://ollama:11434' })
  })

  it('starts the same program as the Dockerfile', () => {
    const dockerfile = readFileSync('Dockerfile', 'utf8')
    expect(dockerfile).toContain('CMD ["node", "dist/trooper.js"]')
    expect(dockerfile.split('FROM ').at(-1)).toContain('USER node')
  })
})
