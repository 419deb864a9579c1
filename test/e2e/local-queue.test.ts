/** The running program in front of a local engine that answers one request at a time, and has to load first. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { StatusView } from '../../src/admin/views.ts'
import { planted } from '../secrets.ts'
import { ask, dialects, startStage, startTrooper, textOf, type Stage } from './trooper.ts'

const coder = 'qwen2.5-coder:1.5b'

let stage: Stage
beforeEach(async () => {
  stage = await startStage('/v1/messages', { LOCAL_QUEUE: '200', WARM: 'never' })
  await stage.provider.play({ mode: 'anthropic-credit' })
})
afterEach(() => stage.stop())

function askAs(client: string, prompt: string, signal?: AbortSignal): Promise<Response> {
  const { endpoint, headers, body } = dialects.anthropic
  return fetch(stage.trooper.url + endpoint, {
    method: 'POST',
    headers: { ...headers, 'x-claude-code-session-id': client },
    body: JSON.stringify(body(prompt, true)),
    ...(signal && { signal }),
  })
}

const generated = ({ requests }: { requests: { url: string }[] }): boolean =>
  requests.some(({ url }) => url === '/api/generate')
const chatted = ({ requests }: { requests: { url: string }[] }): boolean =>
  requests.some(({ url }) => url === '/api/chat')

describe('a client that leaves while the local model loads for it', () => {
  it('does not end the load: whoever comes next finds the model loaded', async () => {
    await stage.ollama.play(
      { mode: 'slow-load', path: '/api/generate', times: 1 },
      { mode: 'ok', text: planted.localAnswer },
    )
    const leaving = new AbortController()
    const left = askAs('one', planted.prompt, leaving.signal).catch(() => 'left')
    await stage.ollama.journalWhen(generated)
    leaving.abort()
    expect(await left).toBe('left')
    const next = ask(stage.trooper.url, 'anthropic', true)
    await stage.ollama.release()
    expect(textOf(await (await next).text())).toBe(planted.localAnswer)
    const { loads, abortedLoads } = await stage.ollama.journal()
    expect([loads.length, abortedLoads]).toEqual([1, []])
  })
})

describe('a prompt that only an Ollama can answer', () => {
  const complete = (): Promise<Response> =>
    fetch(`${stage.trooper.url}/api/generate`, {
      method: 'POST',
      body: JSON.stringify({ model: coder, prompt: 'def f(', suffix: '): pass', stream: false }),
    })
  const completions = async () =>
    (await stage.ollama.requests('/api/generate')).filter(({ bodyText }) => /"suffix"|"raw"/.test(bodyText))

  beforeEach(() =>
    stage.ollama.play(
      { mode: 'ok', text: 'One two.', holdAfter: 1, path: '/api/chat', times: 1 },
      { mode: 'ok', text: planted.localAnswer },
    ),
  )

  it('waits its turn behind a conversation', async () => {
    const conversation = askAs('one', planted.prompt)
    await stage.ollama.journalWhen(chatted)
    const completion = complete()
    await stage.trooper.process.line((line) => line.includes('waiting in its queue, at place 1') || undefined)
    expect(await completions()).toHaveLength(0)
    await stage.ollama.release()
    expect(textOf(await (await conversation).text())).toBe('One two.')
    expect(await (await completion).json()).toMatchObject({ response: planted.localAnswer })
    expect(await completions()).toHaveLength(1)
  })

  const waiting = async (): Promise<number | undefined> => {
    const response = await fetch(`${stage.trooper.url}/trooper/api/status`)
    const { engines }: StatusView = JSON.parse(await response.text())
    return engines[0]?.queue.waiting
  }

  it('leaves the queue with its app', async () => {
    const conversation = askAs('one', planted.prompt)
    await stage.ollama.journalWhen(chatted)
    const leave = new AbortController()
    const left = fetch(`${stage.trooper.url}/api/generate`, {
      method: 'POST',
      body: JSON.stringify({ model: coder, prompt: 'a', raw: true }),
      signal: leave.signal,
    }).catch(() => 'left')
    await stage.trooper.process.line((line) => line.includes('waiting in its queue, at place 1') || undefined)
    leave.abort()
    expect(await left).toBe('left')
    // Trooper hears of it a little later.
    await expect.poll(waiting).toBe(0)
    await stage.ollama.release()
    await (await conversation).text()
    expect(await (await complete()).json()).toMatchObject({ response: planted.localAnswer })
    expect(await completions()).toHaveLength(1)
  })

  it('is told when too many wait, or one where none may, with a time to ask again', async () => {
    const { provider, ollama } = stage
    const short = await startTrooper({
      PRIMARY_URL: `${provider.url}/v1/messages`,
      FALLBACK_URL: `${ollama.url}/api/chat`,
      LOCAL_QUEUE: '0',
      WARM: 'never',
    })
    const conversation = fetch(`${short.url}/v1/messages`, {
      method: 'POST',
      headers: dialects.anthropic.headers,
      body: JSON.stringify(dialects.anthropic.body(planted.prompt, true)),
    })
    await ollama.journalWhen(chatted)
    const body = JSON.stringify({ model: coder, prompt: 'a', raw: true })
    const refused = await fetch(`${short.url}/api/generate`, { method: 'POST', body })
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5'])
    expect(await refused.json()).toEqual({ error: expect.stringContaining('busy') })
    expect((await ask(short.url, 'anthropic', true)).status).toBe(529)
    await ollama.release()
    await (await conversation).text()
    // Who comes while it is free need not wait.
    const next = await ask(short.url, 'anthropic', true)
    expect([next.status, textOf(await next.text())]).toEqual([200, planted.localAnswer])
    await short.process.stop()
  })
})

describe('a hundred requests of ten clients at once', () => {
  const names = Array.from({ length: 10 }, (_, at) => `client-${at}`)

  it('are answered each with its own answer, nobody is lost, and the clients take turns', async () => {
    const plan = Array.from({ length: 100 }, (_, at) => ({ mode: 'ok' as const, text: `answer ${at}`, times: 1 }))
    await stage.ollama.play({ ...plan[0]!, holdAfter: 0 }, ...plan.slice(1))
    const asked = names.flatMap((name) =>
      Array.from({ length: 10 }, async (_, at) => {
        const prompt = `${name} question ${at}`
        return { prompt, text: textOf(await (await askAs(name, prompt)).text()) }
      }),
    )
    let waiting = 0
    await stage.trooper.process.line((line) => {
      waiting += line.includes('waiting in its queue') ? 1 : 0
      return waiting === 99 ? true : undefined
    })
    await stage.ollama.journalWhen(chatted)
    await stage.ollama.release()
    const answers = await Promise.all(asked)

    const prompts = (await stage.ollama.requests('/api/chat')).map(({ bodyText }) => lastWords(bodyText))
    expect(prompts).toHaveLength(100)
    expect(new Map(answers.map(({ prompt, text }) => [prompt, text]))).toEqual(
      new Map(prompts.map((prompt, at) => [prompt, `answer ${at}`])),
    )
    const served = new Map(names.map((name) => [name, 0]))
    // The first came before there was anybody to share with.
    for (const prompt of prompts.slice(1)) {
      const name = prompt.split(' ')[0] ?? ''
      served.set(name, (served.get(name) ?? 0) + 1)
      expect(Math.max(...served.values()) - Math.min(...served.values())).toBeLessThanOrEqual(2)
    }
  })
})

function lastWords(bodyText: string): string {
  const { messages } = JSON.parse(bodyText) as { messages: { content: string }[] }
  return messages.at(-1)?.content ?? ''
}
