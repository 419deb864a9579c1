/** Text of a wanted size: what an agent writes there is of no matter, how long it is is. */
import type { JsonObject } from '../../src/ir/json.ts'

const sentences = [
  'Read a file before you change it, and change no more of it than the task needs. ',
  'Say in one line what you are about to do, then do it; do not ask for what you can find out. ',
  'A command that fails is a fact like any other: look at what it printed before you try again. ',
  'Paths are absolute, because the working folder may differ from one call to the next. ',
  'Leave alone what belongs to the person, above all work that is not committed yet. ',
  'When a test is missing, write it first and see it fail for the reason you expect. ',
]

/** Plain ASCII without anything that JSON escapes: as many bytes as characters. */
export function filler(bytes: number): string {
  let text = ''
  for (let at = 0; text.length < bytes; at += 1) text += sentences[at % sentences.length]
  return text.slice(0, bytes)
}

/** The object that `build` makes with as much filler as it takes to be of this size as JSON. */
export function filledTo<T extends JsonObject>(bytes: number, build: (filler: string) => T): T {
  const missing = bytes - sizeOf(build(''))
  if (missing < 0) throw new Error(`The object is ${-missing} bytes too large without any filler.`)
  return build(filler(missing))
}

export function sizeOf(body: JsonObject): number {
  return Buffer.byteLength(JSON.stringify(body))
}
