/**
 * Who may see and who may change what Trooper does. The guard has looked at `Host` and `Origin` before (server/guard.ts); here it is about
 * tokens. Reads are free, unless `TROOPER_TOKEN` is set. A change needs a token in any case: the one of this installation, which stands in
 * the data folder for programs of its owner, a proof that a program knows it (state/install-proof.ts), or a cookie, which Trooper's own page has. No token is ever logged, or repeated in an answer.
 */
import { createHash, createHmac } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { byHeader, type Hand } from '../ir/hand.ts'
import { digestOf, createProofCheck, proofHeader, provenDigest } from '../state/install-proof.ts'
import { secretMatcher, type Checked, type TokenCheck } from './guesses.ts'

/** `afterSeconds`: when it is worth coming again. */
export type Denial = { status: 401 | 403 | 429; sentence: string; afterSeconds?: number }

/** Whose tokens are judged: what a request says, and where it comes from. */
interface Asker {
  method: string
  /** With its query. */
  path: string
  headers: IncomingHttpHeaders
  address: string | undefined
}

export interface Access {
  /** By whose hand, if it may: a program with a token is the terminal's, unless it says that it stands for an agent. */
  read(asker: Asker): Hand | Denial
  change(asker: Asker): Hand | Denial
  /** The body is the one that was sent by whoever proved to know the token; asked once the request may come in. */
  isOwnBody(headers: IncomingHttpHeaders, body: Buffer): boolean
  /** The `Set-Cookie` that goes with the page; `undefined` where it has to ask for the token first. */
  pageCookie(): string | undefined
  /** The `Set-Cookie` for whoever gave the right token. */
  login(token: string, address: string | undefined): { cookie: string } | Denial
  /** `TROOPER_TOKEN` is set. */
  readonly asksForToken: boolean
}

/** The page asks once in so long. */
const loginSeconds = 30 * 24 * 3600
/** No other path of this host gets it from a browser. */
const path = '/trooper/api'

/** `check` judges what may be `token`, here and wherever else it is shown. */
export function createAccess(
  installToken: string,
  token: string | undefined,
  check: TokenCheck,
  nowMs: () => number,
): Access {
  const isInstallToken = secretMatcher(installToken)
  // Not the token itself: browsers send a cookie to whatever else listens on this host. It is worth nothing once TROOPER_TOKEN has changed.
  const ticket = createHmac('sha256', installToken)
    .update(`page\n${token ?? ''}`)
    .digest('base64url')
  const isTicket = secretMatcher(ticket)
  // Two Troopers on one host, each with a folder of its own, do not take each other's cookie away.
  const cookieName = `trooper-${createHash('sha256').update(installToken).digest('hex').slice(0, 8)}`
  const cookie = `${cookieName}=${ticket}; Path=${path}; HttpOnly; SameSite=Strict`

  const isProof = createProofCheck(installToken)
  const hasCookie = (headers: IncomingHttpHeaders): boolean => cookiesIn(headers, cookieName).some(isTicket)
  const checked = ({ method, path: asked, headers, address }: Asker): Checked => {
    const proof = proofIn(headers)
    if (proof !== undefined && isProof(proof, { method, path: asked, by: handIn(headers) }, nowMs()))
      return { is: 'right' }
    const given = tokensIn(headers)
    return given.some(isInstallToken) ? { is: 'right' } : check(given, address)
  }
  const wrong = (headers: IncomingHttpHeaders): Denial => {
    if (proofIn(headers) !== undefined) return noProof
    return token === undefined ? noInstallToken : noToken
  }

  return {
    read: (asker) => {
      const { headers } = asker
      if (token === undefined || hasCookie(headers)) return 'page'
      return denialOf(checked(asker), wrong(headers)) ?? handIn(headers)
    },
    change: (asker) => {
      const { headers } = asker
      const denial = denialOf(checked(asker), wrong(headers))
      if (!denial) return handIn(headers)
      if (!hasCookie(headers)) return denial
      return isOwnPage(headers) ? 'page' : foreignPage
    },
    isOwnBody: (headers, body) => {
      const proof = proofIn(headers)
      return proof === undefined || provenDigest(proof) === digestOf(body)
    },
    pageCookie: () => (token === undefined ? cookie : undefined),
    login: (given, address) =>
      denialOf(check([given], address), wrongToken) ?? { cookie: `${cookie}; Max-Age=${loginSeconds}` },
    asksForToken: token !== undefined,
  }
}

function denialOf(checked: Checked, wrong: Denial): Denial | undefined {
  switch (checked.is) {
    case 'right':
      return undefined
    case 'wrong':
      return wrong
    case 'too-soon':
      return tooSoon(checked.afterSeconds)
  }
}

/** Of a program: of the page the cookie says that it is it. */
function handIn(headers: IncomingHttpHeaders): Hand {
  return headers[byHeader] === 'agent' ? 'agent' : 'terminal'
}

function proofIn({ [proofHeader]: proof }: IncomingHttpHeaders): string | undefined {
  return typeof proof === 'string' ? proof : undefined
}

/** Where programs put it; `x-api-key` is where clients have `TROOPER_TOKEN` anyway. */
function tokensIn(headers: IncomingHttpHeaders): string[] {
  const bearer = /^Bearer +(.+)$/i.exec(headers.authorization ?? '')?.[1]
  return [bearer, headers['x-trooper-token'], headers['x-api-key']].filter((value) => typeof value === 'string')
}

function cookiesIn({ cookie = '' }: IncomingHttpHeaders, name: string): string[] {
  return cookie
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1))
}

/** `SameSite` knows no ports: a page of another server of this host has the cookie too, and so has a page whose origin may call models. */
function isOwnPage({ origin, host, ...headers }: IncomingHttpHeaders): boolean {
  if (origin !== undefined) return origin === `http://${host}` || origin === `https://${host}`
  return headers['sec-fetch-site'] === 'same-origin'
}

const noToken: Denial = {
  status: 401,
  sentence: 'Trooper wants its token here; send TROOPER_TOKEN as Authorization: Bearer, or log in on the page.',
}

const wrongToken: Denial = { status: 401, sentence: 'That is not the value of TROOPER_TOKEN.' }

function tooSoon(afterSeconds: number): Denial {
  const sentence = `Too many wrong tokens came to Trooper from where you are; try again in ${afterSeconds} s.`
  return { status: 429, sentence, afterSeconds }
}

const noInstallToken: Denial = {
  status: 401,
  sentence:
    "A change needs the token of this installation; send the one in the file 'token' of TROOPER_DATA_DIR as Authorization: Bearer, or load the page anew.",
}

const noProof: Denial = {
  status: 401,
  sentence:
    "The proof of a token is not of this installation's, or not of this minute; use the TROOPER_DATA_DIR of the Trooper that runs, and the time of its machine.",
}

const foreignPage: Denial = { status: 403, sentence: "Only Trooper's own page may change anything with its cookie." }
