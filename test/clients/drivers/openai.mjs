/** Drives one major of openai: `node openai.mjs openai-7`. */

import { describeSdkError, drive, forecast, pickHeaders, Skipped, toolLoop, weather } from './driver.mjs'

const { default: OpenAI } = await import(process.argv[2])
const { zodResponseFormat, zodTextFormat } = await import(`${process.argv[2]}/helpers/zod`)
const { z } = await import('zod')
const zodForecast = z.object({ city: z.string(), sunny: z.boolean() })

drive((command) => {
  const client = new OpenAI({
    baseURL: command.baseURL,
    apiKey: command.apiKey,
    maxRetries: command.maxRetries ?? 0,
    ...(command.timeoutMs === undefined ? {} : { timeout: command.timeoutMs }),
  })
  return command.api === 'responses' ? responses(client, command) : chat(client, command)
}, describeSdkError)

async function chat(client, command) {
  const system = command.system === undefined ? [] : [{ role: 'system', content: command.system }]
  const body = { model: command.model, messages: [...system, ...command.messages], ...command.extra }
  switch (command.op) {
    case 'create': {
      const { data, response } = await client.chat.completions.create(body).withResponse()
      return { ...describeChat(data), headers: pickHeaders(response.headers), chunks: 1 }
    }
    case 'stream':
      return iterateChat(client, body, command.stopAfter ?? Infinity)
    case 'final': {
      // The helper left `beta` in major 5.
      const completions = client.chat.completions.stream ? client.chat.completions : client.beta?.chat?.completions
      if (!completions?.stream) throw new Skipped('no chat.completions.stream')
      let chunks = 0
      const stream = completions.stream({ ...body, stream_options: { include_usage: true } })
      stream.on('chunk', () => (chunks += 1))
      return { ...describeChat(await stream.finalChatCompletion()), chunks }
    }
    case 'loop':
      return loopChat(client, body, command, system)
    default:
      throw new Error(`unknown op ${command.op}`)
  }
}

/** As the documentation has it: the message goes back as it came, each result in a message of its own. */
function loopChat(client, body, command, system) {
  const { name, description, schema: parameters } = weather
  const tools = [{ type: 'function', function: { name, description, parameters, strict: true } }]
  const completions = client.chat.completions.stream ? client.chat.completions : client.beta?.chat?.completions
  const ask = async (messages) => {
    const format = command.forecast ? { response_format: zodResponseFormat(zodForecast, forecast.name) } : {}
    const request = { ...body, ...format, tools, messages: [...system, ...messages] }
    const completion = command.streams
      ? await completions.stream(request).finalChatCompletion()
      : await (command.forecast ? completions.parse(request) : client.chat.completions.create(request))
    const { message } = completion.choices[0]
    return { ...describeChat(completion), parsed: message.parsed, items: [message] }
  }
  const answer = (results) =>
    results.map(({ call, result }) => ({ role: 'tool', tool_call_id: call.id, content: result }))
  return toolLoop(command, ask, (text, image) => ({ role: 'user', content: chatContent(text, image) }), answer)
}

/** Results have no place for an image on this wire. */
function chatContent(text, image) {
  if (image === undefined) return text
  return [
    { type: 'text', text },
    { type: 'image_url', image_url: { url: `data:image/png;base64,${image}` } },
  ]
}

/** Gathers the chunks as an app does that uses no helper. */
async function iterateChat(client, body, stopAfter) {
  const request = { ...body, stream: true, stream_options: { include_usage: true } }
  const { data, response } = await client.chat.completions.create(request).withResponse()
  const message = { content: '', tool_calls: [] }
  const whole = { choices: [{ message, finish_reason: null }], usage: null }
  let chunks = 0
  for await (const chunk of data) {
    whole.id = chunk.id
    whole.model = chunk.model
    whole.usage = chunk.usage ?? whole.usage
    const choice = chunk.choices?.[0]
    if (choice?.delta?.content) {
      chunks += 1
      message.content += choice.delta.content
    }
    for (const call of choice?.delta?.tool_calls ?? []) {
      const known = (message.tool_calls[call.index] ??= { function: { name: '', arguments: '' } })
      known.id ??= call.id
      known.function.name += call.function?.name ?? ''
      known.function.arguments += call.function?.arguments ?? ''
    }
    whole.choices[0].finish_reason = choice?.finish_reason ?? whole.choices[0].finish_reason
    if (chunks >= stopAfter) break
  }
  return { ...describeChat(whole), headers: pickHeaders(response.headers), chunks }
}

