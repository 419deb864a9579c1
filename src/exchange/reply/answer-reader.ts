/** The client's end of an exchange for whoever asks from inside Trooper: reads the answer that an app would get. */
import type { AnswerDecoder, TargetDialect } from '../../dialects/dialect.ts'
import { parseJson } from '../../ir/json.ts'
import { createCollector, type Collected } from '../../ir/response.ts'
import type { HeaderList } from '../../wire/headers.ts'
import { createSseDecoder, type FrameDecoder } from '../../wire/sse.ts'
import type { Reply } from './reply.ts'

export class AnswerReader implements Reply {
  readonly #dialect: TargetDialect
  readonly #signal: AbortSignal
  readonly #nowMs: number
  readonly #frames: FrameDecoder
  readonly #decoder: AnswerDecoder
  readonly #refusal: Buffer[] = []
  #status = 200
  #collected: Collected | undefined
  #words = 0
  #onGone: () => void = () => {}

  /** `signal` says that the asker left. The dialect is one whose streams are server-sent events. */
  constructor(dialect: TargetDialect, signal: AbortSignal, nowMs: number) {
    this.#dialect = dialect
    this.#signal = signal
    this.#nowMs = nowMs
    const collect = createCollector((collected) => {
      this.#collected ??= collected
    })
    this.#decoder = dialect.createDecoder((event) => {
      if (event.type === 'text-delta') this.#words += wordsIn(event.text)
      collect(event)
    }, nowMs)
    this.#frames = createSseDecoder((frame) => this.#decoder.frame(frame))
    signal.addEventListener('abort', () => this.#onGone(), { once: true })
  }

  /** The answer once it is whole, or why there is none; `undefined` where the asker left before. */
  get collected(): Collected | undefined {
    return this.#signal.aborted ? undefined : this.#collected
  }

  /** Of the answer so far. */
  get words(): number {
    return this.#words
  }

  get isGone(): boolean {
    return this.#signal.aborted
  }

  onGone(callback: () => void): void {
    this.#onGone = callback
  }

  onDrain(): void {}

  head(status: number, _statusMessage: string, _headers: HeaderList): void {
    this.#status = status
  }

  flushHead(): void {}

  write(chunk: Buffer | string): boolean {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    if (this.#status === 200) this.#frames.feed(bytes)
    else this.#refusal.push(bytes)
    return true
  }

  end(chunk?: Buffer | string): void {
    if (chunk !== undefined) this.write(chunk)
    if (this.#status === 200) return this.#decoder.end()
    const text = Buffer.concat(this.#refusal).toString('utf8')
    const said = { status: this.#status, headers: {}, body: parseJson(text), text, nowMs: this.#nowMs }
    this.#collected = { ok: false, failure: this.#dialect.decodeFailure(said) }
  }

  abort(): void {
    this.#decoder.end()
  }
}

function wordsIn(text: string): number {
  return text.split(/\s+/).length - 1
}
