import { describe, expect, it } from 'vitest'
import type { Failure } from '../ir/failure.ts'
import { createBreakers, type Breakers } from './breakers.ts'
import type { Payer } from './ledger.ts'

const url = { origin: 'https://api.example.com', base: '/v1', query: '', text: 'https://api.example.com/v1/messages' }
const payer: Payer = {
  target: { name: 'primary', kind: 'cloud', dialect: 'anthropic', speaks: ['anthropic'], url },
  account: 'digest-a',
  model: 'opus',
}
const overloaded: Failure = { kind: 'overloaded', message: 'Overloaded' }

function failTimes(breakers: Breakers, times: number, nowMs = 0, of: Payer = payer): void {
  for (let at = 0; at < times; at += 1) breakers.failed(of, overloaded, false, nowMs)
}

describe('a breaker', () => {
  it('asks while nothing has failed', () => {
    const breakers = createBreakers()
    expect(breakers.isEmptyAt(0)).toBe(true)
    expect(breakers.admit(payer, 0)).toBe('ask')
  })

  it('bears one hiccup and a second one', () => {
    const breakers = createBreakers()
    failTimes(breakers, 2)
    expect(breakers.admit(payer, 0)).toBe('ask')
  })

  it('opens at the third failure in a row, and says which it was', () => {
    const breakers = createBreakers()
    failTimes(breakers, 2)
    expect(breakers.failed(payer, overloaded, false, 0)).toBe(true)
    expect([breakers.admit(payer, 0), breakers.admit(payer, 4999)]).toEqual(['wait', 'wait'])
    expect(breakers.closedTo(payer)).toMatchObject({ failure: overloaded, rest: { untilMs: 5000 } })
  })

  it('is forgotten, whoever asks, where another answers at the same URL, and nowhere else', () => {
    const breakers = createBreakers()
    const other: Payer = { ...payer, target: { ...payer.target, url: { ...url, text: 'https://b.example/v1' } } }
    for (const of of [payer, { ...payer, account: 'digest-b' }, other]) failTimes(breakers, 3, 0, of)
    breakers.forget(url.text)
    expect(breakers.entries().map(({ place }) => place)).toEqual(['https://b.example/v1'])
    expect(breakers.admit(payer, 0)).toBe('ask')
  })

  it('tells who is left alone, by whom and for how long', () => {
    const breakers = createBreakers()
    expect(breakers.closedTo(payer)).toBeUndefined()
    failTimes(breakers, 1, 0, { ...payer, account: 'digest-b' })
    failTimes(breakers, 3)
    const closed = { target: 'primary', place: url.text, account: 'digest-a', failure: overloaded, pauses: 1 }
    expect(breakers.entries()).toEqual([{ ...closed, rest: { untilMs: 5000 } }])
    breakers.beginProbe(payer, 6000)
    expect(breakers.entries()).toEqual([{ ...closed, rest: { probedSinceMs: 6000 } }])
  })

  it('lets one ask before its time where a person wants that, and then pauses as long as it would have', () => {
    const breakers = createBreakers()
    expect(breakers.makeDue('primary', 0)).toBe(false)
    failTimes(breakers, 3)
    expect(breakers.makeDue('another', 1000)).toBe(false)
    expect(breakers.admit(payer, 1000)).toBe('wait')
    expect(breakers.makeDue('primary', 1000)).toBe(true)
    expect(breakers.makeDue('primary', 1000)).toBe(false)
    expect(breakers.admit(payer, 1000)).toBe('probe')
    breakers.beginProbe(payer, 1000)
    breakers.failed(payer, overloaded, true, 2000)
    expect(breakers.closedTo(payer)).toMatchObject({ rest: { untilMs: 12_000 }, pauses: 2 })
  })

  it('counts anew after every answer', () => {
    const breakers = createBreakers()
    for (let at = 0; at < 4; at += 1) {
      failTimes(breakers, 2)
      for (let answers = 0; answers < 4; answers += 1) breakers.succeeded(payer, 0)
    }
    expect(breakers.admit(payer, 0)).toBe('ask')
  })

  it('opens when most of what was asked within a minute fails, although never three in a row', () => {
    const breakers = createBreakers()
    for (let round = 0; round < 6; round += 1) {
      failTimes(breakers, 2, round * 1000)
      breakers.succeeded(payer, round * 1000)
    }
    failTimes(breakers, 1, 6000)
    expect(breakers.admit(payer, 6000)).toBe('ask')
    failTimes(breakers, 1, 6000)
    expect(breakers.admit(payer, 6000)).toBe('wait')
  })

  it('bears it when every second one fails', () => {
    const breakers = createBreakers()
    for (let round = 0; round < 50; round += 1) {
      breakers.failed(payer, overloaded, false, round * 100)
      breakers.succeeded(payer, round * 100)
    }
    expect(breakers.admit(payer, 5000)).toBe('ask')
  })

  it('forgets the share of a minute that is over', () => {
    const breakers = createBreakers()
    for (let round = 0; round < 10; round += 1) {
      failTimes(breakers, 2, round * 20_000)
      breakers.succeeded(payer, round * 20_000)
    }
    expect(breakers.admit(payer, 200_000)).toBe('ask')
  })

  it('lets one exchange ask after its pause, and closes with the answer to it', () => {
    const breakers = createBreakers()
    failTimes(breakers, 3)
    expect(breakers.admit(payer, 5000)).toBe('probe')
    breakers.beginProbe(payer, 5000)
    expect(breakers.admit(payer, 5000)).toBe('wait')
    breakers.succeeded(payer, 6000)
    expect(breakers.isEmptyAt(6000)).toBe(true)
  })

  it('asks rather than pause for an hour because somebody set the clock back', () => {
    const breakers = createBreakers()
    failTimes(breakers, 3, 3_600_000)
    expect(breakers.admit(payer, 3_600_000 - 110_000)).toBe('wait')
    expect(breakers.admit(payer, 0)).toBe('probe')
  })

  it('pauses for twice as long after each probe that fails, up to two minutes', () => {
    const breakers = createBreakers()
    failTimes(breakers, 3)
    const pauses: number[] = []
    let sinceMs = 0
    for (let nowMs = 0; pauses.length < 7; nowMs += 1000) {
      if (breakers.admit(payer, nowMs) !== 'probe') continue
      pauses.push((nowMs - sinceMs) / 1000)
      breakers.beginProbe(payer, nowMs)
      breakers.failed(payer, overloaded, true, nowMs)
      sinceMs = nowMs
    }
    expect(pauses).toEqual([5, 10, 20, 40, 80, 120, 120])
  })

  it('takes no notice of failures and answers that began before its probe, nor waits for one without an end', () => {
    const breakers = createBreakers()
    failTimes(breakers, 3)
    breakers.succeeded(payer, 1000)
    expect(breakers.admit(payer, 1000)).toBe('wait')
    breakers.beginProbe(payer, 5000)
    breakers.failed(payer, overloaded, false, 6000)
    expect(breakers.admit(payer, 34_999)).toBe('wait')
    expect(breakers.admit(payer, 35_000)).toBe('probe')
    breakers.beginProbe(payer, 35_000)
    breakers.releaseProbe(payer, 5000, 36_000)
    expect(breakers.admit(payer, 36_000)).toBe('wait')
    breakers.releaseProbe(payer, 35_000, 36_000)
    expect(breakers.admit(payer, 36_000)).toBe('probe')
  })

  it('of one customer says nothing of another', () => {
    const breakers = createBreakers()
    failTimes(breakers, 3)
    expect(breakers.admit({ ...payer, account: 'digest-b' }, 0)).toBe('ask')
  })

  it('is forgotten when nobody comes for ten minutes, and there are never more than ten thousand', () => {
    const breakers = createBreakers()
    for (let at = 0; at < 10_005; at += 1) failTimes(breakers, 3, 0, { ...payer, account: `a${at}` })
    expect(breakers.admit({ ...payer, account: 'a0' }, 0)).toBe('ask')
    expect(breakers.admit({ ...payer, account: 'a10004' }, 0)).toBe('wait')
    expect(breakers.isEmptyAt(599_999)).toBe(false)
    expect(breakers.isEmptyAt(600_000)).toBe(true)
  })
})
