/**
 * How fast `TROOPER_TOKEN` may be guessed: a person chose it, and it may be short. Every wrong token costs whoever showed it, and all of them
 * together; who has nothing left is not listened to until a second or so later. The same wrong token again is no guess, so that an app
 * with a mistake in its settings takes nothing from the others at its address. What nobody can guess (the token of the installation, the
 * page's cookie) does not come here; nor can a token be guessed that a machine made, so that the right one is known whoever guesses beside it.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../clock.ts'

export type Checked =
  | { is: 'right' }
  | { is: 'wrong' }
  /** It was not looked at, or is wrong. */
  | { is: 'too-soon'; afterSeconds: number }

/** Judges the tokens of one request, any of which may be the right one. `address`: where it comes from. */
export type TokenCheck = (given: readonly string[], address: string | undefined) => Checked

interface Allowance {
  /** So many wrong ones at once. */
  most: number
  /** One more after so long. */
  everyMs: number
}

export const perAddress: Allowance = { most: 10, everyMs: 1000 }
export const together: Allowance = { most: 50, everyMs: 200 }

/** Those who came longest ago are forgotten first. */
const mostAddresses = 4096
const mostWrong = 1024

/** Compares digests: equal lengths always, and a time that tells nothing of where they differ. */
export function secretMatcher(secret: string): (given: string) => boolean {
  const expected = digest(secret)
  return (given) => timingSafeEqual(digest(given), expected)
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

/**
 * 32 hex digits or more, as of `openssl rand -hex 32` or a random UUID: a million guesses a second for a hundred years hit one with a chance
 * of 1 in 10^21. Whoever hits a token that is looked at however many guesses came is told so; nobody will hit one of these.
 */
function isMachineMade(token: string): boolean {
  const digits = token.toLowerCase().replaceAll('-', '')
  if (!/^[0-9a-f]{32,}$/.test(digits)) return false
  const values = Array.from(digits, (digit) => Number.parseInt(digit, 16))
  // People count: 0123456789abcdef.
  const steps = values.slice(1).map((value, at) => (value - (values[at] ?? 0) + 16) % 16)
  return new Set(values).size >= leastKinds && new Set(steps).size >= leastKinds
}

/** Of sixteen. Of 32 random digits two in ten thousand have fewer, or fewer steps from one to the next: guarded as if a person had chosen them. */
const leastKinds = 10

/** `token`: unset, there is none to guess, and every one is wrong. */
export function createTokenCheck(token: string | undefined, clock: Pick<Clock, 'now'>): TokenCheck {
  if (token === undefined) return () => ({ is: 'wrong' })
  const expected = digest(token)
  const isGuessable = !isMachineMade(token)
  const everybody = new Budget(together)
  const budgets = new Map<string, Budget>()
  /** Where the right one came from: others cannot have it turned away there. */
  const trusted = new Map<string, true>()
  const wrong = new Map<string, true>()

  return (given, address) => {
    const fresh = given.map(digest).filter((one) => !wrong.has(one.toString('base64')))
    if (fresh.length === 0) return { is: 'wrong' }
    const nowMs = clock.now()
    const place = placeOf(address)
    const own = budgets.get(place) ?? new Budget(perAddress)
    const waitMs = Math.max(own.waitMs(nowMs), trusted.has(place) ? 0 : everybody.waitMs(nowMs))
    const tooSoon = { is: 'too-soon', afterSeconds: Math.ceil(waitMs / 1000) } as const
    if (waitMs > 0 && isGuessable) return tooSoon
    if (fresh.some((one) => timingSafeEqual(one, expected))) {
      keep(trusted, place, true, mostAddresses)
      return { is: 'right' }
    }
    if (waitMs > 0) return tooSoon
    for (const one of fresh) {
      keep(wrong, one.toString('base64'), true, mostWrong)
      own.spend(nowMs)
      everybody.spend(nowMs)
    }
    keep(budgets, place, own, mostAddresses)
    return { is: 'wrong' }
  }
}

/** As the latest of at most so many. */
function keep<T>(known: Map<string, T>, key: string, value: T, most: number): void {
  known.delete(key)
  known.set(key, value)
  const [oldest] = known.keys()
  if (known.size > most && oldest !== undefined) known.delete(oldest)
}

/** An IPv4 address, or the network of an IPv6 one, all of whose addresses one machine may have. */
function placeOf(address = ''): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '')
  if (!plain.includes(':')) return plain
  const [front = ''] = plain.split('::')
  const groups = front === '' ? [] : front.split(':')
  return [...groups, '0', '0', '0', '0'].slice(0, 4).join(':')
}

/** What is left of an allowance, which comes back bit by bit. */
class Budget {
  readonly #allowance: Allowance
  /** When all of it is back. */
  #fullAtMs = 0

  constructor(allowance: Allowance) {
    this.#allowance = allowance
  }

  /** Until one more is allowed. */
  waitMs(nowMs: number): number {
    const { most, everyMs } = this.#allowance
    return Math.max(0, this.#fullAtMs - nowMs - (most - 1) * everyMs)
  }

  spend(nowMs: number): void {
    this.#fullAtMs = Math.max(this.#fullAtMs, nowMs) + this.#allowance.everyMs
  }
}
