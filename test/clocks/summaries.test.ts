/** SUMMARY=model: what the model writes of a conversation, and what it is not: a word to the client, or a thing to be written twice. */
import { describe, expect, it } from 'vitest'
import type { FakeReply } from '../fakes/reply.ts'
import { textOf } from '../e2e/trooper.ts'
import { messages as claudes, ollama } from './frames.ts'
import { cloud, local, Stage, type FakeCall } from './stage.ts'

const shown = { model_info: { 'general.architecture': 'qwen2', 'qwen2.context_length': 4096 } }
const claude = cloud('claude', 'anthropic')

/** Longer than the window of the local model. */
const turns = Array.from({ length: 40 }, (_, at) => ({
  role: at % 2 === 0 ? 'user' : 'assistant',
  content: `Part ${at}: ${'the marlin swims in the deep blue sea, far from the shore. '.repeat(12)}`,
}))
const body = {
  model: 'claude-sonnet-4-5',
  max_tokens: 500,
  stream: true,
  messages: [...turns, { role: 'user', content: 'Go on.' }],
}

const isSummary = (call: FakeCall): boolean => call.body.includes('Sum it up in at most')
const summariesOf = (stage: Stage): FakeCall[] => stage.callsOf('local').filter(isSummary)
const answersOf = (stage: Stage): FakeCall[] => stage.callsOf('local').filter((call) => !isSummary(call))

function summing(chain: ConstructorParameters<typeof Stage>[0], onSlow: 'wait' | 'race' = 'wait'): Stage {
  return new Stage(chain, { onSlow }, { shown, summary: 'model', atOnce: 2 })
}

function write(call: FakeCall | undefined, text: string): void {
  call?.open().say(ollama.text(text), ollama.end).end()
}

/** What stands in the prompt for what was left out. */
function told(call: FakeCall | undefined): string {
  return call?.body ?? ''
}

describe('two turns of one conversation that are cut at the same moment', () => {
  const two = (stage: Stage): { reply: FakeReply; ended: Promise<void> }[] => [
    stage.enter('anthropic', body),
    stage.enter('anthropic', body),
  ]

  it('have one summary written for both', async () => {
    const stage = summing([local()])
    const clients = two(stage)
    await stage.call('local')
    await stage.pass(3)
    expect(summariesOf(stage)).toHaveLength(1)
    write(summariesOf(stage)[0], 'They spoke of marlin.')
    await stage.pass(1)
    expect(answersOf(stage)).toHaveLength(2)
    for (const call of answersOf(stage)) expect(told(call)).toContain('They spoke of marlin.')
    for (const call of answersOf(stage)) write(call, 'Well.')
    await Promise.all(clients.map(({ ended }) => ended))
    for (const { reply } of clients) expect(textOf(reply.text)).toBe('Well.')
    expect(summariesOf(stage)).toHaveLength(1)
  })

  it('have it written anew where the client leaves for whom it was written', async () => {
    const stage = summing([local()])
    const [first, second] = two(stage)
    ;(await stage.call('local')).connect()
    await stage.pass(3)
    first?.reply.leave()
    await first?.ended
    await stage.pass(1)
    expect(summariesOf(stage).map(({ isAborted }) => isAborted)).toEqual([true, false])
    write(summariesOf(stage)[1], 'They spoke of marlin.')
    await stage.pass(1)
    expect(told(answersOf(stage)[0])).toContain('They spoke of marlin.')
    write(answersOf(stage)[0], 'Well.')
    await second?.ended
    expect(textOf(second?.reply.text ?? '')).toBe('Well.')
  })

  it('do not wait for it longer than their clients do', async () => {
    const stage = summing([local()])
    const [first, second] = two(stage)
    await stage.call('local')
    await stage.pass(3)
    second?.reply.leave()
    await second?.ended
    expect(summariesOf(stage).map(({ isAborted }) => isAborted)).toEqual([false])
    first?.reply.leave()
    await first?.ended
    expect(stage.pending()).toBe(0)
    expect(stage.queues()).toEqual([])
  })
})

it('a summary that was given up is written when it is needed next', async () => {
  const stage = summing([local()])
  const first = stage.enter('anthropic', body)
  await stage.call('local')
  first.reply.leave()
  await first.ended
  const second = stage.enter('anthropic', body)
  await stage.pass(1)
  expect(summariesOf(stage)).toHaveLength(2)
  write(summariesOf(stage)[1], 'They spoke of marlin.')
  await stage.pass(1)
  write(answersOf(stage)[0], 'Well.')
  await second.ended
  expect(told(answersOf(stage)[0])).toContain('They spoke of marlin.')
})

describe('in a race, a summary', () => {
  it('is no word: a provider that is late may still speak first', async () => {
    const stage = summing([claude, local()], 'race')
    const { reply, ended } = stage.enter('anthropic', body)
    const late = (await stage.call('claude')).open().say(claudes.start)
    await stage.pass(60)
    const summary = (await stage.call('local')).open().say(ollama.text('They spoke'))
    await stage.pass(1)
    expect(late.isAborted).toBe(false)
    summary.say(ollama.text(' of marlin.'), ollama.end).end()
    await stage.pass(1)
    const [next] = answersOf(stage)
    next?.connect()
    expect(late.isAborted).toBe(false)
    late.say(claudes.textStart(), claudes.text('At last.'), claudes.stop() + claudes.end).end()
    await ended
    expect(textOf(reply.text)).toBe('At last.')
    expect(next?.isAborted).toBe(true)
    const [, lost] = stage.journal()[0]?.attempts ?? []
    expect(lost).toMatchObject({ end: { is: 'lost' } })
    expect(lost?.contentMs).toBeUndefined()
  })
})
