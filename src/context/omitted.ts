/** What a target is not shown of a conversation, and the words that say so. */

export interface Omitted {
  /** Left out whole. */
  messages: number
  /** Of them, and of what is missing in the others and in the definitions of tools. */
  tokens: number
  /** In them and in the others. */
  images: number
}

/** `34 messages, 12345 tokens, 1 image`; `parts of the request, 760 tokens` where no message is missing whole. */
export function omittedWords({ messages, tokens, images }: Omitted): string {
  const what = messages === 0 ? 'parts of the request' : plural(messages, 'message')
  return [what, plural(tokens, 'token'), ...(images > 0 ? [plural(images, 'image')] : [])].join(', ')
}

export function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`
}
