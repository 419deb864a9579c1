/** The images of a conversation, in their order: each takes as much of a window as a page of text, whatever it shows. */
import type { AssistantPart, FilePart, Message, TextPart, ToolResultPart, UserPart } from '../../ir/request.ts'

type Part = UserPart | AssistantPart | ToolResultPart

/** Of a message's part; other files that a target is shown count as images do. */
export function imagesOf(part: Part): FilePart[] {
  if (part.type === 'tool-result') return part.content.flatMap(imagesOf)
  return isImage(part) ? [part] : []
}

export function countImages(messages: readonly Message[]): number {
  return messages.reduce((sum, message) => sum + imagesIn(message.content), 0)
}

/** Where each message's images begin, and behind the last one how many there are. */
export function imagesBefore(messages: readonly Message[]): number[] {
  let seen = 0
  const before = messages.map(({ content }) => {
    const at = seen
    seen += imagesIn(content)
    return at
  })
  before.push(seen)
  return before
}

/** ~5 ns a part: there may be a hundred thousand. */
function imagesIn(parts: readonly Part[]): number {
  let images = 0
  for (const part of parts) {
    if (part.type === 'tool-result') images += imagesIn(part.content)
    else if (isImage(part)) images += 1
  }
  return images
}

function isImage(part: UserPart | AssistantPart): part is FilePart {
  return part.type === 'file' && part.data.from !== 'text'
}

/** Words in the place of the first so many of a message's images. */
export function leaveOutImages(message: Message, images: number): Message {
  if (images <= 0) return message
  let left = images
  const show = <P extends UserPart | AssistantPart>(part: P): P | TextPart => {
    if (!isImage(part) || left === 0) return part
    left -= 1
    return wordsFor(part)
  }
  switch (message.role) {
    case 'system':
      return message
    case 'user':
      return { role: 'user', content: message.content.map(show) }
    case 'assistant':
      return { role: 'assistant', content: message.content.map(show) }
    case 'tool':
      return {
        role: 'tool',
        content: message.content.map((result) => ({ ...result, content: result.content.map(show) })),
      }
  }
}

export function wordsFor({ mediaType }: FilePart): TextPart {
  return { type: 'text', text: `[${mediaType} left out]` }
}
