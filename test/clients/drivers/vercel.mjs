/** Drives one major of the Vercel AI SDK: `node vercel.mjs ai-7 ai-anthropic-4 ai-openai-4`. */

import { drive, forecast, pickHeaders, weather } from './driver.mjs'

const [ai, anthropic, openai] = await Promise.all(process.argv.slice(2, 5).map((name) => import(name)))

drive(async (command) => {
  const options = {
    model: languageModel(command),
    ...(command.system === undefined ? {} : { system: command.system }),
    messages: command.messages,
    maxRetries: command.maxRetries ?? 0,
    maxOutputTokens: command.maxTokens ?? 512,
    ...command.extra,
  }
  if (command.op === 'loop') return loop(options, command)
  if (command.op === 'mcp') return withServers(options, command)
  if (command.op === 'create') {
    const result = await ai.generateText(options)
    return { ...(await describe(result)), headers: headersOf(result.response), chunks: 1 }
  }
  return stream(options, command)
}, describeError)

/** The SDK runs the loop itself; what it says of its answers goes back as it says it. */
async function loop(options, { turns, image, streams, forecast: wantsForecast }) {
  const { name, description, schema, run } = weather
  const tools = {
    [name]: ai.tool({
      description,
      inputSchema: ai.jsonSchema(schema),
      execute: async (input) => run(input),
      ...(image === undefined
        ? {}
        : { toModelOutput: ({ output }) => ({ type: 'content', value: shown(output, image) }) }),
    }),
  }
  const output = wantsForecast ? { output: ai.Output.object({ schema: ai.jsonSchema(forecast.schema) }) } : {}
  const messages = []
  const texts = []
  const parsed = []
  const toolCalls = []
  for (const [at, text] of turns.entries()) {
    const isShown = image !== undefined && at === 0
    messages.push({
      role: 'user',
      content: isShown
        ? [
            { type: 'text', text },
            { type: 'image', image },
          ]
        : text,
    })
    const request = { ...options, ...output, messages, tools, stopWhen: ai.stepCountIs(6) }
    const failed = []
    const result = streams
      ? ai.streamText({ ...request, onError: ({ error }) => failed.push(error) })
      : await ai.generateText(request)
    if (streams) await result.consumeStream()
    if (failed.length > 0) throw failed[0]
    // Since 7 the response's own messages are those of the last step alone.
    messages.push(...((await result.responseMessages) ?? (await result.response).messages))
    texts.push(await result.text)
    if (wantsForecast) parsed.push(await result.output)
    for (const step of await result.steps)
      for (const call of step.toolCalls) toolCalls.push({ id: call.toolCallId, name: call.toolName, input: call.input })
  }
  return { text: texts.at(-1), texts, parsed, toolCalls, chunks: 0 }
}

function shown(text, data) {
  return [
    { type: 'text', text },
    { type: 'image-data', data, mediaType: 'image/png' },
  ]
}

/** Servers in the words of this SDK, and the parts that it makes of what they did: `servers` has label, URL and whether they run unasked. */
async function withServers(options, { api, servers, streams }) {
  const mcp = openai.openai.tools.mcp
  const named =
    api === 'messages'
      ? {
          providerOptions: {
            anthropic: { mcpServers: servers.map(({ label, url }) => ({ type: 'url', name: label, url })) },
          },
        }
      : {
          tools: Object.fromEntries(
            servers.map(({ label, url, asks }) => [
              label,
              mcp({ serverLabel: label, serverUrl: url, requireApproval: asks ? 'always' : 'never' }),
            ]),
          ),
        }
  const failed = []
  const request = { ...options, ...named }
  const result = streams
    ? ai.streamText({ ...request, onError: ({ error }) => failed.push(error) })
    : await ai.generateText(request)
  if (streams) await result.consumeStream()
  if (failed.length > 0) throw failed[0]
  return { ...(await describe(result)), value: { content: await result.content, events: [] }, chunks: 0 }
}

function languageModel({ api, baseURL, apiKey, model }) {
  if (api === 'messages') return anthropic.createAnthropic({ baseURL, apiKey })(model)
  const provider = openai.createOpenAI({ baseURL, apiKey })
  return api === 'chat' ? provider.chat(model) : provider.responses(model)
}

/** `streamText` throws nothing while it streams: errors are parts, and would be lost without this. */
async function stream(options, command) {
  const abort = new AbortController()
  const result = ai.streamText({ ...options, abortSignal: abort.signal, onError: () => undefined })
  let text = ''
  let chunks = 0
  for await (const part of result.fullStream) {
    if (part.type === 'error') throw part.error
    if (part.type !== 'text-delta') continue
    chunks += 1
    text += part.text
    if (chunks >= (command.stopAfter ?? Infinity)) {
      abort.abort()
      return { text, chunks }
    }
  }
  const described = await describe(result)
  // `final` trusts the SDK's own sum of the stream, `stream` what came through it.
  const shown = command.op === 'final' ? described : { ...described, text }
  return { ...shown, headers: headersOf(await result.response), chunks }
}

async function describe(result) {
  const response = await result.response
  const usage = await result.usage
  return {
    text: await result.text,
    toolCalls: (await result.toolCalls).map((call) => ({
      id: call.toolCallId,
      name: call.toolName,
      input: call.input,
    })),
    answerId: response.id ?? null,
    model: response.modelId ?? null,
    finish: await result.finishReason,
    usage: { inputTokens: usage.inputTokens ?? null, outputTokens: usage.outputTokens ?? null },
  }
}

function headersOf(response) {
  return pickHeaders(Object.entries(response?.headers ?? {}))
}

/** After its retries the SDK wraps the last error. */
function describeError(error) {
  const cause = error?.lastError ?? error
  const body = cause?.data
  return {
    name: cause?.name ?? 'unknown',
    status: cause?.statusCode ?? null,
    message: String(cause?.message ?? JSON.stringify(cause)),
    type: body?.error?.type ?? cause?.type ?? null,
    code: body?.error?.code ?? cause?.code ?? null,
    headers: pickHeaders(Object.entries(cause?.responseHeaders ?? {})),
  }
}
