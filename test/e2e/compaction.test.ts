/** `/responses/compact` through the official SDKs: the provider makes the conversation short, or the local model in its place, and either goes on with it. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { available, Client, clients, type Call } from '../clients/clients.ts'
import { planted } from '../secrets.ts'
import { dialects, startStage, type Stage } from './trooper.ts'

interface Item {
  id?: string
  type?: string
  role?: string
  content?: { type: string; text: string }[] | string
  encrypted_content?: string
}

interface Compacted {
  id: string
  object: string
  created_at: number
  output: Item[]
  usage: { total_tokens: number }
}

const summary = 'They like pizza; the oven is hot.'
const away = { mode: 'openai-overloaded', times: 1 } as const
const history: Item[] = [
  { role: 'user', content: planted.prompt },
  { role: 'assistant', content: 'Noted.' },
  { role: 'user', content: [{ type: 'input_text', text: 'Heat the oven.' }] },
]

let stage: Stage
beforeAll(async () => {
  stage = await startStage('/v1/responses', { WAIT_MAX: '0' })
})
afterAll(() => stage.stop())
beforeEach(() => Promise.all([stage.provider.reset(), stage.ollama.reset()]))

describe.each(clients.filter(({ name }) => name.startsWith('openai')))('$name', (definition) => {
  const usable = available(definition)
  if (usable !== true) return it.skip(`skipped: ${usable.skip}`)

  let client: Client
  beforeAll(() => {
    client = new Client(definition)
  })
  afterAll(() => client.stop())

  const call = (op: Call['op'], messages: object[], extra: object = {}) =>
    client.call({
      op,
      api: 'responses',
      baseURL: `${stage.trooper.url}/v1`,
      apiKey: planted.clientKey,
      model: 'gpt-5.4',
      messages,
      extra,
    })

  /** `undefined` where the SDK has no such function. */
  async function compact(messages: object[], extra: object = {}): Promise<Compacted | undefined> {
    const result = await call('compact', messages, extra)
    if (!result.ok && result.skipped !== undefined) return undefined
    expect(result).toMatchObject({ ok: true })
    return result.ok ? (result.value as Compacted) : undefined
  }

  const lastAsked = async (): Promise<{ input: Item[] }> =>
    JSON.parse((await stage.provider.requests('/v1/responses')).at(-1)!.bodyText)

  const refusals = async (): Promise<unknown[]> => {
    const [cloud, local] = [await stage.provider.journal(), await stage.ollama.journal()]
    return [...cloud.requests, ...local.requests].map(({ rejected }) => rejected).filter(Boolean)
  }

  const wordsOf = ({ content }: Item): string =>
    typeof content === 'string' ? content : (content ?? []).map(({ text }) => text).join('')

  it('has the provider make it short, whose answer comes as it is', async () => {
    await stage.provider.play({ mode: 'ok', text: summary })
    const compacted = await compact(history)
    if (!compacted) return
    expect(compacted).toMatchObject({ object: 'response.compaction', id: expect.stringMatching(/^resp_Fake/) })
    expect(compacted.output.at(-1)?.encrypted_content).toMatch(/^gAAAA/)
    expect(await stage.provider.requests('/v1/responses/compact')).toHaveLength(1)
    expect(await refusals()).toEqual([])
  })

  it('has the local model make it short while the provider cannot, which goes on with that', async () => {
    await stage.provider.play(away, { mode: 'ok', text: planted.cloudAnswer })
    await stage.ollama.play({ mode: 'ok', text: summary })
    const compacted = await compact(history, { instructions: 'Be brief.' })
    if (!compacted) return
    expect(compacted).toMatchObject({ object: 'response.compaction', usage: { total_tokens: expect.any(Number) } })
    expect(compacted.output.map(({ type, role }) => role ?? type)).toEqual(['user', 'user', 'compaction'])
    expect(compacted.output.slice(0, 2).map(wordsOf)).toEqual([planted.prompt, 'Heat the oven.'])
    const [asked] = await stage.ollama.requests('/api/chat')
    expect(asked?.bodyText).toMatch(/Be brief\..*Noted\..*Heat the oven\..*summary/s)

    const next = await call('create', [...compacted.output, { role: 'user', content: planted.question }])
    expect(next).toMatchObject({ ok: true, text: planted.cloudAnswer })
    const { input } = await lastAsked()
    expect(input.map(wordsOf)).toEqual([
      planted.prompt,
      'Heat the oven.',
      expect.stringContaining(summary),
      planted.question,
    ])
    expect(await refusals()).toEqual([])
  })
})

describe('a spent provider', () => {
  let own: Stage
  beforeAll(async () => {
    own = await startStage('/v1/responses')
  })
  afterAll(() => own.stop())

  async function post({ trooper }: Stage, path: string, body: object): Promise<Compacted> {
    const { headers } = dialects['openai-responses']
    const request = { method: 'POST', headers, body: JSON.stringify({ model: 'gpt-5.4', ...body }) }
    const response = await fetch(trooper.url + path, request)
    expect(response.status).toBe(200)
    return (await response.json()) as Compacted
  }

  it('is not asked again, and gets its own sealed items back in whose place a local one stood', async () => {
    const compact = (input: Item[], more: object = {}) => post(own, '/v1/responses/compact', { input, ...more })
    await own.provider.play({ mode: 'ok', text: summary, times: 1 }, { mode: 'ok', text: 'Good.', times: 1 })
    await own.ollama.play({ mode: 'ok', text: 'They ate.' })
    const sealed = (await compact(history)).output
    const first = await post(own, '/v1/responses', { input: [...sealed, { role: 'user', content: 'And then?' }] })

    await own.provider.play({ mode: 'openai-quota' })
    const { output } = await compact([{ role: 'user', content: 'We ate.' }], { previous_response_id: first.id })
    expect(output.map(({ type, role }) => role ?? type)).toEqual(['user', 'user', 'user', 'user', 'compaction'])
    const again = await compact([...output, { role: 'user', content: 'Good night.' }])
    expect(await own.provider.requests('/v1/responses/compact')).toHaveLength(2)

    const later = await startStage('/v1/responses')
    try {
      await later.provider.configure({ remembers: [{ input: [{ ...sealed.at(-1) }] }] })
      await post(later, '/v1/responses', { input: again.output })
      const asked = (await later.provider.requests('/v1/responses')).at(-1)!
      expect(asked.rejected).toBeUndefined()
      expect(JSON.parse(asked.bodyText).input).toContainEqual(sealed.at(-1))
      expect(asked.bodyText).toContain('They ate.')
    } finally {
      await later.stop()
    }
  })
})
