import type { IncomingHttpHeaders } from 'node:http'
import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../test/fakes/clock.ts'
import type { Hand } from '../ir/hand.ts'
import { prove } from '../state/install-proof.ts'
import { createAccess, type Access } from './access.ts'
import { createTokenCheck } from './guesses.ts'

const install = 'install-token-install-token-install-token-0'
const token = 'trooper-token'
const clock = new FakeClock()
const open = (secret: string, chosen?: string): Access =>
  createAccess(secret, chosen, createTokenCheck(chosen, clock), () => clock.now())
const free = open(install)
const closed = open(install, token)
const address = '127.0.0.1'
const host = 'localhost:3000'
const ownPage = { host, origin: 'http://localhost:3000' }

function cookieOf(setCookie: string | undefined): string {
  return /^[^;]+/.exec(setCookie ?? '')?.[0] ?? ''
}
function loginOf(access: Access, given: string): string | undefined {
  const answer = access.login(given, address)
  return 'cookie' in answer ? answer.cookie : undefined
}
const pageCookie = cookieOf(free.pageCookie())
const loginCookie = cookieOf(loginOf(closed, token))

const asker = (headers: IncomingHttpHeaders) => ({
  method: 'PUT',
  path: '/trooper/api/override',
  headers: { host, ...headers },
  address,
})
const statusOf = (given: ReturnType<Access['read']>): number => (typeof given === 'string' ? 200 : given.status)
const changes = (headers: IncomingHttpHeaders, access = free): number => statusOf(access.change(asker(headers)))
const reads = (headers: IncomingHttpHeaders, access = free): number => statusOf(access.read(asker(headers)))

describe('a change', () => {
  it.each<[string, IncomingHttpHeaders, number]>([
    ['without a token', {}, 401],
    ['with the token of the installation as a Bearer', { authorization: `Bearer ${install}` }, 200],
    ['with it in a header of its own', { 'x-trooper-token': install }, 200],
    ['with a wrong one', { authorization: `Bearer ${install}x`, 'x-trooper-token': 'no' }, 401],
    ['with an empty one', { authorization: 'Bearer ', 'x-trooper-token': '' }, 401],
    ['with the cookie of the page, from the page', { ...ownPage, cookie: pageCookie }, 200],
    ['with it among others', { ...ownPage, cookie: `a=b; ${pageCookie}; c=d` }, 200],
    [
      'with it, as a browser says that it is the same origin',
      { 'sec-fetch-site': 'same-origin', cookie: pageCookie },
      200,
    ],
    ['with it, from another port of this host', { origin: 'http://localhost:8080', cookie: pageCookie }, 403],
    ['with it, from a site that says nothing', { cookie: pageCookie }, 403],
    ['with it, from a page of the same site', { 'sec-fetch-site': 'same-site', cookie: pageCookie }, 403],
    ['with it, from an address that was typed', { 'sec-fetch-site': 'none', cookie: pageCookie }, 403],
    ['with the token itself as the cookie', { ...ownPage, cookie: pageCookie.replace(/=.*/, `=${install}`) }, 401],
    ['with a cookie of another installation', { ...ownPage, cookie: cookieOf(open('other').pageCookie()) }, 401],
    ['with the cookie’s value under another name', { ...ownPage, cookie: pageCookie.replace(/^[^=]+/, 'x') }, 401],
  ])('%s', (_what, headers, expected) => {
    expect(changes(headers)).toBe(expected)
  })

  it('takes TROOPER_TOKEN where that is set, as it buys the cookie anyway', () => {
    expect(changes({ authorization: `Bearer ${token}` }, closed)).toBe(200)
    expect(changes({ authorization: `Bearer ${install}` }, closed)).toBe(200)
    expect(changes({ authorization: `Bearer ${token}` }, free)).toBe(401)
  })
})

it.each<[string, IncomingHttpHeaders]>([
  ['page', { ...ownPage, cookie: pageCookie }],
  ['page', { ...ownPage, cookie: pageCookie, 'x-trooper-token': 'no' }],
  ['terminal', { 'x-trooper-token': install }],
  ['terminal', { authorization: `Bearer ${install}`, 'x-trooper-by': 'nobody' }],
  ['agent', { 'x-trooper-token': install, 'x-trooper-by': 'agent' }],
])('knows that it is the %s that asks', (hand, headers) => {
  expect(free.change(asker(headers))).toBe(hand)
})

