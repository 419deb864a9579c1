/** A client without a socket: what it got, and a way for it to leave. */
import type { Reply } from '../../src/exchange/reply/reply.ts'
import type { HeaderList } from '../../src/wire/headers.ts'

export class FakeReply implements Reply {
  isGone = false
  status: number | undefined
  heads = 0
  headers: HeaderList = []
  text = ''
  isOver = false
  #onGone: () => void = () => {}

  onGone(callback: () => void): void {
    this.#onGone = callback
  }

  leave(): void {
    this.isGone = true
    this.#onGone()
  }

  head(status: number, _message: string, headers: HeaderList): void {
    this.heads += 1
    this.status = status
    this.headers = headers
  }

  flushHead(): void {}
  onDrain(): void {}

  write(chunk: Buffer | string): boolean {
    if (this.isOver) throw new Error('Written behind the end.')
    this.text += chunk.toString()
    return true
  }

  end(chunk: Buffer | string = ''): void {
    this.write(chunk)
    this.isOver = true
  }

  abort(): void {
    this.isOver = true
  }
}
