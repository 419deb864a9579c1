/** What an agent may ask at any time, of the running program, over each way to it. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Validator } from '@cfworker/json-schema'
import type { Client } from '@modelcontextprotocol/client'
import { ask, localModel } from '../e2e/trooper.ts'
import { planted } from '../secrets.ts'
import { connect, startMcpStage, use, ways, type McpStage } from './agent.ts'

let stage: McpStage
beforeAll(async () => {
  stage = await startMcpStage({ PRIMARY_API_KEY: planted.primaryKey })
})
afterAll(() => stage.stop())

const readers = ['status', 'explain_exchange', 'list_targets', 'ask_local_model']
const changers = ['set_override', 'clear_override', 'probe', 'warm', 'drill']

describe.each(ways)('over $transport, $era', (way) => {
  let client: Client
  beforeAll(async () => {
    client = await connect(way, stage)
  })
  afterAll(() => client.close())
  beforeEach(async () => {
    await Promise.all([stage.provider.reset(), stage.ollama.reset()])
    await stage.ollama.play({ mode: 'ok', text: planted.localAnswer })
  })

  /** An app whose credit is spent. */
  const fallBack = async (): Promise<void> => {
    await stage.provider.play({ mode: 'anthropic-credit' })
    await (await ask(stage.trooper.url, 'anthropic', true)).text()
  }

  it('names its tools, each with what it takes, gives back and touches', async () => {
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name)).toEqual([...readers, ...changers])
    for (const { name, title, description, inputSchema, outputSchema, annotations } of tools) {
      expect([title, description]).toEqual([expect.any(String), expect.any(String)])
      expect(inputSchema).toMatchObject({ type: 'object' })
      expect(outputSchema).toMatchObject({ type: 'object', required: expect.arrayContaining(['summary']) })
      expect(annotations).toMatchObject({ readOnlyHint: readers.includes(name), openWorldHint: false })
      if (changers.includes(name)) {
        expect(annotations).toMatchObject({ destructiveHint: false, idempotentHint: true })
        expect(description).toContain('needs TROOPER_MCP_WRITE=on')
      }
    }
  })

  it('gives back what its schemas promise', async () => {
    await fallBack()
    const { tools } = await client.listTools()
    for (const name of readers) {
      const { fields, text, isError } = await use(client, name, name === 'ask_local_model' ? { prompt: 'Hi' } : {})
      expect(isError).toBe(false)
      expect(text).toContain(fields['summary'])
      const schema = tools.find((tool) => tool.name === name)?.outputSchema
      const { valid, errors } = new Validator(schema as object, '2020-12').validate(fields)
      expect([name, errors, valid]).toEqual([name, [], true])
    }
  })

  it('says who answers now, why, and until when', async () => {
    await fallBack()
    const { text, fields } = await use(client, 'status')
    expect(text).toMatch(
      /^The local model answers .*: local\/qwen2\.5:3b, in place of primary \(credit spent\), tried again at \S+Z, in \d[^,]*, as nobody said/,
    )
    expect(fields).toMatchObject({
      override: { mode: 'auto' },
      network: 'up',
      answering: [
        {
          target: `local/${localModel}`,
          kind: 'local',
          instead_of: 'primary',
          reason: 'quota-spent',
          until_is_a_try: true,
        },
      ],
    })
  })

  it('says who answers apps, whatever an agent has asked the local model since', async () => {
    await stage.provider.play({ mode: 'ok', text: planted.cloudAnswer })
    const { fields: before } = await use(client, 'status')
    await use(client, 'ask_local_model', { prompt: 'Hi' })
    expect((await use(client, 'status')).fields['answering']).toEqual(before['answering'])
  })

  it('explains the last exchange of an app, or one by its id, in words and fields', async () => {
    await fallBack()
    await use(client, 'ask_local_model', { prompt: 'Hi' })
    const last = await use(client, 'explain_exchange')
    expect(last.text).toMatch(
      /^The local model answered \(local\/qwen2\.5:3b\) because primary did not \(credit spent: /,
    )
    expect(last.fields).toMatchObject({
      asked_by: 'app',
      is_fallback: true,
      reason: 'quota-spent',
      answered_by: `local/${localModel}`,
      attempts: [{ target: 'primary' }, { target: `local/${localModel}`, end: 'answered', kind: 'local' }],
    })
    const same = await use(client, 'explain_exchange', { id: last.fields['id'] })
    expect(same.fields['id']).toBe(last.fields['id'])
    expect(last.text + JSON.stringify(last.fields)).not.toContain('planted')
  })

  it('says so in a sentence where there is no such exchange', async () => {
    const { isError, text } = await use(client, 'explain_exchange', { id: 'nonsense' })
    expect(isError).toBe(true)
    expect(text).toMatch(/^The journal has no exchange 'nonsense' \(any more\); read the resource trooper:\/\/journal/)
  })

  it('lists the chains, the targets, and the models that the local server has', async () => {
    const { text, fields } = await use(client, 'list_targets')
    expect(fields).toMatchObject({
      chains: [{ targets: ['primary', `local/${localModel}`] }],
      targets: [
        { name: 'primary', kind: 'cloud' },
        { name: `local/${localModel}`, kind: 'local', model: localModel },
      ],
      local_servers: [
        {
          software: expect.stringMatching(/^Ollama \d/),
          models: expect.arrayContaining([expect.objectContaining({ name: localModel })]),
        },
      ],
    })
    expect(text).toContain(`primary -> local/${localModel}`)
  })

  it('has the local model answer, whoever would answer an app', async () => {
    const { text, fields } = await use(client, 'ask_local_model', {
      prompt: planted.question,
      system: 'Be brief.',
      max_tokens: 77,
    })
    expect(fields).toMatchObject({
      text: planted.localAnswer,
      model: localModel,
      target: `local/${localModel}`,
      finish: 'stop',
      omitted_tokens: 0,
    })
    expect(text.startsWith(planted.localAnswer)).toBe(true)
    const [request] = await stage.ollama.requests('/api/chat')
    const body = JSON.parse(request?.bodyText ?? '')
    expect(body.messages).toMatchObject([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: planted.question },
    ])
    expect(body.options.num_predict).toBe(77)
    expect(await stage.provider.requests()).toEqual([])
    const { fields: exchange } = await use(client, 'explain_exchange', { id: fields['exchange'] })
    expect(exchange).toMatchObject({ asked_by: 'agent', is_fallback: false })
  })

  it.each([
    [{ prompt: 'Hi', model: 'nobody:1b' }, /^There is no local model 'nobody:1b'; use one of qwen2\.5:3b\.$/],
    [{ prompt: '' }, /prompt/],
    [{ prompt: 'Hi', max_tokens: 100_000 }, /max_tokens/],
  ])('refuses a question that cannot be asked: %o', async (args, sentence) => {
    const { isError, text } = await use(client, 'ask_local_model', args)
    expect(isError).toBe(true)
    expect(text).toMatch(sentence)
  })

  it('says why, where the local model does not answer', async () => {
    await stage.ollama.play({ mode: 'load-failed', error: 'no room' })
    const { isError, text } = await use(client, 'ask_local_model', { prompt: 'Hi' })
    expect(isError).toBe(true)
    expect(text).toMatch(/local\/qwen2\.5:3b/)
  })

  it.each(changers)('lets %s change nothing, and says what to set', async (name) => {
    const { isError, text } = await use(client, name, name === 'set_override' ? { mode: 'local' } : {})
    expect(isError).toBe(true)
    expect(text).toMatch(/^Changes by agents are switched off; ask the person to set TROOPER_MCP_WRITE=on/)
    expect((await use(client, 'status')).fields).toMatchObject({ override: { mode: 'auto' } })
  })

  it('shows journal, configuration and manual, and nothing that is secret', async () => {
    await fallBack()
    const { resources } = await client.listResources()
    const uris = resources.map(({ uri }) => uri)
    expect(uris).toEqual(
      expect.arrayContaining(['trooper://journal', 'trooper://configuration', 'trooper://docs/README']),
    )
    const texts = new Map<string, string>()
    for (const uri of uris) {
      const [content] = (await client.readResource({ uri })).contents
      texts.set(uri, content && 'text' in content ? content.text : '')
    }
    const [latest] = JSON.parse(texts.get('trooper://journal') ?? '')
    expect(latest).toMatchObject({ dialect: 'anthropic', end: { is: 'answered' } })
    const settings = JSON.parse(texts.get('trooper://configuration') ?? '')
    expect(settings).toContainEqual(
      expect.objectContaining({ name: 'PRIMARY_API_KEY', value: 'set, not shown', from: 'environment' }),
    )
    for (const [uri, text] of texts) if (uri.startsWith('trooper://docs/')) expect(text).toMatch(/^# /)
    expect([...texts.values()].join()).not.toContain('planted')
  })

  it('shows one exchange by its id, completes ids, and knows no other', async () => {
    await fallBack()
    const { resourceTemplates } = await client.listResourceTemplates()
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual(['trooper://journal/{id}'])
    const id = String((await use(client, 'explain_exchange')).fields['id'])
    const [content] = (await client.readResource({ uri: `trooper://journal/${id}` })).contents
    expect(JSON.parse(content && 'text' in content ? content.text : '')).toMatchObject({
      words: expect.stringMatching(/^The local model answered/),
      exchange: { id },
    })
    const ref = { type: 'ref/resource' as const, uri: 'trooper://journal/{id}' }
    const { completion } = await client.complete({ ref, argument: { name: 'id', value: id.slice(0, 3) } })
    expect(completion.values).toContain(id)
    await expect(client.readResource({ uri: 'trooper://journal/nonsense' })).rejects.toThrow()
  })

  it('has the usual questions ready', async () => {
    const { prompts } = await client.listPrompts()
    expect(prompts.map(({ name }) => name)).toEqual(['why-local', 'quota-back', 'how-fast', 'rehearse', 'set-up'])
    const { tools } = await client.listTools()
    for (const { name, arguments: wanted = [] } of prompts) {
      const args = Object.fromEntries(wanted.map((argument) => [argument.name, 'Codex']))
      const [message] = (await client.getPrompt({ name, arguments: args })).messages
      const text = message?.content.type === 'text' ? message.content.text : ''
      expect(tools.some((tool) => text.includes(tool.name)) || text.includes('trooper://')).toBe(true)
      if (wanted.length > 0) expect(text).toContain('Codex')
    }
    const ref = { type: 'ref/prompt' as const, name: 'set-up' }
    const { completion } = await client.complete({ ref, argument: { name: 'client', value: 'cl' } })
    expect(completion.values).toEqual(['Claude Code', 'Claude Desktop'])
  })
})
