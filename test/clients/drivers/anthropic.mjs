/** Drives one major of @anthropic-ai/sdk: `node anthropic.mjs anthropic-1`. */

import { describeSdkError, drive, forecast, pickHeaders, toolLoop, weather } from './driver.mjs'

const { default: Anthropic } = await import(process.argv[2])
const { jsonSchemaOutputFormat } = await import(`${process.argv[2]}/helpers/json-schema`)

drive(async (command) => {
  const client = new Anthropic({
    baseURL: command.baseURL,
    apiKey: command.apiKey,
    maxRetries: command.maxRetries ?? 0,
    ...(command.timeoutMs === undefined ? {} : { timeout: command.timeoutMs }),
  })
  const body = {
    model: command.model,
    max_tokens: command.maxTokens ?? 512,
    ...(command.system === undefined ? {} : { system: command.system }),
    messages: command.messages,
    ...command.extra,
  }
  switch (command.op) {
    case 'create': {
      const { data, response } = await client.messages.create(body).withResponse()
      return { ...describe(data), headers: pickHeaders(response.headers), chunks: 1 }
    }
    case 'stream':
      return iterate(client, body, command.stopAfter ?? Infinity)
    case 'final': {
      let chunks = 0
      const stream = client.messages.stream(body).on('streamEvent', () => (chunks += 1))
      return { ...describe(await stream.finalMessage()), chunks }
    }
    case 'loop':
      return loop(client, body, command)
    case 'runner':
      return runTools(client.beta.messages, body, command)
    case 'mcp':
      return withServers(client.beta.messages, body, command)
    default:
      throw new Error(`unknown op ${command.op}`)
  }
}, describeSdkError)

/** As the documentation has it: the whole content goes back, thinking included, results together in one user message. */
function loop(client, body, command) {
  const tools = [{ name: weather.name, description: weather.description, input_schema: weather.schema }]
  const ask = async (messages) => {
    const format = command.forecast ? { output_config: { format: jsonSchemaOutputFormat(forecast.schema) } } : {}
    const request = { ...body, ...format, tools, messages }
    const message = command.streams
      ? await client.messages.stream(request).finalMessage()
      : await client.messages[command.forecast ? 'parse' : 'create'](request)
    return {
      ...describe(message),
      parsed: message.parsed_output,
      items: [{ role: 'assistant', content: message.content }],
    }
  }
  const answer = (results) => {
    const content = results.map(({ call, result }) => ({
      type: 'tool_result',
      tool_use_id: call.id,
      content: withImage(result, command.image),
    }))
    return content.length === 0 ? [] : [{ role: 'user', content }]
  }
  return toolLoop(command, ask, (text, image) => ({ role: 'user', content: withImage(text, image) }), answer)
}

/** The SDK's own loop, which from 1.x on has the provider keep the conversation and says only what is new. */
async function runTools(messages, body, { turns, streams }) {
  const { betaTool } = await import(`${process.argv[2]}/helpers/beta/json-schema`)
  const { name, description, schema: inputSchema, run } = weather
  const toolCalls = []
  const tool = betaTool({
    name,
    description,
    inputSchema,
    run: (input) => {
      toolCalls.push(input)
      return run(input)
    },
  })
  const [first, ...more] = turns.map((content) => ({ role: 'user', content }))
  const runner = messages.toolRunner({ ...body, stream: streams === true, tools: [tool], messages: [first] })
  const texts = []
  for await (const said of runner) {
    const message = streams ? await said.finalMessage() : said
    if (message.stop_reason === 'tool_use') continue
    texts.push(describe(message).text)
    const next = more.shift()
    if (next) runner.pushMessages({ role: 'assistant', content: message.content }, next)
  }
  return { text: texts.join('\n'), texts, chunks: 0, value: toolCalls }
}

/** What the connector's blocks are in the SDK's own reading, and in which order a stream tells them. */
async function withServers(messages, body, { streams }) {
  const events = []
  const message = streams
    ? await messages
        .stream(body)
        .on('streamEvent', ({ type, content_block }) =>
          events.push([type, content_block?.type].filter(Boolean).join(' ')),
        )
        .finalMessage()
    : await messages.create(body)
  return { ...describe(message), value: { content: message.content, events }, chunks: events.length }
}

function withImage(text, data) {
  if (data === undefined) return text
  return [
    { type: 'text', text },
    { type: 'image', source: { type: 'base64', media_type: 'image/png', data } },
  ]
}

/** Gathers the events as an app does that uses no helper. */
async function iterate(client, body, stopAfter) {
  const { data, response } = await client.messages.create({ ...body, stream: true }).withResponse()
  const message = { content: [], usage: {} }
  const inputs = []
  let chunks = 0
  for await (const event of data) {
    if (event.type === 'message_start') Object.assign(message, event.message)
    if (event.type === 'content_block_start') {
      message.content[event.index] = { ...event.content_block }
      inputs[event.index] = ''
    }
    if (event.type === 'content_block_delta') {
      chunks += 1
      const block = message.content[event.index]
      if (event.delta.type === 'text_delta') block.text += event.delta.text
      if (event.delta.type === 'thinking_delta') block.thinking += event.delta.thinking
      if (event.delta.type === 'input_json_delta') inputs[event.index] += event.delta.partial_json
    }
    if (event.type === 'message_delta') {
      message.stop_reason = event.delta.stop_reason
      Object.assign(message.usage, event.usage)
    }
    if (chunks >= stopAfter) break
  }
  for (const [index, block] of message.content.entries()) {
    if (block.type === 'tool_use' && inputs[index] !== '') block.input = JSON.parse(inputs[index])
  }
  return { ...describe(message), headers: pickHeaders(response.headers), chunks }
}

/** A body that is no message must look like one without content, as it does to an app. */
function describe(message) {
  const content = message.content ?? []
  return {
    text: content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
    thinking: content.map((block) => (block.type === 'thinking' ? block.thinking : '')).join(''),
    toolCalls: content.filter((block) => block.type === 'tool_use').map(({ id, name, input }) => ({ id, name, input })),
    answerId: message.id ?? null,
    model: message.model ?? null,
    finish: message.stop_reason ?? null,
    usage: message.usage ?? null,
  }
}
