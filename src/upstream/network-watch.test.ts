import { createServer } from 'node:net'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { leave, ownPort } from '../../test/own-port.ts'
import { createNetworkWatch } from './network-watch.ts'
import { canReach } from './reach.ts'

const claude = 'https://api.anthropic.com'
const gpt = 'https://api.openai.com'

/** A watch whose time the test moves, and whose network it switches. */
function stage(origins = [claude, gpt]) {
  let nowMs = 100_000
  let timers: { atMs: number; callback: () => void }[] = []
  const reachable = new Set<string>()
  const said: string[] = []
  const checked: number[] = []
  const clock = {
    now: () => nowMs,
    after: (ms: number, callback: () => void) => {
      const timer = { atMs: nowMs + ms, callback }
      timers.push(timer)
      return () => void (timers = timers.filter((other) => other !== timer))
    },
  }
  const reach = (origin: string): Promise<boolean> => {
    checked.push(nowMs - 100_000)
    return Promise.resolve(reachable.has(origin))
  }
  const watch = createNetworkWatch(clock, origins, reach, {
    lost: (origin, isAll) => said.push(`lost ${origin}${isAll ? ', the last' : ''}`),
    found: (origin) => said.push(`found ${origin}`),
  })
  const pass = async (ms: number): Promise<void> => {
    const untilMs = nowMs + ms
    for (;;) {
      const [next] = timers.filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)
      if (!next) break
      nowMs = next.atMs
      timers = timers.filter((timer) => timer !== next)
      next.callback()
      for (let turn = 0; turn < 10; turn += 1) await Promise.resolve()
    }
    nowMs = untilMs
  }
  return { watch, reachable, said, checked, pass, timers: () => timers.length }
}

describe('a network that is down', () => {
  it('is known when every origin is lost, and found again within seconds of its return, with nobody asking', async () => {
    const { watch, reachable, said, pass, timers } = stage()
    expect(watch.isQuiet).toBe(true)
    expect([watch.lost(claude), watch.lost(gpt)]).toEqual([true, true])
    expect([watch.isAway(claude), watch.isAway(gpt)]).toEqual([true, true])
    await pass(60_000)
    expect(watch.isAway(claude)).toBe(true)
    reachable.add(claude).add(gpt)
    await pass(5000)
    expect(watch.isQuiet).toBe(true)
    expect(said).toEqual([`lost ${claude}`, `lost ${gpt}, the last`, `found ${claude}`, `found ${gpt}`])
    expect(timers()).toBe(0)
  })

  it('is looked for after one second, then less often, never less than every five', async () => {
    const { watch, checked, pass } = stage([claude])
    watch.lost(claude)
    await pass(20_000)
    expect(checked).toEqual([1000, 3000, 7000, 12_000, 17_000])
  })

  it('is not looked for any more when nobody asks', async () => {
    const { watch, checked, pass, timers } = stage([claude])
    watch.lost(claude)
    await pass(20 * 60_000)
    expect(timers()).toBe(0)
    expect(checked.at(-1)).toBeLessThanOrEqual(10 * 60_000)
    expect(watch.isAway(claude)).toBe(false)
  })

  it('is not blamed for an origin that is lost as soon as it is found', async () => {
    const { watch, reachable, pass } = stage()
    watch.lost(claude)
    reachable.add(claude)
    await pass(1000)
    expect(watch.lost(claude)).toBe(false)
    expect(watch.isAway(claude)).toBe(false)
    await pass(60_000)
    expect(watch.lost(claude)).toBe(true)
  })

  it('leaves no timer behind when it is stopped', () => {
    const { watch, timers } = stage()
    watch.lost(claude)
    watch.stop()
    expect(timers()).toBe(0)
  })
})

describe('canReach', () => {
  it('connects to what is there, and to nothing else', async () => {
    const port = await ownPort()
    const server = createServer().listen(port, '127.0.0.1')
    await once(server, 'listening')
    expect(await canReach(`http://127.0.0.1:${port}`)).toBe(true)
    await leave(server)
    expect(await canReach(`http://127.0.0.1:${port}`)).toBe(false)
    expect(await canReach('https://no-such-host.invalid')).toBe(false)
  })
})
