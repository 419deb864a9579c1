/** Claude Code and Codex, whose local model says its calls in the text: under the names, kinds and namespaces of their own tools. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import * as claude from '../agents/claude-code.ts'
import * as codex from '../agents/codex.ts'
import { itemsOf } from '../agents/codex-reader.ts'
import { AgentStage } from '../agents/stage.ts'
import { strictClients } from '../conformance/strict-clients.ts'
import { fitName } from '../../src/wire/fit-name.ts'
import { planted } from '../secrets.ts'
import { dialects, startTrooper } from './trooper.ts'

const local = 'a local model with tools'
const command = { command: 'ls -l "src" # 世界', description: 'List' }

describe('Claude Code', () => {
  let stage: AgentStage
  beforeAll(async () => {
    stage = await AgentStage.start('messages')
  })
  afterAll(() => stage.stop())
  beforeEach(() => stage.reset())

  const bash = JSON.stringify({ name: 'Bash', arguments: command })
  const read =
    '<function=Read>\n<parameter=file_path>\n/a.ts\n</parameter>\n<parameter=limit>\n5\n</parameter>\n</function>'

  it.each([
    ['JSON, as qwen2.5-coder prints it', bash, [], [['Bash', command]]],
    ['a tag behind words', `I look.\n\n<tool_call>\n${bash}\n</tool_call>`, ['I look.\n\n'], [['Bash', command]]],
    [
      'two tags',
      `<tool_call>\n${bash}\n</tool_call>\n<tool_call>\n${read}\n</tool_call>`,
      [],
      [
        ['Bash', command],
        ['Read', { file_path: '/a.ts', limit: 5 }],
      ],
    ],
  ])(
    'has its tools called by %s, and goes on with the results, here and with Claude',
    async (_name, text, texts, calls) => {
      const first = claude.firstRequest()
      const heard = strictClients.anthropic((await stage.ask(local, first, { text })).text)
      expect(heard).toMatchObject({ texts, ending: 'tool_use' })
      expect(heard.calls.map(({ name, input }) => [name, JSON.parse(input)])).toEqual(calls)
      const whole = JSON.parse((await stage.ask(local, claude.unstreamed(first), { text })).text)
      expect(whole.stop_reason).toBe('tool_use')
      expect(whole.content.filter((block: { type: string }) => block.type === 'tool_use')).toHaveLength(calls.length)

      const used = heard.calls.map(({ id, name, input }) => ({ type: 'tool_use', id, name, input: JSON.parse(input) }))
      const results = heard.calls.map(({ id }) => ({ type: 'tool_result', tool_use_id: id, content: 'probe' }))
      const said = texts.map((words) => ({ type: 'text', text: words }))
      const next = claude.followUp(
        first,
        { role: 'assistant', content: [...said, ...used] },
        { role: 'user', content: results },
      )
      for (const follower of [local, 'messages'] as const)
        expect(strictClients.anthropic((await stage.ask(follower, next, { text: 'Done.' })).text).texts).toEqual([
          'Done.',
        ])
      expect(await stage.refusals()).toEqual([])
    },
  )

  it.each([
    [
      'a call of a tool that it does not have',
      '<tool_call>\n{"name":"Delete","arguments":{"file_path":"/a"}}\n</tool_call>',
    ],
    ['a call with arguments that its tool does not take', '{"name":"Bash","arguments":{"cmd":"ls"}}'],
    ['an answer about calls', `A call looks like this:\n\n\`\`\`json\n${bash}\n\`\`\`\n\nIt lists the folder.`],
  ])('is told %s as text', async (_name, text) => {
    const heard = strictClients.anthropic((await stage.ask(local, claude.firstRequest(), { text })).text)
    expect(heard).toMatchObject({ texts: [text], calls: [], ending: 'end_turn' })
  })

  it('is told what a model without tools says as text', async () => {
    const { text } = await stage.ask('a local model without tools', claude.firstRequest(), { text: bash })
    expect(strictClients.anthropic(text)).toMatchObject({ texts: [bash], calls: [] })
  })
})

describe('Codex', () => {
  let stage: AgentStage
  beforeAll(async () => {
    stage = await AgentStage.start('responses')
  })
  afterAll(() => stage.stop())
  beforeEach(() => stage.reset())

  const patch = '*** Begin Patch\n*** Add File: a.md\n+# "A"\n*** End Patch\n'

  it('gets a patch in tags as a custom tool call', async () => {
    const text = `<function=apply_patch>\n<parameter=input>\n${patch}\n</parameter>\n</function>`
    const answer = await stage.ask(local, codex.patchingRequest(), { text })
    strictClients['openai-responses'](answer.text)
    expect(itemsOf(answer.text)).toMatchObject([{ type: 'custom_tool_call', name: 'apply_patch', input: patch }])
  })

  it('gets a call in its namespace, and goes on with its output', async () => {
    const text = '<tool_call>{"name":"spawn_agent","arguments":{"message":"Count."}}</tool_call>'
    const first = codex.customProviderRequest()
    const [call = {}] = itemsOf((await stage.ask(local, first, { text })).text)
    expect(call).toMatchObject({ type: 'function_call', namespace: 'multi_agent_v1', name: 'spawn_agent' })
    const output = { type: 'function_call_output', call_id: call['call_id'] ?? '', output: 'probe' }
    await stage.ask(local, codex.followUp(first, call, output), { text: 'Done.' })
    expect(await stage.refusals()).toEqual([])
  })
})

describe('a tool whose name had to be made to fit', () => {
  it('is called in text under the name that the model was shown, and reaches its app under its own', async () => {
    const stage = await AgentStage.start('messages')
    const trooper = await startTrooper({
      PRIMARY_URL: 'http://127.0.0.1:9/v1/messages',
      FALLBACK_URL: `${stage.provider.url}/v1/chat/completions`,
      FALLBACK_MODEL: 'gpt-local',
      FALLBACK_API_KEY: planted.primaryKey,
    })
    const name = `mcp__${'a'.repeat(70)}__list`
    const text = `{"name":"${fitName(name, 64)}","arguments":{"path":"a"}}`
    await stage.provider.play({ mode: 'ok', text })
    const { endpoint, headers, body } = dialects.anthropic
    const input_schema = { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] }
    for (const stream of [false, true]) {
      const request = { ...body(planted.prompt, stream), tools: [{ name, input_schema }] }
      const response = await fetch(trooper.url + endpoint, { method: 'POST', headers, body: JSON.stringify(request) })
      expect(await response.text()).toContain(`"name":"${name}"`)
    }
    await trooper.process.line((line) => (line.includes('1 tool call came as text and was made') ? true : undefined))
    await trooper.process.stop()
    await stage.stop()
  })
})
