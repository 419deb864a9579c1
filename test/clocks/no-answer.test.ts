/** A provider's bytes that are no answer, and nobody else who can give one: no app can do anything with them, so that it is told so. */
import { describe, expect, it } from 'vitest'
import { dialectNames } from '../e2e/trooper.ts'
import { cloud, local, Stage, type FakeCall } from './stage.ts'

const json = { 'content-type': 'application/json' }
const stream = { 'content-type': 'text/event-stream' }
const refused = '{"error":{"type":"some_error","code":"some_error","message":"All cooks are ill."}}'

const noAnswers: [what: string, asksForStream: boolean, say: (call: FakeCall) => void][] = [
  ['a stream that ends without a word', true, (call) => call.head(stream).say(': alive\n\n').end()],
  ['nothing', true, (call) => call.head(stream).end()],
  ['a web page', true, (call) => call.head({ 'content-type': 'text/html' }).say('<html>Log in</html>').end()],
  ['an error that is no stream', true, (call) => call.head(json).say(refused).end()],
  ['a web page', false, (call) => call.head({ 'content-type': 'text/html' }).say('<html>Log in</html>').end()],
  ['half an answer', false, (call) => call.head(json).say('{"id":"x_1","type":"mess').end()],
  ['nothing', false, (call) => call.head({}).end()],
  ['a redirection', false, (call) => call.head({ location: 'https://login.example/' }, 307).end()],
]

describe.each(dialectNames)('a client of %s', (dialect) => {
  const provider = cloud('provider', dialect)

  it.each(noAnswers)(
    'is told that nobody answers where its provider sends this: %s (stream: %s)',
    async (_, asks, say) => {
      for (const isAlone of [true, false]) {
        const stage = new Stage(isAlone ? [provider] : [provider, local()]).ask(dialect, asks)
        say((await stage.call('provider')).connect())
        if (!isAlone) (await stage.call('local')).connect().head({}, 500).say('{"error":"out of memory"}').end()
        await stage.ended
        expect(stage.reply).toMatchObject({ status: 502, heads: 1, isOver: true })
        expect(JSON.parse(stage.reply.text)).toMatchObject({
          error: { message: expect.stringContaining('provider: ') },
        })
      }
    },
  )

  it.each([true, false])('is told at once, and the call ends, where nobody can unzip it (stream: %s)', async (asks) => {
    const stage = new Stage([provider]).ask(dialect, asks)
    const call = (await stage.call('provider')).connect()
    call.head({ ...(asks ? stream : json), 'content-encoding': 'gzip' }).say('This is not gzip.')
    await stage.ended
    expect(stage.reply).toMatchObject({ status: 502, heads: 1, isOver: true })
    expect(call.isAborted).toBe(true)
  })

  it('gets the error that its provider says in a stream, as it says it', async () => {
    const stage = new Stage([provider]).ask(dialect)
    const said = `event: error\ndata: {"type":"error",${refused.slice(1)}\n\n`
    ;(await stage.call('provider')).connect().head(stream).say(said).end()
    await stage.ended
    expect(stage.reply).toMatchObject({ status: 200, text: said, isOver: true })
  })
})
