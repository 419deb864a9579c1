/** Drives the ollama package: `node ollama.mjs ollama`. */

import { drive, toolLoop, weather } from './driver.mjs'

const { Ollama } = await import(process.argv[2])

drive(async (command) => {
  const client = new Ollama({ host: command.baseURL, headers: { authorization: `Bearer ${command.apiKey}` } })
  const system = command.system === undefined ? [] : [{ role: 'system', content: command.system }]
  const chat = { model: command.model, messages: [...system, ...command.messages], ...command.extra }
  switch (command.op) {
    case 'create':
      return describe(await client.chat(chat))
    case 'stream':
      return describe(await gather(await client.chat({ ...chat, stream: true })))
    case 'generate':
      return generate(client, { model: command.model, ...command.extra }, command.streams)
    case 'loop':
      return loop(client, chat, command, system)
    case 'list':
    case 'ps':
    case 'version':
      return { text: '', chunks: 0, value: await client[command.op]() }
    case 'show':
      return { text: '', chunks: 0, value: await client.show({ model: command.model }) }
    default:
      throw new Error(`unknown op ${command.op}`)
  }
}, describeError)

async function generate(client, request, streams) {
  return describe(
    streams ? await gather(await client.generate({ ...request, stream: true })) : await client.generate(request),
  )
}

/** As the documentation has it: the message goes back as it came, each result names its tool. */
function loop(client, chat, command, system) {
  const { name, description, schema: parameters } = weather
  const tools = [{ type: 'function', function: { name, description, parameters } }]
  const ask = async (messages) => {
    const request = { ...chat, tools, messages: [...system, ...messages], stream: command.streams }
    const answer = command.streams ? await gather(await client.chat(request)) : await client.chat(request)
    return { ...describe(answer), items: [answer.message] }
  }
  const answer = (results) =>
    results.map(({ call, result }) => ({ role: 'tool', tool_name: call.name, content: result }))
  return toolLoop(command, ask, (content) => ({ role: 'user', content }), answer)
}

/** The lines of a stream as one answer, as an app sums them up. */
async function gather(stream) {
  const message = { role: 'assistant', content: '' }
  let whole = { response: '', thinking: '' }
  let chunks = 0
  for await (const line of stream) {
    chunks += 1
    whole = { ...whole, ...line, response: whole.response + (line.response ?? ''), chunks }
    message.content += line.message?.content ?? ''
    if (line.message?.thinking) message.thinking = (message.thinking ?? '') + line.message.thinking
    if (line.message?.tool_calls) message.tool_calls = [...(message.tool_calls ?? []), ...line.message.tool_calls]
  }
  return whole.message ? { ...whole, message } : whole
}

function describe(answer) {
  const { message, response = '', model, done_reason, prompt_eval_count, eval_count, context, chunks = 1 } = answer
  return {
    text: message?.content ?? response,
    thinking: message?.thinking ?? answer.thinking ?? '',
    toolCalls: (message?.tool_calls ?? []).map(({ id, function: called }) => ({
      id: id ?? '',
      name: called.name,
      input: called.arguments,
    })),
    model: model ?? null,
    finish: done_reason ?? null,
    usage: { prompt_eval_count, eval_count },
    value: { context },
    chunks,
  }
}

function describeError(error) {
  return {
    name: error?.name ?? 'unknown',
    status: error?.status_code ?? null,
    message: String(error?.message ?? error),
  }
}
