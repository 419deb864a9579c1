// The file format of llama.cpp's models: a head, metadata, and tensors.

/** Kinds of values and tensors (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md). */
const kinds = { uint32: 4, int32: 5, float32: 6, bool: 7, string: 8, array: 9 }
const float32Tensor = 0
export const alignment = 32

/** Head, metadata, descriptions of the tensors, and their data, each at a multiple of the alignment. */
export function encodeGguf(metadata, tensors) {
  const head = [Buffer.from('GGUF'), uint32(3), uint64(tensors.length), uint64(metadata.length)]
  for (const [key, kind, value] of metadata) head.push(string(key), encodeValue(kind, value))
  const data = []
  let offset = 0
  for (const [name, sizes, values] of tensors) {
    head.push(string(name), uint32(sizes.length), ...sizes.map(uint64), uint32(float32Tensor), uint64(offset))
    const bytes = padded(Buffer.from(values.buffer))
    data.push(bytes)
    offset += bytes.length
  }
  return Buffer.concat([padded(Buffer.concat(head)), ...data])
}

function encodeValue(kind, value) {
  if (!Array.isArray(value)) return Buffer.concat([uint32(kinds[kind]), scalar(kind, value)])
  const entries = value.map((entry) => scalar(kind, entry))
  return Buffer.concat([uint32(kinds.array), uint32(kinds[kind]), uint64(value.length), ...entries])
}

function scalar(kind, value) {
  if (kind === 'string') return string(value)
  if (kind === 'bool') return Buffer.from([value ? 1 : 0])
  const bytes = Buffer.alloc(4)
  if (kind === 'float32') bytes.writeFloatLE(value)
  else if (kind === 'int32') bytes.writeInt32LE(value)
  else bytes.writeUInt32LE(value)
  return bytes
}

function string(text) {
  const bytes = Buffer.from(text)
  return Buffer.concat([uint64(bytes.length), bytes])
}

function uint32(value) {
  return scalar('uint32', value)
}

function uint64(value) {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}

function padded(bytes) {
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & (alignment - 1))])
}
