/** Where answers wait until the test lets them go on; an event instead of a clock. */

export class Gate {
  #open: () => void = () => undefined
  #opened: Promise<void> = this.#next()

  opened(): Promise<void> {
    return this.#opened
  }

  /** Lets every answer that has begun go on; one that begins later waits again. */
  release(): void {
    this.#open()
    this.#opened = this.#next()
  }

  #next(): Promise<void> {
    return new Promise((resolve) => {
      this.#open = resolve
    })
  }
}
