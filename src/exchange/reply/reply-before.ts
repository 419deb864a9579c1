/** The client's end of an exchange, with somebody before it who does only some of it. A class, as SinkBefore is (sink.ts). */
import type { HeaderList } from '../../wire/headers.ts'
import type { Reply } from './reply.ts'

export class ReplyBefore implements Reply {
  protected readonly reply: Reply

  constructor(reply: Reply) {
    this.reply = reply
  }

  get isGone(): boolean {
    return this.reply.isGone
  }

  onGone(callback: () => void): void {
    this.reply.onGone(callback)
  }

  head(status: number, statusMessage: string, headers: HeaderList): void {
    this.reply.head(status, statusMessage, headers)
  }

  flushHead(): void {
    this.reply.flushHead()
  }

  write(chunk: Buffer | string): boolean {
    return this.reply.write(chunk)
  }

  onDrain(callback: () => void): void {
    this.reply.onDrain(callback)
  }

  end(chunk?: Buffer | string): void {
    this.reply.end(chunk)
  }

  abort(): void {
    this.reply.abort()
  }
}
