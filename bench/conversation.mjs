// One agent's conversation of 150 KB, 20 tools and 120 messages, as a client of each dialect sends it: a question with an image,
// 59 turns of a call and its result, and a word of the user. Held against the decoders by test/bench-fixtures.test.ts.
import { code, jsonBytes, text } from './words.mjs'

const toolCount = 20
const stepCount = 59

const system = text(8000)
const question = text(1500)
const goOn = 'Go on with the next part.'
const image = Buffer.from(text(9000)).toString('base64')

/** The first has a name that MCP makes, too long for OpenAI's wires. */
const tools = Array.from({ length: toolCount }, (_, at) => ({
  name: at === 0 ? `mcp__a_server_with_a_long_name__${'read_a_part_of_a_file_'.repeat(2)}` : `tool_${at}`,
  description: text(500),
  schema: schemaOf(at),
}))

const steps = Array.from({ length: stepCount }, (_, at) => ({
  id: String(at).padStart(24, '0'),
  said: text(120 + at),
  name: tools[at % toolCount].name,
  input: { path: `src/part-${at}.ts`, pattern: '"field_[0-9]+"', limit: 200, deep: true },
  result: code(at, 11),
}))

/** Client dialect -> the bytes of its request. */
export const conversations = {
  anthropic: jsonBytes(messagesRequest()),
  'openai-chat': jsonBytes(chatRequest()),
  'openai-responses': jsonBytes(responsesRequest()),
  ollama: jsonBytes(ollamaRequest()),
}

function schemaOf(at) {
  const plain = (name) => [name, { type: 'string', description: text(60 + at), minLength: 1 }]
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: {
      ...Object.fromEntries(['path', 'pattern', 'encoding'].map(plain)),
      limit: { type: 'integer', minimum: 1, maximum: 2000, default: 200 },
      mode: { type: 'string', enum: ['read', 'write', 'append'] },
      edits: { type: 'array', items: { type: 'object', properties: Object.fromEntries(['old', 'new'].map(plain)) } },
      deep: { anyOf: [{ type: 'boolean' }, { type: 'null' }] },
    },
    required: ['path'],
    additionalProperties: false,
  }
}

function messagesRequest() {
  const idOf = (step) => `toolu_${step.id}`
  return {
    model: 'claude-sonnet-4-5',
    max_tokens: 8192,
    stream: true,
    system: [{ type: 'text', text: system, cache_control: { type: 'ephemeral' } }],
    tools: tools.map(({ name, description, schema }) => ({ name, description, input_schema: schema })),
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: question },
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: image } },
        ],
      },
      ...steps.flatMap((step) => [
        {
          role: 'assistant',
          content: [
            { type: 'text', text: step.said },
            { type: 'tool_use', id: idOf(step), name: step.name, input: step.input },
          ],
        },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: idOf(step), content: step.result }] },
      ]),
      { role: 'user', content: goOn },
    ],
  }
}

function chatRequest() {
  const idOf = (step) => `call_${step.id}`
  return {
    model: 'gpt-4o',
    stream: true,
    stream_options: { include_usage: true },
    tools: tools.map(functionTool),
    messages: [
      { role: 'system', content: system },
      {
        role: 'user',
        content: [
          { type: 'text', text: question },
          { type: 'image_url', image_url: { url: `data:image/png;base64,${image}` } },
        ],
      },
      ...steps.flatMap((step) => [
        { role: 'assistant', content: step.said, tool_calls: [functionCall(idOf(step), step)] },
        { role: 'tool', tool_call_id: idOf(step), content: step.result },
      ]),
      { role: 'user', content: goOn },
    ],
  }
}

function functionTool({ name, description, schema }) {
  return { type: 'function', function: { name, description, parameters: schema } }
}

function functionCall(id, { name, input }) {
  return { id, type: 'function', function: { name, arguments: JSON.stringify(input) } }
}

function responsesRequest() {
  const idOf = (step) => `call_${step.id}`
  return {
    model: 'gpt-5.4',
    stream: true,
    instructions: system,
    tools: tools.map(({ name, description, schema }) => ({ type: 'function', name, description, parameters: schema })),
    input: [
      {
        role: 'user',
        content: [
          { type: 'input_text', text: question },
          { type: 'input_image', image_url: `data:image/png;base64,${image}` },
        ],
      },
      ...steps.flatMap((step) => [
        { role: 'assistant', content: [{ type: 'output_text', text: step.said, annotations: [] }] },
        { type: 'function_call', call_id: idOf(step), name: step.name, arguments: JSON.stringify(step.input) },
        { type: 'function_call_output', call_id: idOf(step), output: step.result },
      ]),
      { role: 'user', content: [{ type: 'input_text', text: goOn }] },
    ],
  }
}

function ollamaRequest() {
  return {
    model: 'qwen2.5:3b',
    tools: tools.map(functionTool),
    messages: [
      { role: 'system', content: system },
      { role: 'user', content: question, images: [image] },
      ...steps.flatMap(({ said, name, input, result }) => [
        { role: 'assistant', content: said, tool_calls: [{ function: { name, arguments: input } }] },
        { role: 'tool', tool_name: name, content: result },
      ]),
      { role: 'user', content: goOn },
    ],
  }
}
