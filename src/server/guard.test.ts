import { describe, expect, it } from 'vitest'
import { hostName, isLoopbackName, refuse, type GuardedHeaders, type GuardRules } from './guard.ts'

const open: GuardRules = { hosts: new Set(), origins: new Set(), needsToken: false }
const guarded: GuardRules = { ...open, needsToken: true }

function status(headers: GuardedHeaders, rules = open, isOwnPage = false): number {
  return (
    refuse(
      rules,
      { host: 'localhost:3000', ...headers },
      (given) => ({ is: given.includes('tok') ? 'right' : 'wrong' }),
      isOwnPage,
    )?.status ?? 200
  )
}

describe('the Host header', () => {
  it.each([
    'localhost',
    'localhost:3000',
    'LOCALHOST:3000',
    '127.0.0.1:3000',
    '127.0.0.53',
    '[::1]:3000',
    'app.localhost:3000',
    'localhost.',
  ])('%s is this machine', (host) => {
    expect(status({ host })).toBe(200)
  })

  it.each([
    'evil.example',
    'evil.example:3000',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'evillocalhost',
    '192.168.1.7:3000',
    '0.0.0.0:3000',
    '[::2]:3000',
    '2130706433',
    '',
    undefined,
  ])('%s is refused: a foreign name that resolves here is how DNS rebinding lets a page in', (host) => {
    expect(status({ host })).toBe(403)
  })

  it('of a rebound page is refused although its origin is the same', () => {
    expect(status({ host: 'evil.example:3000', origin: 'http://evil.example:3000' })).toBe(403)
  })

  it('may be a name that the person allowed, with any port, and no other', () => {
    const rules = { ...open, hosts: new Set(['trooper.lan']) }
    expect(status({ host: 'Trooper.LAN:8443' }, rules)).toBe(200)
    expect(status({ host: 'x.trooper.lan' }, rules)).toBe(403)
  })

  it('is told how to be allowed, on one printable line', () => {
    const said = refuse(open, { host: 'evil\u0007.example' }, () => ({ is: 'wrong' }), false)?.sentence ?? ''
    expect(said).toContain('TROOPER_ALLOWED_HOSTS')
    expect(said).toMatch(/^[\x20-\x7e]+$/)
  })
})

describe('a web page', () => {
  it.each([
    'https://evil.example',
    'http://localhost:5173',
    'http://127.0.0.1:3000',
    'http://localhost',
    'null',
    'chrome-extension://abc',
    '',
  ])('of %j may not call', (origin) => {
    expect(status({ origin })).toBe(403)
  })

  it.each(['http://localhost:3000', 'https://localhost:3000'])("of Trooper's own origin %s may call", (origin) => {
    expect(status({ origin })).toBe(200)
  })

  it('may call when its origin is listed', () => {
    const rules = { ...open, origins: new Set(['https://chat.example']) }
    expect(status({ origin: 'https://chat.example' }, rules)).toBe(200)
    expect(status({ origin: 'https://chat.example.evil' }, rules)).toBe(403)
  })

  it.each<[string, GuardedHeaders, number]>([
    ['an image of another site', { fetchSite: 'cross-site', fetchMode: 'no-cors' }, 403],
    ['a fetch of a sibling site', { fetchSite: 'same-site', fetchMode: 'cors' }, 403],
    ['a link of another site to an endpoint that spends', { fetchSite: 'cross-site', fetchMode: 'navigate' }, 403],
    ['an address that a person typed', { fetchSite: 'none', fetchMode: 'navigate' }, 200],
    ["a fetch of Trooper's own page", { fetchSite: 'same-origin', fetchMode: 'cors' }, 200],
    [
      'a form of another site, which names its origin',
      { origin: 'https://evil.example', fetchSite: 'cross-site', fetchMode: 'navigate' },
      403,
    ],
    ['a program, which says nothing of the kind', {}, 200],
  ])('without an origin is judged by its site: %s', (_what, headers, expected) => {
    expect(status(headers)).toBe(expected)
  })

  it('of another site may link to a page of Trooper itself', () => {
    expect(status({ fetchSite: 'cross-site', fetchMode: 'navigate' }, open, true)).toBe(200)
  })

  it('is told how to be allowed', () => {
    const refusal = refuse(open, { host: 'localhost', origin: 'https://chat.example' }, () => ({ is: 'wrong' }), false)
    expect(refusal?.sentence).toContain('https://chat.example')
    expect(refusal?.sentence).toContain('TROOPER_ALLOWED_ORIGINS')
  })
})

describe('the token', () => {
  it.each<[string, GuardedHeaders, number]>([
    ['as a Bearer', { authorization: 'Bearer tok' }, 200],
    ['as a bearer in lower case', { authorization: 'bearer  tok' }, 200],
    ['as x-api-key', { apiKey: 'tok' }, 200],
    ['beside a credential of another kind', { authorization: 'Bearer sk-1', apiKey: 'tok' }, 200],
    ['wrong', { authorization: 'Bearer tik', apiKey: 'tik' }, 401],
    ['without Bearer', { authorization: 'tok' }, 401],
    ['as Basic', { authorization: 'Basic tok' }, 401],
    ['with more behind it', { apiKey: 'tok2' }, 401],
    ['empty', { authorization: 'Bearer ', apiKey: '' }, 401],
    ['absent', {}, 401],
  ])('%s: %j', (_what, headers, expected) => {
    expect(status(headers, guarded)).toBe(expected)
  })

  it('is not asked for where none is set', () => {
    expect(status({})).toBe(200)
  })

  it('does not open the door to foreign hosts and pages', () => {
    expect(status({ apiKey: 'tok', host: 'evil.example' }, guarded)).toBe(403)
    expect(status({ apiKey: 'tok', origin: 'https://evil.example' }, guarded)).toBe(403)
  })

  it('is named in the refusal, the given one is not repeated', () => {
    const refusal = refuse(guarded, { host: 'localhost', apiKey: 'sk-secret' }, () => ({ is: 'wrong' }), false)
    expect(refusal?.sentence).toContain('TROOPER_TOKEN')
    expect(refusal?.sentence).not.toContain('sk-secret')
  })
})

describe('hostName', () => {
  it.each([
    ['LocalHost:3000', 'localhost'],
    ['[::1]:3000', '[::1]'],
    ['[::1]', '[::1]'],
    ['host.', 'host'],
    ['', ''],
  ])('of %j is %j', (host, name) => {
    expect(hostName(host)).toBe(name)
  })
})

describe('isLoopbackName', () => {
  it.each([
    ['localhost', true],
    ['[::1]', true],
    ['127.1.2.3', true],
    ['128.0.0.1', false],
    ['127.0.0', false],
    ['localhost.localdomain', false],
  ])('of %s is %s', (name, is) => {
    expect(isLoopbackName(name)).toBe(is)
  })
})
