/** The head of an answer, and what is gone by in it: looked up once, as several judge by it. */
import { HeadNames } from '../wire/head-names.ts'
import { hopByHop, withoutDropped, type HeaderList, type HeadReader } from '../wire/headers.ts'
import { usageSigns } from '../wire/usage-headers.ts'

type Means = 'type' | 'encoding' | 'length' | 'usage'

const names = new HeadNames<Means>(hopByHop, [
  ['type', ['content-type']],
  ['encoding', ['content-encoding']],
  ['length', ['content-length']],
  ['usage', usageSigns],
])

export class AnswerHead implements HeadReader<Means> {
  /** When it came, epoch milliseconds. */
  readonly atMs: number
  readonly status: number
  readonly statusMessage: string
  /** As the target wrote them. */
  readonly headers: HeaderList
  /** The same without those that are its connection's. `content-length` stays: the bytes are the same. */
  readonly passed: HeaderList
  /** What it calls its body; unset: nothing that is known here. */
  declared: 'stream' | 'json' | 'page' | undefined
  /** How its body is compressed, in small letters (RFC 9110 8.4.1); unset: not at all. */
  encoding: string | undefined
  hasLength = false
  /** It may say how much of its limits an account has used (wire/usage-headers.ts). */
  tellsUsage = false

  constructor(atMs: number, status: number, statusMessage: string, headers: HeaderList) {
    this.atMs = atMs
    this.status = status
    this.statusMessage = statusMessage
    this.headers = headers
    this.passed = withoutDropped(headers, names, this)
  }

  take(means: Means, value: string): void {
    switch (means) {
      case 'type':
        this.declared ??= declaredBy(value.toLowerCase())
        break
      case 'encoding':
        this.encoding = encodingOf(value, this.encoding)
        break
      case 'length':
        this.hasLength = true
        break
      case 'usage':
        this.tellsUsage = true
    }
  }

  /** The same head of a body that came in another form. */
  changed(change: (headers: HeaderList) => HeaderList): AnswerHead {
    return new AnswerHead(this.atMs, this.status, this.statusMessage, change(this.headers))
  }
}

function declaredBy(type: string): AnswerHead['declared'] {
  if (type.startsWith('text/event-stream')) return 'stream'
  if (type.includes('json')) return 'json'
  return type.includes('html') ? 'page' : undefined
}

/** `before`: what another header said. */
function encodingOf(value: string, before: string | undefined): string | undefined {
  const name = value.trim().toLowerCase()
  if (name === '' || name === 'identity') return before
  return before === undefined ? name : `${before},${name}`
}
