/**
 * Images that a conversation names by URL, for local models, which cannot fetch them (local-engines.md 1.1, 1.8).
 * A URL is a stranger's word: bounded in size, type and time, and never a way into this machine or its network.
 */
import { isIP } from 'node:net'
import { Agent, type Dispatcher } from 'undici'
import { realClock, type Clock } from '../clock.ts'
import { isPublicAddress, lookupPublic } from './public-address.ts'

interface FetchedImage {
  mediaType: string
  base64: string
}

export interface ImageFetcher {
  /** `undefined` when there is no image to be had there. Never throws. */
  fetch(url: string): Promise<FetchedImage | undefined>
  destroy(): Promise<void>
}

export interface ImageRules {
  isEnabled: boolean
  /** Hosts, as in a URL, that may be asked although their address is private. */
  trustedHosts: readonly string[]
}

const longestMs = 10_000
const largestBytes = 10 * 1024 * 1024
const mostRedirects = 3
/** What local engines read (local-engines.md 1.8). */
const types = new Set(['image/jpeg', 'image/jpg', 'image/png', 'image/webp', 'image/gif'])
/** The images of a conversation are sent again with every turn. */
const keptBytes = 64 * 1024 * 1024

/** One that is not there keeps a turn waiting once, and not every turn of the next minute. */
const failureMs = 60_000
const mostFailures = 1000

export function createImageFetcher({ isEnabled, trustedHosts }: ImageRules, clock: Clock = realClock): ImageFetcher {
  const agents = {
    open: new Agent({ connect: { lookup: lookupPublic, timeout: longestMs } }),
    trusted: new Agent({ connect: { timeout: longestMs } }),
  }
  const kept = new Map<string, FetchedImage>()
  const failedUntilMs = new Map<string, number>()
  let bytes = 0

  const keep = (url: string, image: FetchedImage): void => {
    // Two exchanges may have fetched the same one at the same time.
    bytes += image.base64.length - (kept.get(url)?.base64.length ?? 0)
    kept.set(url, image)
    for (const [oldest, { base64 }] of kept) {
      if (bytes <= keptBytes) return
      kept.delete(oldest)
      bytes -= base64.length
    }
  }

  const agentFor = ({ protocol, hostname, host }: URL): Dispatcher | undefined => {
    if (protocol !== 'https:' && protocol !== 'http:') return undefined
    if (trustedHosts.includes(host) || trustedHosts.includes(hostname)) return agents.trusted
    const address = hostname.replace(/^\[(.*)\]$/, '$1')
    // An address needs no look-up, so the look-up cannot refuse it.
    return isIP(address) !== 0 && !isPublicAddress(address) ? undefined : agents.open
  }

  return {
    fetch: async (url) => {
      const known = kept.get(url)
      if (known || !isEnabled || (failedUntilMs.get(url) ?? 0) > clock.now()) return known
      const image = await load(url, agentFor).catch(() => undefined)
      if (image) keep(url, image)
      else {
        if (failedUntilMs.size >= mostFailures) failedUntilMs.clear()
        failedUntilMs.set(url, clock.now() + failureMs)
      }
      return image
    },
    destroy: async () => {
      await Promise.all([agents.open.destroy(), agents.trusted.destroy()])
    },
  }
}

async function load(url: string, agentFor: (url: URL) => Dispatcher | undefined): Promise<FetchedImage | undefined> {
  const signal = AbortSignal.timeout(longestMs)
  let place = new URL(url)
  for (let hops = 0; hops <= mostRedirects; hops += 1) {
    const dispatcher = agentFor(place)
    if (!dispatcher) return undefined
    const answer = await dispatcher.request({
      origin: place.origin,
      path: place.pathname + place.search,
      method: 'GET',
      signal,
      headers: { accept: 'image/*' },
    })
    const { location } = answer.headers
    if (answer.statusCode >= 300 && answer.statusCode < 400 && typeof location === 'string') {
      await answer.body.dump()
      place = new URL(location, place)
    } else return readImage(answer)
  }
  return undefined
}

async function readImage({ statusCode, headers, body }: Dispatcher.ResponseData): Promise<FetchedImage | undefined> {
  // A body that is given up reports that as an error, which nobody else listens for.
  body.on('error', () => {})
  const mediaType =
    String(headers['content-type'] ?? '')
      .split(';')[0]
      ?.trim()
      .toLowerCase() ?? ''
  if (statusCode !== 200 || !types.has(mediaType)) {
    body.destroy()
    return undefined
  }
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of body) {
    const part: Buffer = Buffer.from(chunk)
    bytes += part.length
    if (bytes > largestBytes) return undefined
    chunks.push(part)
  }
  return { mediaType, base64: Buffer.concat(chunks).toString('base64') }
}
