import { describe, expect, it } from 'vitest'
import type { McpResult } from '../../ir/answer.ts'
import type { StreamEvent, Usage } from '../../ir/events.ts'
import { anyTool, noTool, type McpCall } from '../../ir/mcp.ts'
import type { ChatRequest, Message } from '../../ir/request.ts'
import { createOffer } from '../../mcp-client/offer.ts'
import { nothingRan, type Ran } from '../../mcp-client/ran.ts'
import { plainRequest } from '../../../test/plain-request.ts'
import { grammarFaults } from '../../../test/conformance/grammar.ts'
import { AnswerInRounds, type Part } from './rounds.ts'
import { clientGone, type Turn } from '../outcome.ts'
import type { Reply } from '../reply/reply.ts'
import type { CallOutcome } from '../translate/translated-call.ts'
import type { Waited } from '../wait.ts'

const server = {
  label: 'docs',
  url: 'https://docs.example',
  headers: {},
  offered: anyTool,
  unasked: { never: anyTool, always: noTool },
}
const listed = [
  { server, list: { server: 'docs', tools: [{ name: 'search', inputSchema: { type: 'object' } }] } },
] as const

function question(more: Partial<ChatRequest> = {}): ChatRequest {
  return {
    ...plainRequest,
    messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
    tools: [{ type: 'function', name: 'open', inputSchema: { type: 'object' } }],
    toolChoice: { type: 'required' },
    ...more,
  }
}

const usage: Usage = { inputTokens: 10, outputTokens: 4 }
const start: StreamEvent = { type: 'start', id: 'x', model: 'm' }
const saying = (text: string, index = 0): StreamEvent[] => [
  { type: 'text-start', index },
  { type: 'text-delta', index, text },
  { type: 'text-end', index },
]
const calling = (name: string, json = '{"q":1}', index = 1): StreamEvent[] => [
  { type: 'tool-call-start', index, id: `call${index}`, name },
  { type: 'tool-call-delta', index, json },
  { type: 'tool-call-end', index },
]
const ending = (reason: 'stop' | 'tool-calls' | 'length' = 'tool-calls'): StreamEvent => ({
  type: 'finish',
  reason,
  usage,
})

const found: McpResult = { type: 'ran', content: [{ type: 'text', text: 'Found.' }], isError: false }

interface Staged {
  told: StreamEvent[]
  asked: ChatRequest[]
  called: McpCall[]
  ran: Ran
  outcome: CallOutcome
}

/** Each round is what the model says, or how asking it failed; the last one is said again and again. */
async function answer(
  rounds: readonly (StreamEvent[] | CallOutcome)[],
  more: Partial<Part> & {
    asked?: ChatRequest
    isCommitted?: boolean
    result?: Waited<McpResult>
    reply?: Partial<Reply>
  } = {},
): Promise<Staged> {
  const { asked: first = question(), isCommitted = true, result = { is: 'here', value: found } } = more
  const told: StreamEvent[] = []
  const asked: ChatRequest[] = []
  const called: McpCall[] = []
  const ran = more.ran ?? nothingRan()
  const offer = createOffer(first, listed)
  const servers: Part['servers'] = {
    run: async (wanted, _, onResult) => {
      for (const [at, one] of wanted.entries()) {
        if ('call' in one) called.push(one.call)
        const ended: Waited<McpResult> = 'known' in one ? { is: 'here', value: one.known } : result
        if (ended.is === 'over') return ended
        onResult(ended.value, at)
      }
      return { is: 'here', value: undefined }
    },
  }
  const part: Part = { offer, servers, listed, lists: [], approved: [], ...more, ran }
  const turn: unknown = { target: { name: 'local' }, reply: { isGone: false, ...more.reply } }
  const log = { info: () => {}, warn: () => {}, error: () => {} }
  let ids = 0
  const sink = { isCommitted, event: (event: StreamEvent) => void told.push(event), flush: () => true }
  const rounder = new AnswerInRounds({ log, unique: () => String((ids += 1)) }, turn as Turn, part, sink, {
    ask: async (request, into) => {
      const said = rounds[Math.min(asked.length, rounds.length - 1)] ?? []
      asked.push(request)
      if (!Array.isArray(said)) return said
      for (const event of said) into.event(event)
      return { type: 'answered' }
    },
    prepare: async (messages) => messages,
  })
  const outcome = await rounder.give(offer.request(first))
  if (outcome.type === 'answered') expect(grammarFaults(told)).toEqual([])
  return { told, asked, called, ran, outcome }
}

