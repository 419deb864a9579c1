import type { IncomingHttpHeaders } from 'node:http'
import { describe, expect, it } from 'vitest'
import { createAccess } from './access.ts'

const install = 'install-token-install-token-install-token-0'
const token = 'trooper-token'
const free = createAccess(install, undefined)
const closed = createAccess(install, token)
const host = 'localhost:3000'
const ownPage = { host, origin: 'http://localhost:3000' }

function cookieOf(setCookie: string | undefined): string {
  return /^[^;]+/.exec(setCookie ?? '')?.[0] ?? ''
}
const pageCookie = cookieOf(free.pageCookie())
const loginCookie = cookieOf(closed.login(token))

const changes = (headers: IncomingHttpHeaders, access = free): number =>
  access.mayChange({ host, ...headers })?.status ?? 200
const reads = (headers: IncomingHttpHeaders, access = free): number =>
  access.mayRead({ host, ...headers })?.status ?? 200

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
    [
      'with a cookie of another installation',
      { ...ownPage, cookie: cookieOf(createAccess('other', undefined).pageCookie()) },
      401,
    ],
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
  expect(free.handOf({ host, ...headers })).toBe(hand)
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

describe('the cookie', () => {
  it('is for Trooper’s own API alone, and not for scripts', () => {
    for (const cookie of [free.pageCookie(), closed.login(token)]) {
      expect(cookie).toMatch(/^trooper-[0-9a-f]{8}=[\w-]{43}; Path=\/trooper\/api; HttpOnly; SameSite=Strict/)
      expect(cookie).not.toContain(install)
      expect(cookie).not.toContain(token)
    }
  })

  it('is not given for nothing where TROOPER_TOKEN is set', () => {
    expect(closed.pageCookie()).toBeUndefined()
    expect(closed.login('wrong')).toBeUndefined()
    expect(free.login('')).toBeUndefined()
  })
})
