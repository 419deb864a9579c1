import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../test/fakes/clock.ts'
import { createTokenCheck, perAddress, together, type TokenCheck } from './guesses.ts'

const token = 'the token'
const stranger = '192.168.1.66'
const person = '192.168.1.7'

function start(): { clock: FakeClock; check: TokenCheck } {
  const clock = new FakeClock()
  return { clock, check: createTokenCheck(token, clock) }
}

let guesses = 0
const guess = (check: TokenCheck, address = stranger) => check([`wrong ${(guesses += 1)}`], address)

function guessAll(check: TokenCheck, address = stranger, most = perAddress.most): void {
  for (let at = 0; at < most; at += 1) expect(guess(check, address)).toEqual({ is: 'wrong' })
}

describe('TROOPER_TOKEN', () => {
  it('may be guessed ten times at once, and then once a second, and the right guess is not looked at sooner', () => {
    const { clock, check } = start()
    guessAll(check)
    expect(check([token], stranger)).toEqual({ is: 'too-soon', afterSeconds: 1 })
    clock.advance(999)
    expect(guess(check)).toEqual({ is: 'too-soon', afterSeconds: 1 })
    clock.advance(1)
    expect(guess(check)).toEqual({ is: 'wrong' })
    expect(guess(check)).toMatchObject({ is: 'too-soon' })
    clock.advance(1000)
    expect(check([token], stranger)).toEqual({ is: 'right' })
  })

  it.each([
    '5f1c9a3e7b2d48068c0fe4b7a92d1356',
    'C0A8F3D197E64B25A3B1C9D0E7F42816C0A8F3D197E64B25A3B1C9D0E7F42816',
    '3b241101-e2bb-4255-8caf-4136c566a962',
  ])('is known whoever guesses beside it where nobody could guess it: %s', (made) => {
    const clock = new FakeClock()
    const check = createTokenCheck(made, clock)
    guessAll(check)
    expect(guess(check)).toEqual({ is: 'too-soon', afterSeconds: 1 })
    expect(check(['another key', made], stranger)).toEqual({ is: 'right' })
    // No wrong one is heard sooner for it.
    expect(check([`${made.slice(0, -1)}0`], stranger)).toEqual({ is: 'too-soon', afterSeconds: 1 })
    clock.advance(1000)
    expect(guess(check)).toEqual({ is: 'wrong' })
  })

  it.each([
    'deadbeef'.repeat(4),
    '0123456789abcdef',
    'correct horse battery staple, twice over',
    '1'.repeat(64),
    '0123456789abcdef'.repeat(2),
    '1234567890ABCDEF'.repeat(4),
    '00112233445566778899aabbccddeeff',
    '12345678-1234-1234-1234-123456789abc',
    'deadbeefcafebabe0123456789abcdef',
  ])('is not, where a person may have chosen it: %s', (chosen) => {
    const check = createTokenCheck(chosen, new FakeClock())
    guessAll(check)
    expect(check([chosen], stranger)).toEqual({ is: 'too-soon', afterSeconds: 1 })
  })

  it('costs nothing where it is right, however often it comes', () => {
    const { check } = start()
    for (let at = 0; at < 1000; at += 1) expect(check([token], person)).toEqual({ is: 'right' })
    expect(check(['another key', token], person)).toEqual({ is: 'right' })
  })

  it('is not kept from others by whoever guesses', () => {
    const { check } = start()
    guessAll(check)
    expect(check([token], person)).toEqual({ is: 'right' })
  })

  it('is not kept from anybody by an app that shows the same wrong one again and again', () => {
    const { check } = start()
    for (let at = 0; at < 1000; at += 1) expect(check(['sk-old'], person)).toEqual({ is: 'wrong' })
    expect(check([token], person)).toEqual({ is: 'right' })
  })

  it('is guessed by all together at most so often, and nobody who has shown it is kept out by that', () => {
    const { clock, check } = start()
    expect(check([token], person)).toEqual({ is: 'right' })
    for (let at = 0; at < together.most; at += 1) expect(guess(check, `10.0.0.${at}`)).toEqual({ is: 'wrong' })
    expect(guess(check, '10.0.1.1')).toEqual({ is: 'too-soon', afterSeconds: 1 })
    expect(check([token], person)).toEqual({ is: 'right' })
    clock.advance(together.everyMs)
    expect(guess(check, '10.0.1.1')).toEqual({ is: 'wrong' })
  })

  it('is guessed by one machine from one place, whatever addresses it has', () => {
    const { check } = start()
    for (let at = 0; at < perAddress.most; at += 1)
      expect(guess(check, `2001:db8:1:2::${at + 1}`)).toEqual({ is: 'wrong' })
    expect(guess(check, '2001:db8:1:2:ffff:1:2:3')).toMatchObject({ is: 'too-soon' })
    expect(guess(check, '2001:db8:1:3::1')).toEqual({ is: 'wrong' })
    guessAll(check, '::ffff:192.168.1.66')
    expect(guess(check, '192.168.1.66')).toMatchObject({ is: 'too-soon' })
  })

  it('costs every token of a request that shows several', () => {
    const { check } = start()
    for (let at = 0; at < perAddress.most / 2; at += 1) check([`one ${at}`, `two ${at}`], stranger)
    expect(guess(check)).toMatchObject({ is: 'too-soon' })
  })

  it('is nothing to be guessed where there is none', () => {
    const check = createTokenCheck(undefined, new FakeClock())
    for (let at = 0; at < 100; at += 1) expect(guess(check)).toEqual({ is: 'wrong' })
  })
})
