/** Generated requests of the kind that every dialect can hold whole. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import type { JsonObject, JsonValue } from '../../src/ir/json.ts'
import type {
  AssistantPart,
  ChatRequest,
  DialectName,
  FilePart,
  Message,
  Output,
  Tool,
  ToolChoice,
} from '../../src/ir/request.ts'

export function requestFixture(dialect: DialectName, name: string): JsonObject {
  const url = new URL(`../fixtures/${dialect}/${name}.json`, import.meta.url)
  return JSON.parse(readFileSync(url, 'utf8')) as JsonObject
}

/** A text of white space alone is none on some wires. */
export const words = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((text) => text.trim() !== ''),
  fc.constantFrom('世界 🌍', 'a\n\nb', '{"x":1}'),
)
export const names = fc.stringMatching(/^[a-z_]{1,12}$/)
export const objects: fc.Arbitrary<JsonObject> = fc.dictionary(
  fc.stringMatching(/^[a-z]{1,6}$/),
  fc.oneof<fc.Arbitrary<JsonValue>[]>(words, fc.integer(), fc.boolean(), fc.constant(null)),
  { maxKeys: 3 },
)

const text = words.map((value) => ({ type: 'text' as const, text: value }))
const image: fc.Arbitrary<FilePart> = fc
  .tuple(fc.base64String({ minLength: 4, maxLength: 16 }), fc.constantFrom('image/png', 'image/jpeg'))
  .map(([data, mediaType]) => ({ type: 'file', mediaType, data: { from: 'base64', data } }))

const user: fc.Arbitrary<Message> = fc
  .tuple(text, fc.array(image, { maxLength: 2 }))
  .map(([first, images]) => ({ role: 'user', content: [first, ...images] }))

/** An answer, with calls their results, each pair with ids of its own turn. */
function turn(at: number): fc.Arbitrary<Message[]> {
  const call = fc.tuple(names, objects, words)
  return fc
    .tuple(fc.option(text), fc.array(call, { maxLength: 3 }), text)
    .map(([said, calls, otherwise]): Message[] => {
      const id = (index: number): string => `call_${at}_${index}`
      const parts = calls.map(([name, input], index): AssistantPart => {
        return { type: 'tool-call', id: id(index), name, input: JSON.stringify(input) }
      })
      if (parts.length === 0) return [{ role: 'assistant', content: [said ?? otherwise] }]
      return [
        { role: 'assistant', content: said ? [said, ...parts] : parts },
        {
          role: 'tool',
          content: calls.map(([, , result], index) => ({
            type: 'tool-result',
            callId: id(index),
            content: [{ type: 'text', text: result }],
            isError: false,
          })),
        },
      ]
    })
}

const conversation = fc
  .tuple(fc.option(text), user, fc.array(fc.tuple(turn(0), user), { maxLength: 3 }))
  .chain(([system, first, rest]) =>
    fc.tuple(...rest.map((_, at) => turn(at))).map((turns): Message[] => [
      ...(system ? [{ role: 'system' as const, content: [system] }] : []),
      first,
      // After a tool result the user may say nothing: the loop goes on.
      ...turns.flatMap((messages, at) =>
        at % 2 === 1 && messages.length > 1 ? messages : [...messages, rest[at]?.[1] ?? first],
      ),
    ]),
  )

const output: fc.Arbitrary<Output> = fc.oneof(
  fc.constant<Output>({ type: 'text' }),
  objects.map((properties): Output => ({
    type: 'json',
    schema: { type: 'object', properties },
    name: 'answer',
    strict: true,
  })),
)
/** `tool` stands for the last tool that is offered. */
const choice = fc.constantFrom<ToolChoice['type']>('auto', 'none', 'required', 'tool')
const tools = fc.uniqueArray(
  fc
    .record({ name: names, description: words, properties: objects, strict: fc.boolean() })
    .map(({ properties, ...tool }) => ({
      type: 'function' as const,
      ...tool,
      inputSchema: { type: 'object', properties },
    })),
  { maxLength: 3, selector: ({ name }) => name },
)

const unit = fc.integer({ min: 0, max: 100 }).map((value) => value / 100)

function choose(type: ToolChoice['type'], tools: readonly Tool[]): ToolChoice {
  const last = tools.at(-1)
  if (last?.type !== 'function') return { type: 'auto' }
  return type === 'tool' ? { type, name: last.name } : { type }
}

export const requests: fc.Arbitrary<ChatRequest> = fc
  .record({
    model: names,
    stream: fc.boolean(),
    messages: conversation,
    tools,
    choice,
    // Responses takes no smaller limit.
    max: fc.integer({ min: 16, max: 64_000 }),
    temperature: fc.option(unit),
    topP: fc.option(unit),
    effort: fc.option(fc.constantFrom('low', 'medium', 'high')),
    userId: fc.option(names),
    serial: fc.boolean(),
    output,
  })
  .map(({ choice: wanted, max, temperature, topP, effort, userId, serial, ...rest }) => ({
    ...rest,
    toolChoice: choose(wanted, rest.tools),
    sampling: {
      stopSequences: [],
      maxOutputTokens: max,
      ...(temperature !== null && { temperature }),
      ...(topP !== null && { topP }),
    },
    // A forced tool and thinking exclude each other on Anthropic's wire.
    ...(effort !== null && (wanted === 'auto' || wanted === 'none') && { reasoning: { effort } }),
    ...(userId !== null && { userId }),
    ...(serial && rest.tools.length > 0 && wanted !== 'none' && { parallelToolCalls: false }),
    extras: {},
  }))
