/** What a conversation is about: the question, and everything that is said in answer to it. */
import { planted } from '../secrets.ts'
import type { Content } from './faults.ts'

export interface Topic {
  prompt: string
  sentence: string
  thoughts: string
  call: { name: string; input: Record<string, string> }
}

export const usual: Topic = {
  prompt: planted.prompt,
  sentence: 'The quick brown fox jumps over the für of a lazy dog and is gone.',
  thoughts: 'Somebody asks for a sentence, für and wide, so a sentence it is.',
  call: { name: 'get_weather', input: { city: 'Zürich', unit: 'celsius' } },
}

/** A topic like no other: its mark is in the question and in all of the answer, so that no part of it can be taken for another's. */
export function topicOf(mark: string): Topic {
  return {
    prompt: `${planted.prompt} (${mark})`,
    sentence: `The quick brown ${mark} jumps over the für of ${mark} and is gone, ${mark} all.`,
    thoughts: `Somebody asks for ${mark}, für and wide, so ${mark} it is.`,
    call: { name: usual.call.name, input: { city: `Zürich ${mark}`, unit: mark } },
  }
}

type Said = { text?: string; thinking?: string; toolCalls?: Topic['call'][] }

/** What the provider has to say. */
export function saidOf(content: Content, { sentence, thoughts, call }: Topic): Said {
  switch (content) {
    case 'text':
      return { text: sentence }
    case 'tool call':
      return { toolCalls: [call] }
    case 'reasoning':
      return { thinking: thoughts, text: sentence }
  }
}

/** What the local model says: all of it from the beginning, which a seam has to notice. */
export function saidLocallyOf(content: Content, topic: Topic): Said {
  return content === 'tool call' ? { toolCalls: [topic.call] } : { text: topic.sentence }
}