const typesOf = (events: readonly StreamEvent[]): string[] => events.map(({ type }) => type)
const lastOf = ({ messages }: ChatRequest): Message | undefined => messages.at(-1)
const failure = { kind: 'overloaded', message: 'No.' } as const

describe('an answer that servers take part in', () => {
  it('goes on with the results until the model has answered, as one answer', async () => {
    const { told, asked } = await answer([
      [start, ...saying('Let me see.'), ...calling('docs_search'), ending()],
      [start, ...saying('Here.'), ending('stop')],
    ])
    expect(typesOf(told)).toEqual([
      'start',
      'text-start',
      'text-delta',
      'text-end',
      'mcp-call-start',
      'mcp-call-end',
      'text-start',
      'text-delta',
      'text-end',
      'finish',
    ])
    expect(told.at(-1)).toEqual({ type: 'finish', reason: 'stop', usage: { inputTokens: 20, outputTokens: 8 } })
    expect(asked[1]?.messages.slice(1)).toEqual([
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'Let me see.' },
          { type: 'tool-call', id: 'call1', name: 'docs_search', input: '{"q":1}' },
        ],
      },
      {
        role: 'tool',
        content: [
          { type: 'tool-result', callId: 'call1', content: [{ type: 'text', text: 'Found.' }], isError: false },
        ],
      },
    ])
  })

  it('forces a call once only', async () => {
    const { asked } = await answer([
      [start, ...calling('docs_search'), ending()],
      [start, ending('stop')],
    ])
    expect(asked.map(({ toolChoice }) => toolChoice.type)).toEqual(['required', 'auto'])
  })

  it('ends with the calls of the client’s own tools, behind all others', async () => {
    const { told, called, asked } = await answer([
      [start, ...calling('open', '{}', 1), ...calling('docs_search', '{}', 2), ending()],
    ])
    expect(typesOf(told).slice(1)).toEqual([
      'mcp-call-start',
      'mcp-call-end',
      'tool-call-start',
      'tool-call-delta',
      'tool-call-end',
      'finish',
    ])
    expect(told.at(-1)).toMatchObject({ reason: 'tool-calls' })
    expect([called.length, asked.length]).toEqual([1, 1])
  })

  it('calls nothing with arguments that cannot be read, and shows the client JSON all the same', async () => {
    const { told, called, asked } = await answer([
      [start, ...calling('docs_search', '{"q":'), ending()],
      [start, ending('stop')],
    ])
    expect(called).toEqual([])
    expect(told[1]).toMatchObject({ call: { input: '{"arguments":"{\\"q\\":"}' } })
    expect(JSON.stringify(lastOf(asked[1]!))).toContain('The arguments are no JSON object.')
  })

  it('is asked for without tools when it has gone round for too long', async () => {
    const { asked, called, told } = await answer([[start, ...calling('docs_search'), ending()]])
    expect([asked.length, called.length]).toEqual([26, 25])
    expect(asked.at(-1)?.tools.map((tool) => tool.type === 'function' && tool.name)).toEqual(['open'])
    expect(told.at(-1)).toMatchObject({ type: 'finish', reason: 'stop' })
  })

  it('has one limit for all rounds', async () => {
    const limited = question({ sampling: { maxOutputTokens: 7, stopSequences: [] } })
    const { asked, told } = await answer([[start, ...calling('docs_search'), ending()]], { asked: limited })
    expect(asked.map(({ sampling }) => sampling.maxOutputTokens)).toEqual([7, 3])
    expect(told.at(-1)).toMatchObject({ type: 'finish', reason: 'length' })
  })

  it('stops where the model was cut off', async () => {
    const { asked, told } = await answer([[start, ...calling('docs_search'), ending('length')]])
    expect(asked).toHaveLength(1)
    expect(told.at(-1)).toMatchObject({ reason: 'length' })
  })

  it('calls nothing for a client that has left', async () => {
    const { called, outcome } = await answer([[start, ...calling('docs_search'), ending()]], {
      reply: { isGone: true },
    })
    expect([called.length, outcome]).toEqual([0, { type: 'failed', failure: clientGone.failure }])
  })

  it.each([
    [true, 'broken'],
    [false, 'failed'],
  ] as const)(
    'is over with the time of its exchange; the client has something: %s, so it is %s',
    async (isCommitted, type) => {
      const timeout = { kind: 'timeout', phase: 'exchange', message: 'Over.' } as const
      const { outcome } = await answer([[start, ...calling('docs_search'), ending()]], {
        isCommitted,
        result: { is: 'over', outcome: { type: 'failed', failure: timeout } },
      })
      expect(outcome).toEqual({ type, failure: timeout })
    },
  )

  it('is gone on with by another model that does nothing twice, where the client has nothing of it', async () => {
    const first = await answer(
      [[start, ...saying('Look.'), ...calling('docs_search'), ending()], { type: 'failed', failure }],
      {
        isCommitted: false,
      },
    )
    expect(first.outcome).toEqual({ type: 'failed', failure })
    const second = await answer([[start, ...saying('Here.'), ending('stop')]], { isCommitted: false, ran: first.ran })
    expect(second.called).toEqual([])
    expect(second.asked[0]?.messages).toHaveLength(3)
    expect(typesOf(second.told)).toEqual([
      'start',
      'text-start',
      'text-delta',
      'text-end',
      'mcp-call-start',
      'mcp-call-end',
      'text-start',
      'text-delta',
      'text-end',
      'finish',
    ])
    expect(second.told.at(-1)).toMatchObject({ usage: { inputTokens: 20, outputTokens: 8 } })
  })
})

