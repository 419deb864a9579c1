/** The end-to-end equipment itself: every driver of an SDK gets through to the fake provider, every process ends. */

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Api, available, baseURL, type Call, Client, type ClientDefinition, clients } from './clients/clients.ts'
import { filesContaining } from './fakes/output.ts'
import { TestProcess } from './fakes/process.ts'
import { type FakeProvider, startProvider } from './fakes/start.ts'

const key = 'sk-equipment-0001'
const models: Readonly<Record<Api, string>> = { messages: 'claude-opus-5-5', chat: 'gpt-5.4', responses: 'gpt-5.4' }
const question = [{ role: 'user', content: 'Say something.' }]

let provider: FakeProvider
beforeAll(async () => {
  provider = await startProvider()
})
afterEach(() => provider.reset())
afterAll(() => provider.stop())

describe.each(clients)('the driver of $name', (definition) => {
  const usable = available(definition)
  if (usable !== true) {
    test.skip(`skipped: ${usable.skip}`)
    console.warn(`${definition.name} skipped: ${usable.skip}`)
    return
  }
  driverTests(definition)
})

function driverTests(definition: ClientDefinition): void {
  let client: Client
  beforeAll(() => {
    client = new Client(definition)
  })
  afterAll(() => client.stop())

  const callFor = (api: Api, op: Call['op']): Call => {
    const url = baseURL(definition, provider.url, api)
    return { op, api, baseURL: url, apiKey: key, model: models[api], system: 'Be brief.', messages: question }
  }

  for (const api of definition.apis) {
    test.for(['create', 'stream', 'final'] as const)(`gets a ${api} answer: %s`, async (op, context) => {
      await provider.configure({ credential: key })
      await provider.play({ mode: 'ok', text: 'Grüße aus der Wolke: one two three.' })
      const result = await client.call(callFor(api, op))
      if (!result.ok && result.skipped !== undefined) context.skip(result.skipped)
      expect(result).toMatchObject({ ok: true, text: 'Grüße aus der Wolke: one two three.', model: models[api] })
      const [seen] = await provider.requests()
      expect(seen?.rejected).toBeUndefined()
    })

    test(`tells the error of a ${api} call`, async () => {
      await provider.play({ mode: 'anthropic-overloaded', headers: { 'x-should-retry': 'false' } })
      const result = await client.call(callFor(api, 'create'))
      expect(result).toMatchObject({ ok: false, status: 529 })
      expect(await provider.requests()).toHaveLength(1)
    })

    test(`leaves a ${api} stream when told to`, async () => {
      await provider.play({ mode: 'ok', text: 'one two three four', holdAfter: 2 })
      const result = await client.call({ ...callFor(api, 'stream'), stopAfter: 2 })
      expect(result).toMatchObject({ ok: true, text: 'one two' })
      await provider.journalWhen(({ requests }) => requests[0]?.outcome === 'client-gone')
    })
  }
}

describe('a process', () => {
  const forever = 'process.stdout.write("up\\n"); process.stderr.write(process.env.HOME); setInterval(() => {}, 1000)'

  test('ends with its parent, although it does not read its input', async () => {
    const child = new TestProcess({ name: 'forever', args: ['-e', forever], endWithParent: true })
    expect(await child.line((line) => line)).toBe('up')
    child.endInput()
    expect(await child.exit()).toBe(0)
    expect(child.stderr).toContain('home-')
    expect(await filesContaining(child.stderr)).toEqual([`${child.name}.err.log`])
  })

  test('can be stopped, and says so to those who wait', async () => {
    const child = new TestProcess({ name: 'forever', args: ['-e', forever] })
    const waiting = child.line((line) => (line === 'never' ? line : undefined))
    await child.line((line) => line)
    expect(await child.stop()).toBeNull()
    await expect(waiting).rejects.toThrow('ended before the awaited line')
  })

  test('that hangs can be told of: what it said, and that it runs or left its output to another', async () => {
    const child = new TestProcess({ name: 'forever', args: ['-e', forever] })
    await child.line((line) => line)
    expect(child.describe()).toMatch(/^forever-\S+ still runs: .* -e .*\n(.*\n)* {2}stdout, .*\n {4}up\n/)
    await child.stop()
    const heir = `require('node:child_process').spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: 'inherit' })`
    const parent = new TestProcess({ name: 'parent', args: ['-e', `${heir}; console.log('gone'); process.exit(0)`] })
    await parent.line((line) => line)
    await expect.poll(() => parent.describe()).toMatch(/ has ended, and its output is open still: /)
    parent.endInput()
    await parent.exit()
  })

  test('that does not exist is an error, not a crash', async () => {
    const child = new TestProcess({ name: 'nothing', command: '/nonexistent/program', args: [] })
    await expect(child.line((line) => line)).rejects.toThrow('ENOENT')
  })
})

test('no driver and no fake prints a key', async () => {
  expect(await filesContaining(key)).toEqual([])
})
