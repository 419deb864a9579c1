import { describe, expect, it } from 'vitest'
import { plainRequest } from '../../../test/plain-request.ts'
import { bash, ls } from '../../../test/spoken-shapes.ts'
import { tools } from '../../../test/spoken.ts'
import type { StreamEvent } from '../../ir/events.ts'
import type { ChatRequest } from '../../ir/request.ts'
import { createCounts } from '../../observe/metrics/counts.ts'
import { readTargetUrl, type Target } from '../../routing/target.ts'
import { hearing } from './spoken.ts'

const found = readTargetUrl(new URL('http://127.0.0.1:11434/api/chat'))!
const target: Target = { name: 'local/m', kind: 'local', ...found, speaks: [found.dialect], model: 'm' }
const asked: ChatRequest = { ...plainRequest, tools }

function listen(request: ChatRequest, at = target) {
  const events: StreamEvent[] = []
  const lines: unknown[][] = []
  const counts = createCounts()
  const note = (...line: unknown[]): void => void lines.push(line)
  const services = {
    counts,
    log: { info: note, warn: note, error: note },
    clock: { now: () => 35, after: () => () => {} },
  }
  const inner = { isCommitted: false, event: (event: StreamEvent) => void events.push(event), flush: () => true }
  const sink = hearing(services, at, request, false, inner)
  sink.event({ type: 'text-start', index: 0 })
  sink.event({ type: 'text-delta', index: 0, text: `<tool_call>${bash}\n${bash}</tool_call>` })
  sink.event({ type: 'text-end', index: 0 })
  sink.event({ type: 'finish', reason: 'stop', usage: {} })
  return { events, lines, counts, isSame: sink === inner }
}

describe('an answer of a local model', () => {
  it('has its calls in text made, counted and told of, without a word of what they say', () => {
    const { events, lines, counts } = listen(asked)
    expect(events.filter(({ type }) => type === 'tool-call-start')).toEqual([
      { type: 'tool-call-start', index: 0, id: 'call_zt0', name: 'Bash' },
      { type: 'tool-call-start', index: 1, id: 'call_zt1', name: 'Bash' },
    ])
    expect(events.filter(({ type }) => type === 'tool-call-delta')).toMatchObject([
      { json: ls.input },
      { json: ls.input },
    ])
    expect(lines).toEqual([
      ['🔧 local/m: 2 tool calls came as text and were made', { target: 'local/m', spokenCalls: 2 }],
    ])
    expect([...counts.of('spoken-call')]).toEqual([['local/m', 2]])
    expect(counts.of('unread-call').size).toBe(0)
  })

  it.each<[string, ChatRequest]>([
    ['there are no tools', plainRequest],
    ['none may be called', { ...asked, toolChoice: { type: 'none' } }],
    [
      'only the provider has any',
      { ...asked, tools: [{ type: 'opaque', dialect: 'anthropic', kind: 'x', value: {} }] },
    ],
  ])('is not listened to where %s', (_name, request) => {
    expect(listen(request).isSame).toBe(true)
  })

  it('may call only the tool that it was told to call', () => {
    const only = (name: string): ChatRequest => ({ ...asked, toolChoice: { type: 'tool', name } })
    expect(listen(only('Bash')).counts.of('spoken-call').size).toBe(1)
    expect(listen(only('Write')).counts.of('spoken-call').size).toBe(0)
  })
})

it('an answer of a provider is not listened to: it says what it means', () => {
  expect(listen(asked, { ...target, kind: 'cloud' }).isSame).toBe(true)
})