describe('a server of whose tools one has to be called', () => {
  const forcing = (): ChatRequest =>
    question({ toolChoice: { type: 'auto' }, mcp: { servers: [server], approved: [], forced: 'docs' } })
  const offered = ({ tools }: ChatRequest): unknown[] => tools.map((tool) => tool.type === 'function' && tool.name)

  it('is offered alone, and once only', async () => {
    const { asked } = await answer(
      [
        [start, ...calling('docs_search'), ending()],
        [start, ending('stop')],
      ],
      { asked: forcing() },
    )
    expect(asked.map(offered)).toEqual([['docs_search'], ['open', 'docs_search']])
    expect(asked.map(({ toolChoice }) => toolChoice.type)).toEqual(['required', 'auto'])
  })

  it.each([forcing(), question()])('does not have to be asked again by another model', async (first) => {
    const failed = { type: 'failed', failure } as const
    const begun = await answer([[start, ...calling('docs_search'), ending()], failed], {
      asked: first,
      isCommitted: false,
    })
    const { asked } = await answer([[start, ending('stop')]], { asked: first, ran: begun.ran })
    expect(asked.map(offered)).toEqual([['open', 'docs_search']])
    expect(asked.map(({ toolChoice }) => toolChoice.type)).toEqual(['auto'])
  })

  it('that lists nothing leaves the choice to the model', async () => {
    const { asked } = await answer([[start, ending('stop')]], {
      asked: question({ toolChoice: { type: 'auto' }, mcp: { servers: [], approved: [], forced: 'mail' } }),
    })
    expect(asked.map(({ toolChoice }) => toolChoice.type)).toEqual(['auto'])
  })
})

describe('a call that the client has allowed', () => {
  const approved = [{ id: 'mcpr_1', approvalId: 'mcpr_1', server: 'docs', name: 'search', input: '{}' }]

  it('is made before the model is asked, once', async () => {
    const first = await answer([{ type: 'failed', failure }], { approved, isCommitted: false })
    expect(first.called).toEqual(approved)
    const { called, asked, told } = await answer([[start, ending('stop')]], { approved, ran: first.ran })
    expect(called).toEqual([])
    expect(JSON.stringify(lastOf(asked[0]!))).toContain('Found.')
    expect(typesOf(told)).toEqual(['start', 'mcp-call-start', 'mcp-call-end', 'finish'])
  })

  it('of a tool that is not there is told of to the model alone', async () => {
    const { called, asked, told } = await answer([[start, ending('stop')]], { approved, listed: [] })
    expect(called).toEqual([])
    expect(JSON.stringify(lastOf(asked[0]!))).toContain('This tool cannot be called here.')
    expect(typesOf(told)).toEqual(['start', 'finish'])
  })
})
