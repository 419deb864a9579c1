/** The thread is the built one: from the sources none could be started under every Node. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { pathToFileURL } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { TestClock } from '../../../test/e2e/inside.ts'
import { bytePairVocabulary } from '../../../test/fakes/vocabulary.ts'
import { createTokenizers, failureKeepMs, idleMs, patienceMs } from './tokenizers.ts'

const vocabulary = JSON.stringify({ model_info: bytePairVocabulary('the cat the cat the cat') })
/** Of `the cat`, in a vocabulary that knows both words. */
const tokens = 2
const megabyte = 1024 * 1024

type Answer = (response: ServerResponse) => void
const tell: Answer = (response) => void response.end(vocabulary)

/** A server that takes its time. */
function hold(): { answer: Answer; response: Promise<ServerResponse> } {
  let answer: Answer = () => {}
  const response = new Promise<ServerResponse>((resolve) => (answer = resolve))
  return { answer: (held) => answer(held), response }
}

const ending: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of ending.splice(0)) await end()
})

async function start(answer: Answer, program?: URL) {
  const seen: { request: IncomingMessage; body: string }[] = []
  const served = { answer }
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      seen.push({ request, body })
      served.answer(response)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/api/show`
  const clock = new TestClock()
  const tokenizers = createTokenizers(clock, program)
  ending.push(async () => {
    await tokenizers.end()
    server.closeAllConnections()
    server.close()
  })
  const place = { url, headers: [['Authorization', 'Bearer of-the-target'] as [string, string]], model: 'small:1b' }
  const count = (...texts: string[]): Promise<number | undefined> => tokenizers.count(place, texts)
  return { tokenizers, clock, seen, served, server, count, mayCount: () => tokenizers.mayCount(place) }
}

describe('a count by a model’s own vocabulary', () => {
  it('is of all texts together; the vocabulary is asked for once, with the credential of the target', async () => {
    const { count, seen } = await start(tell)
    expect(await count('the cat')).toBe(tokens)
    expect(await count('the cat', 'the cat', '')).toBe(2 * tokens)
    expect(seen.map(({ body }) => body)).toEqual(['{"model":"small:1b","verbose":true}'])
    expect(seen[0]?.request).toMatchObject({ method: 'POST', headers: { authorization: 'Bearer of-the-target' } })
  })

  it('that is not there in time is done without, and there for the next one', async () => {
    const held = hold()
    const { count, clock, seen } = await start(held.answer)
    const first = count('the cat')
    const response = await held.response
    clock.pass(patienceMs)
    expect(await first).toBeUndefined()
    tell(response)
    expect(await count('the cat')).toBe(tokens)
    expect(seen).toHaveLength(1)
  })

  it.each<[string, Answer]>([
    ['no such model', (response) => void response.writeHead(404).end('{"error":"model not found"}')],
    ['no vocabulary', (response) => void response.end('{"model_info":{"tokenizer.ggml.tokens":[]}}')],
    ['something else', (response) => void response.end('Ollama is running')],
    ['another place', (response) => void response.writeHead(307, { location: '/' }).end()],
    ['nothing', (response) => void response.destroy()],
  ])('cannot be told by a server that has %s to say, and it is not asked again for a while', async (_, answer) => {
    const { count, mayCount, clock, seen, served } = await start(answer)
    expect(mayCount()).toBe(true)
    expect(await count('the cat')).toBeUndefined()
    served.answer = tell
    expect(mayCount()).toBe(false)
    expect(await count('the cat')).toBeUndefined()
    expect(seen).toHaveLength(1)
    clock.pass(failureKeepMs)
    expect(mayCount()).toBe(true)
    expect(await count('the cat')).toBe(tokens)
  })

  it('is not worth reading without end', async () => {
    let said = 0
    const endless: Answer = (response) => {
      const more = (): void => {
        said += 1
        response.write(' '.repeat(megabyte))
      }
      response.on('drain', more)
      more()
    }
    const { count } = await start(endless)
    expect(await count('the cat')).toBeUndefined()
    expect(said).toBeGreaterThan(32)
    expect(said).toBeLessThan(128)
  })

  it('is not made of more than any model could read', async () => {
    const { count, seen } = await start(tell)
    expect(await count('word '.repeat(2_000_000))).toBeUndefined()
    expect(seen).toEqual([])
    expect(await count('the cat')).toBe(tokens)
  })

  it('ends with its thread, which is gone when nobody has asked for a while, and there again for whoever does', async () => {
    const { count, clock, seen } = await start(tell)
    await count('the cat')
    clock.pass(idleMs - 1)
    await count('the cat')
    clock.pass(idleMs - 1)
    expect(await count('the cat')).toBe(tokens)
    expect(seen).toHaveLength(1)
    clock.pass(idleMs)
    expect(await count('the cat')).toBe(tokens)
    expect(seen).toHaveLength(2)
  })

  it('that somebody waits for when all ends is not told', async () => {
    const held = hold()
    const { count, tokenizers } = await start(held.answer)
    const waiting = count('the cat')
    await held.response
    await tokenizers.end()
    expect(await waiting).toBeUndefined()
  })

  it('is not had from a thread that does not start', async () => {
    const { count } = await start(tell, pathToFileURL('/nowhere/tokenizer.js'))
    expect(await count('the cat')).toBeUndefined()
  })
})
