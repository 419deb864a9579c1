/** The agents themselves lose their provider in the middle of their work, and get it back. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { localModel, startStage, type Stage } from '../e2e/trooper.ts'
import { Agent, agents, available } from './agents.ts'

const usable = available()

describe.each(agents)('$name', (definition) => {
  if (usable !== true) return it.skip(`skipped: ${usable.skip}`)
  const { endpoint, shell } = definition
  const write = (word: string) => ({
    mode: 'ok' as const,
    toolCalls: [shell(`echo ${word} > ${word}.txt && cat ${word}.txt`)],
    times: 1,
  })
  let stage: Stage
  let agent: Agent

  beforeEach(async () => {
    stage = await startStage(endpoint)
    const capabilities = ['completion', 'tools', 'thinking'] as const
    await stage.ollama.configure({
      models: [{ name: localModel, contextLength: 131_072, capabilities: [...capabilities] }],
    })
    agent = new Agent(definition, stage.trooper.url)
  })
  afterEach(() => stage.stop())

  it('goes on with the local model from call to call, and comes back with the whole conversation in its order', async () => {
    const away = endpoint === '/v1/messages' ? 'anthropic-overloaded' : 'openai-overloaded'
    await stage.provider.play(write('one'), { mode: away, times: 1 }, { mode: 'ok', text: 'Back in the cloud.' })
    await stage.ollama.play(
      { ...write('two'), thinking: 'The second one.', path: '/api/chat' },
      { ...write('three'), thinking: 'The third one.', text: 'And one more.', path: '/api/chat' },
      { mode: 'ok', text: 'All are written.', path: '/api/chat' },
    )
    expect(await agent.ask('Write three files.')).toContain('All are written.')
    expect(['one', 'two', 'three'].map((word) => agent.read(`${word}.txt`))).toEqual(['one\n', 'two\n', 'three\n'])
    expect(await agent.ask('Go on.')).toContain('Back in the cloud.')

    const [back] = (await stage.provider.requests(endpoint)).slice(-1)
    expect(back?.answer?.status).toBe(200)
    const told = ['one.txt', 'two.txt', 'And one more.', 'three.txt', 'All are written.', 'Go on.']
    const places = told.map((words) => back!.bodyText.lastIndexOf(words))
    expect(places).toEqual(places.toSorted((a, b) => a - b))
    expect(places).not.toContain(-1)
    const rejected = [...(await stage.provider.requests()), ...(await stage.ollama.requests())].map(
      (seen) => seen.rejected,
    )
    expect(rejected.filter(Boolean)).toEqual([])
  })

  const { status } = definition
  if (status === undefined) return
  it('has the local model look for the tools of an MCP server and call them', async () => {
    await stage.provider.play({ mode: 'reset' })
    await stage.ollama.play(
      ...status.map((call) => ({ mode: 'ok' as const, toolCalls: [call], times: 1, path: '/api/chat' })),
      { mode: 'ok', text: 'The local model answers.', path: '/api/chat' },
    )
    expect(await agent.ask('Who answers?')).toContain('The local model answers.')
    const [last] = (await stage.ollama.requests('/api/chat')).slice(-1)
    expect(last?.bodyText).toContain(`local/${localModel}: ${localModel} at Ollama`)
    expect(last?.rejected).toBeUndefined()
  })
})
