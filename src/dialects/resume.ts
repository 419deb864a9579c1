/** Which dialects' streams can be taken up where they broke off: those that are ever relayed. */
import { resume as resumeMessages } from './anthropic/resume.ts'
import type { ClientDialectName, Resume } from './dialect.ts'
import { resume as resumeChat } from './openai-chat/resume.ts'
import { resume as resumeResponses } from './openai-responses/resume.ts'

export const resumes: { readonly [D in ClientDialectName]: Resume } = {
  anthropic: resumeMessages,
  'openai-chat': resumeChat,
  'openai-responses': resumeResponses,
  // An app that speaks Ollama's API is always translated for, never relayed to.
  ollama: () => undefined,
}
