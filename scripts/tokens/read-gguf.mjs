// The metadata of a GGUF file (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md): of a vocabulary, it is all there is.
import { readFileSync } from 'node:fs'

const string = 8
const array = 9

/** By its key, as Ollama tells it in `model_info`. */
export function readGguf(path) {
  const file = readFileSync(path)
  let at = 24
  const numbers = {
    0: () => file.readUInt8((at += 1) - 1),
    1: () => file.readInt8((at += 1) - 1),
    2: () => file.readUInt16LE((at += 2) - 2),
    3: () => file.readInt16LE((at += 2) - 2),
    4: () => file.readUInt32LE((at += 4) - 4),
    5: () => file.readInt32LE((at += 4) - 4),
    6: () => file.readFloatLE((at += 4) - 4),
    7: () => file.readUInt8((at += 1) - 1) === 1,
    10: () => Number(file.readBigUInt64LE((at += 8) - 8)),
    11: () => Number(file.readBigInt64LE((at += 8) - 8)),
    12: () => file.readDoubleLE((at += 8) - 8),
  }
  const value = (kind) => {
    if (kind === array) {
      const inner = numbers[4]()
      return Array.from({ length: numbers[10]() }, () => value(inner))
    }
    if (kind !== string) return numbers[kind]()
    const length = numbers[10]()
    return file.toString('utf8', at, (at += length))
  }
  const entries = Number(file.readBigUInt64LE(16))
  return Object.fromEntries(Array.from({ length: entries }, () => [value(string), value(numbers[4]())]))
}
