/** Clients that compress what they ask: Codex does, with zstd, where it is logged in to ChatGPT. */
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { headerOf } from '../../src/wire/headers.ts'
import { planted } from '../secrets.ts'
import {
  dialectNames,
  dialects,
  localModel,
  startStage,
  textOf,
  type RunningTrooper,
  type Stage,
  type TestedDialect,
} from './trooper.ts'
import { describeWithZstd, startTrooperWithZstd, zstd } from './with-zstd.ts'

function post(
  url: string,
  dialect: TestedDialect,
  encoding: string,
  bytes: Buffer,
  more: Record<string, string> = {},
): Promise<Response> {
  const headers = { ...dialects[dialect].headers, 'content-encoding': encoding, ...more }
  return fetch(url + dialects[dialect].endpoint, { method: 'POST', headers, body: new Uint8Array(bytes) })
}

const bytesOf = (dialect: TestedDialect, stream: boolean): Buffer =>
  Buffer.from(JSON.stringify(dialects[dialect].body(planted.prompt, stream)))

const readable = [
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
] as const

describe.each(dialectNames)('a compressed request of %s', (dialect) => {
  let stage: Stage
  beforeAll(async () => {
    stage = await startStage(dialects[dialect].endpoint)
  })
  afterAll(() => stage.stop())
  beforeEach(() => Promise.all([stage.provider.reset(), stage.ollama.reset()]))

  it.each(readable)('(%s) reaches the provider as it was meant', async (encoding, compress) => {
    const bytes = bytesOf(dialect, false)
    const response = await post(stage.trooper.url, dialect, encoding, compress(bytes))
    expect(response.status).toBe(200)
    const [seen] = await stage.provider.requests()
    expect(seen?.bodyText).toBe(bytes.toString())
    expect(headerOf(seen?.rawHeaders ?? [], 'content-encoding')).toBeUndefined()
  })

  it.each(readable)(
    '(%s) is streamed word by word, and answered by the local model when the quota is gone',
    async (encoding, compress) => {
      const compressed = compress(bytesOf(dialect, true))
      await stage.provider.play({ mode: 'ok', text: 'one two three', holdAfter: 1 })
      const response = await post(stage.trooper.url, dialect, encoding, compressed)
      const reader = response.body!.getReader()
      // The provider still holds the rest back.
      expect(Buffer.from((await reader.read()).value ?? []).toString()).toContain('data: ')
      await reader.cancel()
      await stage.provider.reset()
      await stage.provider.play({ mode: dialect === 'anthropic' ? 'anthropic-overloaded' : 'openai-overloaded' })
      await stage.ollama.play({ mode: 'ok', text: planted.localAnswer })
      const local = await post(stage.trooper.url, dialect, encoding, compressed)
      expect(local.headers.get('x-trooper-fallback')).toBe(localModel)
      expect(textOf(await local.text())).toBe(planted.localAnswer)
    },
  )
})

describe('a compressed request', () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await startStage('/v1/messages', { TROOPER_MAX_BODY_MB: '1' })
  })
  afterAll(() => stage.stop())
  beforeEach(() => stage.provider.reset())

  it('that is far larger than it looks is refused', async () => {
    const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024, ' '))
    expect((await post(stage.trooper.url, 'anthropic', 'gzip', bomb)).status).toBe(413)
    expect(await stage.provider.requests()).toEqual([])
  })

  it.each(['lzma', 'gzip, gzip', 'gzip'])(
    '(%s) that cannot be read is passed on as it is, and a person told once',
    async (encoding) => {
      const bytes = Buffer.from('no compression that anybody knows')
      for (const stream of ['application/json', 'text/event-stream'])
        await (await post(stage.trooper.url, 'anthropic', encoding, bytes, { accept: stream })).text()
      const seen = await stage.provider.requests()
      expect(seen.map(({ bodyText, rawHeaders }) => [bodyText, headerOf(rawHeaders, 'content-encoding')])).toEqual([
        [bytes.toString(), encoding],
        [bytes.toString(), encoding],
      ])
      await stage.trooper.process.line((line) => (line.includes(`cannot read (${encoding})`) ? true : undefined))
      const told = stage.trooper.process.stdout.split('\n').filter((line) => line.includes(`cannot read (${encoding})`))
      expect(told).toHaveLength(1)
    },
  )
})

describeWithZstd('a request of Codex with a ChatGPT plan', (node) => {
  let stage: Stage
  let trooper: RunningTrooper
  beforeAll(async () => {
    stage = await startStage('/v1/responses')
    trooper = await startTrooperWithZstd(node, {
      PRIMARY_URL: `${stage.provider.url}/v1/responses`,
      FALLBACK_URL: `${stage.ollama.url}/api/chat`,
      FALLBACK_MODEL: localModel,
    })
  })
  afterAll(() => Promise.all([trooper.process.stop(), stage.stop()]))

  it('reaches the provider as it was meant, also in several frames, and as it is where one is cut', async () => {
    const bytes = bytesOf('openai-responses', false)
    const frames = Buffer.concat([zstd(bytes.subarray(0, 50)), zstd(bytes.subarray(50))])
    await (await post(trooper.url, 'openai-responses', 'zstd', frames)).text()
    await (await post(trooper.url, 'openai-responses', 'zstd', frames.subarray(0, -1))).text()
    const [whole, cut] = await stage.provider.requests()
    expect(whole?.bodyText).toBe(bytes.toString())
    expect(headerOf(cut?.rawHeaders ?? [], 'content-encoding')).toBe('zstd')
  })

  it('reaches the provider as it was meant, and the local model when the plan is used up', async () => {
    const bytes = bytesOf('openai-responses', true)
    await stage.provider.reset()
    await (await post(trooper.url, 'openai-responses', 'zstd', zstd(bytes))).text()
    expect((await stage.provider.requests())[0]?.bodyText).toBe(bytes.toString())
    await stage.provider.play({ mode: 'openai-overloaded' })
    await stage.ollama.play({ mode: 'ok', text: planted.localAnswer })
    const local = await post(trooper.url, 'openai-responses', 'zstd', zstd(bytes))
    expect(textOf(await local.text())).toBe(planted.localAnswer)
  })
})
