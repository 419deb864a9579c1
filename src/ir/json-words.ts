/** What a target is told that has no JSON mode of its own, or one that has to be asked for in words too. */
import type { TextPart } from './request.ts'

export const jsonPlea: TextPart = { type: 'text', text: 'Answer with one JSON object and nothing else.' }