describe('a read', () => {
  it('is free where TROOPER_TOKEN is not set', () => {
    expect(reads({})).toBe(200)
  })

  it.each<[string, IncomingHttpHeaders, number]>([
    ['nothing', {}, 401],
    ['TROOPER_TOKEN', { authorization: `Bearer ${token}` }, 200],
    ['TROOPER_TOKEN where clients have it', { 'x-api-key': token }, 200],
    ['the token of the installation', { 'x-trooper-token': install }, 200],
    ['a cookie of the login', { cookie: loginCookie }, 200],
    ['a cookie from before TROOPER_TOKEN was set', { cookie: pageCookie }, 401],
    ['a wrong token', { authorization: 'Bearer no' }, 401],
  ])('with TROOPER_TOKEN set, and %s', (_what, headers, expected) => {
    expect(reads(headers, closed)).toBe(expected)
  })
})

describe('a proof that a program knows the token of the installation', () => {
  const proof = (by: Hand, body = '', secret = install): IncomingHttpHeaders => ({
    'x-trooper-by': by,
    'x-trooper-proof': prove(secret, { method: 'PUT', path: '/trooper/api/override', by }, body, clock.now()),
  })

  it('is as good as the token, once', () => {
    expect(free.change(asker(proof('terminal')))).toBe('terminal')
    expect(closed.change(asker(proof('agent')))).toBe('agent')
    const headers = proof('terminal')
    expect(closed.read(asker(headers))).toBe('terminal')
    expect(closed.read(asker(headers))).toMatchObject({ status: 401 })
  })

  it('is of this installation, and for this request', () => {
    expect(free.change(asker(proof('terminal', '', 'another')))).toMatchObject({
      status: 401,
      sentence: expect.stringContaining('TROOPER_DATA_DIR'),
    })
    expect(free.change({ ...asker(proof('terminal')), path: '/trooper/api/drill' })).toMatchObject({ status: 401 })
    expect(free.change(asker({ ...proof('agent'), 'x-trooper-by': 'terminal' }))).toMatchObject({ status: 401 })
  })

  it('is for this body', () => {
    const headers = proof('terminal', '{"mode":"local"}')
    expect(free.isOwnBody(headers, Buffer.from('{"mode":"local"}'))).toBe(true)
    expect(free.isOwnBody(headers, Buffer.from('{"mode":"primary"}'))).toBe(false)
    expect(free.isOwnBody({}, Buffer.from('{}'))).toBe(true)
  })
})

describe('the cookie', () => {
  it('is for Trooper’s own API alone, and not for scripts', () => {
    for (const cookie of [free.pageCookie(), loginOf(closed, token)]) {
      expect(cookie).toMatch(/^trooper-[0-9a-f]{8}=[\w-]{43}; Path=\/trooper\/api; HttpOnly; SameSite=Strict/)
      expect(cookie).not.toContain(install)
      expect(cookie).not.toContain(token)
    }
  })

  it('is not given for nothing where TROOPER_TOKEN is set', () => {
    expect(closed.pageCookie()).toBeUndefined()
    expect(closed.login('wrong', address)).toMatchObject({ status: 401 })
    expect(free.login('', address)).toMatchObject({ status: 401 })
  })
})

describe('whoever guesses TROOPER_TOKEN', () => {
  const guessed = open(install, token)
  for (let at = 0; at < 10; at += 1) guessed.login(`guess ${at}`, address)

  it('is not listened to for a while, wherever it is shown', () => {
    const tooSoon = { status: 429, afterSeconds: 1 }
    expect(guessed.login(token, address)).toMatchObject(tooSoon)
    expect(guessed.read(asker({ authorization: `Bearer ${token}` }))).toMatchObject(tooSoon)
    expect(guessed.change(asker({ 'x-api-key': token }))).toMatchObject(tooSoon)
  })

  it('keeps out neither the page nor the terminal, which have what nobody guesses', () => {
    expect(reads({ cookie: loginCookie }, guessed)).toBe(200)
    expect(changes({ ...ownPage, cookie: loginCookie }, guessed)).toBe(200)
    expect(changes({ 'x-trooper-token': install }, guessed)).toBe(200)
  })
})