/** A body that is no completion must look like one without content, as it does to an app. */
function describeChat(completion) {
  const choice = completion.choices?.[0]
  return {
    text: choice?.message?.content ?? '',
    toolCalls: (choice?.message?.tool_calls ?? []).map(({ id, function: called }) => ({
      id,
      name: called.name,
      input: JSON.parse(called.arguments),
    })),
    answerId: completion.id ?? null,
    model: completion.model ?? null,
    finish: choice?.finish_reason ?? null,
    usage: completion.usage ?? null,
  }
}

async function responses(client, command) {
  const instructions = command.system === undefined ? {} : { instructions: command.system }
  const body = { model: command.model, input: command.messages, ...instructions, ...command.extra }
  switch (command.op) {
    case 'create': {
      const { data, response } = await client.responses.create(body).withResponse()
      return { ...describeResponse(data), headers: pickHeaders(response.headers), chunks: 1 }
    }
    case 'stream':
      return iterateResponse(client, body, command.stopAfter ?? Infinity)
    case 'final': {
      if (!client.responses.stream) throw new Skipped('no responses.stream')
      let chunks = 0
      const stream = client.responses.stream(body).on('response.output_text.delta', () => (chunks += 1))
      return { ...describeResponse(await stream.finalResponse()), chunks }
    }
    case 'mcp':
      return withServers(client, body, command)
    case 'loop':
      return loopResponses(client, body, command)
    case 'compact': {
      if (!client.responses.compact) throw new Skipped('no responses.compact')
      const { data, response } = await client.responses.compact(body).withResponse()
      return { text: '', value: data, headers: pickHeaders(response.headers), chunks: 1 }
    }
    default:
      throw new Error(`unknown op ${command.op}`)
  }
}

/** What the items of MCP servers are in the SDK's own reading, and in which order a stream tells them. */
async function withServers(client, body, { streams }) {
  const events = []
  let response
  if (!streams) response = await client.responses.create(body)
  else if (client.responses.stream) {
    const stream = client.responses.stream(body).on('event', (event) => events.push(event))
    response = await stream.finalResponse()
  } else {
    for await (const event of await client.responses.create({ ...body, stream: true })) {
      events.push(event)
      response = event.response ?? response
    }
  }
  return { ...describeResponse(response), value: { content: response.output, events }, chunks: events.length }
}

/** Either the app keeps the items and sends them all, or the provider does and is sent only what is new. */
function loopResponses(client, body, command) {
  const { streams, keeps } = command
  if (streams && !client.responses.stream) throw new Skipped('no responses.stream')
  const { name, description, schema: parameters } = weather
  const tools = [{ type: 'function', name, description, parameters, strict: true }]
  let previous_response_id
  let sent = 0
  const ask = async (history) => {
    const held =
      keeps === 'provider' ? { previous_response_id, input: history.slice(sent) } : { store: false, input: history }
    const format = command.forecast ? { text: { format: zodTextFormat(zodForecast, forecast.name) } } : {}
    const request = { ...body, ...format, tools, ...held }
    const response = streams
      ? await client.responses.stream(request).finalResponse()
      : await client.responses[command.forecast ? 'parse' : 'create'](request)
    previous_response_id = response.id
    const items = keeps === 'provider' ? [] : response.output
    sent = history.length + items.length
    return { ...describeResponse(response), parsed: response.output_parsed, items }
  }
  const answer = (results) =>
    results.map(({ call, result }) => ({
      type: 'function_call_output',
      call_id: call.id,
      output: responseContent(result, command.image),
    }))
  return toolLoop(command, ask, (text, image) => ({ role: 'user', content: responseContent(text, image) }), answer)
}

function responseContent(text, image) {
  if (image === undefined) return text
  return [
    { type: 'input_text', text },
    { type: 'input_image', detail: 'auto', image_url: `data:image/png;base64,${image}` },
  ]
}

async function iterateResponse(client, body, stopAfter) {
  const { data, response } = await client.responses.create({ ...body, stream: true }).withResponse()
  let whole = { output: [] }
  let text = ''
  let chunks = 0
  for await (const event of data) {
    if (event.response !== undefined) whole = event.response
    if (event.type === 'response.output_text.delta') {
      chunks += 1
      text += event.delta
    }
    if (chunks >= stopAfter) break
  }
  return { ...describeResponse(whole), text, headers: pickHeaders(response.headers), chunks }
}

function describeResponse(response) {
  const output = response.output ?? []
  const parts = output.flatMap((item) => (item.type === 'message' ? item.content : []))
  return {
    text: parts.map((part) => part.text ?? '').join(''),
    toolCalls: output
      .filter((item) => item.type === 'function_call')
      .map((item) => ({ id: item.call_id, name: item.name, input: JSON.parse(item.arguments) })),
    answerId: response.id ?? null,
    model: response.model ?? null,
    finish: response.status ?? null,
    usage: response.usage ?? null,
  }
}
