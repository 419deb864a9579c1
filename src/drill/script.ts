/** What the simulated provider and the stand-in for a local model say: texts from which a person sees who spoke, and what is missing. */
import type { JsonObject } from '../ir/json.ts'

const numbers = 'one, two, three, four, five, six, seven, eight, nine, ten'

const beforeTheBreak =
  'I am the simulated provider. So that you can see whether anything of my answer is missing, I count: one, two, three, four,'

/** What the provider answers, whatever it is asked. */
export const providerText = `I am the simulated provider. So that you can see whether anything of my answer is missing, I count: ${numbers}. That was all.`

/** Words with the blank before them: together they are the text again. */
export function piecesOf(text: string): string[] {
  return text.match(/\s*\S+/g) ?? []
}

/** How many pieces are said before a stream breaks off: in the middle of the counting. */
export const piecesBeforeTheBreak = piecesOf(beforeTheBreak).length

/** The rest of an answer that the provider began and did not end; `undefined` when it is none. */
export function restOf(said: string): string | undefined {
  const begun = said.trimEnd()
  if (begun === '' || begun.length >= providerText.length || !providerText.startsWith(begun)) return undefined
  const rest = providerText.slice(begun.length)
  const first = /\w+/.exec(rest)?.[0] ?? ''
  return `${rest} (From “${first}” on it was the stand-in for your local model who spoke.)`
}

export const standInBeginning = 'I am the stand-in for your local model: a script, no AI.'

export function standInText(messages: number, question: string): string {
  const conversation =
    messages === 1 ? 'the whole conversation, 1 message' : `the whole conversation, ${messages} messages`
  return `${standInBeginning} The provider could not answer, so Trooper asked me. I was given ${conversation}; the last one says: “${shorten(question)}”`
}

function shorten(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length > 80 ? `${line.slice(0, 79)}…` : line
}

/** The tool that the drill's own app offers; both of them call it with the same arguments. */
export const noteTool = {
  name: 'write_note',
  description: 'Writes a note down.',
  parameters: {
    type: 'object',
    properties: { text: { type: 'string' }, to: { type: 'string' } },
    required: ['text', 'to'],
  } satisfies JsonObject,
  input: { to: 'you', text: 'This call was cut in the middle, and is whole all the same.' } satisfies JsonObject,
} as const
