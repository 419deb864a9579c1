/** Which files a dialect has a place for; what comes in a kind that it has none for is refused with the whole request. */
import type { DialectName, FilePart } from '../../ir/request.ts'

const images = /^image\/(png|jpe?g|gif|webp)$/
/** Of an address it is not known yet. */
const anyImage = /^image\/(\*|png|jpe?g|gif|webp)$/
const pdf = /^application\/pdf$/
/** Responses reads office documents too, but hears nothing. */
const anyDocument = /^(?!image\/|audio\/|video\/)/
const audio = /^audio\/(wav|mp3|mpeg)$/

const taken: Readonly<Record<DialectName, { inline: readonly RegExp[]; byUrl: readonly RegExp[] }>> = {
  anthropic: { inline: [images, pdf], byUrl: [anyImage, pdf] },
  'openai-chat': { inline: [images, pdf, audio], byUrl: [anyImage] },
  'openai-responses': { inline: [images, anyDocument], byUrl: [anyImage, anyDocument] },
  ollama: { inline: [images], byUrl: [] },
}

export function takesFile(dialect: DialectName, { data, mediaType }: FilePart): boolean {
  const kinds = data.from === 'url' ? taken[dialect].byUrl : taken[dialect].inline
  return kinds.some((kind) => kind.test(mediaType))
}
