/**
 * A part of a text keeps the whole of it in memory (V8's sliced strings), and so a model's name the conversation that it stood in. Names
 * that are kept for longer than that are texts of their own; the one that came before is mostly the same, and need not be made again.
 */
export class OwnText {
  #last = ''

  of(part: string): string {
    if (part !== this.#last) this.#last = String(JSON.parse(JSON.stringify(part)))
    return this.#last
  }
}
