import { describe, expect, it } from 'vitest'
import type { McpResult } from '../../ir/answer.ts'
import { anyTool, noTool, type McpList, type McpServer } from '../../ir/mcp.ts'
import type { McpConnection } from '../../mcp-client/connect/connection.ts'
import { FakeClock } from '../../../test/fakes/clock.ts'
import { ServersOfAnswer } from './servers.ts'
import { clientGone, type Turn } from '../outcome.ts'

const server = (label: string): McpServer => ({
  label,
  url: `https://${label}.example/secret-path`,
  headers: { authorization: 'Bearer secret' },
  offered: anyTool,
  unasked: { never: anyTool, always: noTool },
})
const tool = { name: 'search', inputSchema: { type: 'object' } }
const call = { id: '1', server: 'docs', name: 'search', input: '{}' }
const late: McpResult = { type: 'failed', fault: { kind: 'http', code: 504, message: 'Late.' } }

/** A server that says nothing until it is given up. */
function silent(closed: string[], onCall: () => void) {
  return ({ label }: McpServer): McpConnection => {
    const givenUp = <T>(signal: AbortSignal, value: T): Promise<T> =>
      new Promise((resolve) => signal.addEventListener('abort', () => resolve(value)))
    return {
      list: (signal) => givenUp<McpList>(signal, { server: label, tools: [], error: 'Late.' }),
      call: (_, __, signal) => {
        onCall()
        return givenUp(signal, late)
      },
      close: () => void closed.push(label),
    }
  }
}

function open(deadlineMs: number) {
  const clock = new FakeClock(0)
  const closed: string[] = []
  const warnings: string[] = []
  let leave = (): void => {}
  const reply = { isGone: false, onGone: (callback: () => void) => void (leave = callback) }
  const turn: Pick<Turn, 'aside'> = {}
  const asker: unknown = Object.assign(turn, { reply, patience: { deadlineMs } })
  let calls = 0
  const mcp = { mayAsk: () => true, open: silent(closed, () => (calls += 1)), destroy: () => {} }
  const log = { info: () => {}, warn: (text: string) => void warnings.push(text), error: () => {} }
  const servers = [server('docs'), server('mail')]
  const asked = new ServersOfAnswer({ mcp, clock, log }, asker as Turn, servers)
  return { clock, closed, warnings, servers, asked, turn, calling: () => calls, leave: () => leave() }
}

describe('servers that say nothing', () => {
  it('are waited for a quarter of a minute, all at once, and told of by their place alone', async () => {
    const { clock, asked, servers, warnings } = open(1_000_000)
    const listed = asked.list(servers)
    clock.advance(15_000)
    expect(await listed).toMatchObject({
      is: 'here',
      value: [{ list: { error: 'Late.' } }, { list: { error: 'Late.' } }],
    })
    expect(warnings).toHaveLength(2)
    expect(warnings.join(' ')).toContain('https://docs.example did not')
    expect(warnings.join(' ')).not.toContain('secret')
    expect(clock.pending).toBe(0)
  })

  it('may take two minutes for a call', async () => {
    const { clock, asked } = open(1_000_000)
    const results: McpResult[] = []
    const done = asked.run([{ call, tool }], false, (result) => results.push(result))
    clock.advance(119_999)
    expect(clock.pending).toBe(2)
    clock.advance(1)
    await done
    expect(results).toEqual([late])
  })

  it('are waited for no longer than the exchange has time', async () => {
    const { clock, asked } = open(50_000)
    const results: McpResult[] = []
    const done = asked.run([{ call, tool }], false, (result) => results.push(result))
    clock.advance(50_000)
    expect(await done).toMatchObject({ is: 'over', outcome: { failure: { kind: 'timeout', phase: 'exchange' } } })
    expect(results).toEqual([])
    expect(clock.pending).toBe(0)
  })

  it('are given up when the client leaves', async () => {
    const { asked, servers, leave } = open(1_000_000)
    const listed = asked.list(servers)
    leave()
    expect(await listed).toEqual({ is: 'over', outcome: clientGone })
  })
})

describe('the calls of a round', () => {
  const calls = Array.from({ length: 10 }, () => ({ call, tool }))

  it.each([
    [false, 8],
    [true, 1],
  ])('are made at once, but for those that are to be made one after the other: %s', async (isSerial, most) => {
    const { asked, calling, leave } = open(1_000_000)
    const done = asked.run(calls, isSerial, () => {})
    expect(calling()).toBe(most)
    leave()
    expect(await done).toEqual({ is: 'over', outcome: clientGone })
    expect(calling()).toBe(most)
  })

  it('let others ask the engine meanwhile, and go on with its word', async () => {
    const { asked, turn } = open(1_000_000)
    const over = { is: 'over', outcome: clientGone } as const
    turn.aside = async (work) => {
      expect(await work()).toMatchObject({ is: 'here' })
      return over
    }
    const known = { known: late }
    expect(await asked.run([known], false, () => {})).toBe(over)
  })
})

it('asks nobody whose list is known', async () => {
  const { asked, clock } = open(1_000_000)
  const known = { ...server('docs'), known: [tool] }
  expect(await asked.list([known])).toEqual({
    is: 'here',
    value: [{ server: known, list: { server: 'docs', tools: [tool] } }],
  })
  expect(clock.pending).toBe(0)
})

it('closes all connections', () => {
  const { asked, closed } = open(1_000_000)
  asked.close()
  expect(closed).toEqual(['docs', 'mail'])
})
