/** Files that a client put at its provider and names by their id, when another target of the chain answers. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FakeOllama, type FakeProvider, startOllama, startProvider } from '../fakes/start.ts'
import { planted } from '../secrets.ts'
import { dialects, emptyFolder, localModel, spawnTrooper, type TestedDialect } from './trooper.ts'

let provider: FakeProvider
let elsewhere: FakeProvider
let ollama: FakeOllama
let stop: () => Promise<void>
let url: string
beforeEach(async () => {
  ;[provider, elsewhere, ollama] = await Promise.all([startProvider(), startProvider(), startOllama()])
})
afterEach(() => stop())

/** The second target is another model of the same account, or another account. */
async function start(endpoint: string, second: 'same account' | 'another account'): Promise<void> {
  const folder = emptyFolder()
  const [at, key] = second === 'same account' ? [provider, ''] : [elsewhere, '2']
  const yaml = [
    'targets:',
    `  first: { url: '${provider.url}${endpoint}', kind: cloud, key: ${planted.primaryKey} }`,
    `  second: { url: '${at.url}${endpoint}', kind: cloud, key: ${planted.primaryKey}${key}, model: claude-sonnet-4-5 }`,
    `  local: { url: '${ollama.url}/api/chat', kind: local, model: '${localModel}' }`,
    'chains: { default: [first, second, local] }',
  ].join('\n')
  writeFileSync(join(folder, 'trooper.yaml'), yaml)
  const trooper = spawnTrooper({ TROOPER_PORT: '0', WAIT_MAX: '0' }, [], folder)
  const port = await trooper.line((line) => /starting on http:\S+:(\d+)/.exec(line)?.[1])
  url = `http://127.0.0.1:${port}${endpoint}`
  stop = async () => {
    await Promise.all([trooper.stop(), provider.stop(), elsewhere.stop(), ollama.stop()])
  }
}

const question = 'What is it?'
const asking = {
  anthropic: {
    model: 'claude-opus-4-1',
    max_tokens: 100,
    messages: [
      {
        role: 'user',
        content: [
          { type: 'document', source: { type: 'file', file_id: 'file_1' } },
          { type: 'text', text: question },
        ],
      },
    ],
  },
  'openai-chat': {
    model: 'gpt-4.1',
    messages: [
      {
        role: 'user',
        content: [
          { type: 'file', file: { file_id: 'file_1' } },
          { type: 'text', text: question },
        ],
      },
    ],
  },
  'openai-responses': {
    model: 'gpt-4.1',
    input: [
      {
        role: 'user',
        content: [
          { type: 'input_file', file_id: 'file_1' },
          { type: 'input_text', text: question },
        ],
      },
    ],
  },
} as const

const ask = (dialect: TestedDialect, stream = false): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: { ...dialects[dialect].headers, 'anthropic-beta': 'files-api-2025-04-14' },
    body: JSON.stringify({ ...asking[dialect], stream }),
  })

const lastAsked = async (target: FakeProvider): Promise<string> => (await target.requests()).at(-1)?.bodyText ?? ''

describe.each(['anthropic', 'openai-chat', 'openai-responses'] as const)('a file by its id, in %s', (dialect) => {
  const { endpoint } = dialects[dialect]

  it('is named to another model of the same account', async () => {
    await start(endpoint, 'same account')
    await provider.play({ mode: 'anthropic-overloaded', times: 1 })
    const response = await ask(dialect)
    expect(response.status).toBe(200)
    expect(response.headers.get('x-trooper-omitted')).toBeNull()
    expect(await lastAsked(provider)).toContain('file_1')
  })

  it('is a note to another account, and counted', async () => {
    await start(endpoint, 'another account')
    await provider.play({ mode: 'anthropic-overloaded' })
    const response = await ask(dialect)
    expect(response.status).toBe(200)
    expect(response.headers.get('x-trooper-provider')).toBe('second')
    expect(response.headers.get('x-trooper-omitted')).toMatch(/^1 (document|file)$/)
    const asked = await lastAsked(elsewhere)
    expect(asked).not.toContain('file_1')
    expect(asked).toContain('was here, but this model cannot be shown it')
    expect(asked).toContain(question)
  })

  it('is named to the same account that goes on with a broken answer, with the word that allows it', async () => {
    await start(endpoint, 'same account')
    await provider.play({ mode: 'end-midstream', text: 'One two three four.', chunks: 2, times: 1 })
    const response = await ask(dialect, true)
    await response.text()
    const requests = await provider.requests()
    expect(requests).toHaveLength(2)
    expect(requests.at(-1)?.rejected).toBeUndefined()
    expect(await lastAsked(provider)).toContain('file_1')
    if (dialect === 'anthropic') expect(requests.at(-1)?.rawHeaders).toContain('files-api-2025-04-14')
  })
})
