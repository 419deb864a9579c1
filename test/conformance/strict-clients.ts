/**
 * Readers as strict as the strictest real client of each dialect: they throw wherever one of them throws, loops or loses
 * something (providers.md 3.2, 3.3, 3.4; real-clients.md 5).
 */
import { arrayOf, isObject, objectOf, stringOf, type JsonObject } from '../../src/ir/json.ts'
import { countAt, demand, objectAt, parseFrames, textAt, type Heard, type SseClientName } from './demand.ts'
import { readResponses } from './strict-responses-client.ts'

export const strictClients: { readonly [D in SseClientName]: (text: string) => Heard } = {
  anthropic: readMessages,
  'openai-chat': readChat,
  'openai-responses': readResponses,
}

type Block = { type: string; text: string; id: string; name: string; open: boolean }

function readMessages(text: string): Heard {
  const blocks: Block[] = []
  let started = false
  let ending: string | undefined
  let usage: JsonObject | undefined
  let stopped = false

  for (const { event, data } of parseFrames(text)) {
    demand(!stopped, `${event} comes after message_stop`)
    const body = objectAt(JSON.parse(data), 'data')
    demand(
      event !== undefined && event === body['type'],
      `event line '${event}' does not name ${JSON.stringify(body['type'])}`,
    )
    if (event === 'error') {
      textAt(objectAt(body['error'], 'error')['type'], 'error.type')
      return { ...gather(blocks), ending: 'failed', error: body['error'] }
    }
    // None of them minds a ping before it (real-clients.md 5).
    demand(started || event === 'message_start' || event === 'ping', `${event} comes before message_start`)
    switch (event) {
      case 'message_start': {
        demand(!started, 'a second message_start')
        const message = objectAt(body['message'], 'message')
        demand(Array.isArray(message['content']) && message['content'].length === 0, 'message.content is no empty list')
        countUsage(objectAt(message['usage'], 'message_start usage'))
        textAt(message['id'], 'message.id')
        textAt(message['model'], 'message.model')
        demand(message['role'] === 'assistant' && message['type'] === 'message', 'no assistant message')
        started = true
        break
      }
      case 'content_block_start':
        openBlock(blocks, countAt(body['index'], 'index'), objectAt(body['content_block'], 'content_block'))
        break
      case 'content_block_delta':
        extendBlock(blocks, countAt(body['index'], 'index'), objectAt(body['delta'], 'delta'))
        break
      case 'content_block_stop': {
        const block = blocks[countAt(body['index'], 'index')]
        demand(block?.open === true, 'content_block_stop without its block')
        block.open = false
        break
      }
      case 'message_delta':
        demand(ending === undefined, 'a second message_delta')
        demand(
          blocks.every((block) => !block.open),
          'message_delta while a block is open',
        )
        ending = textAt(objectAt(body['delta'], 'delta')['stop_reason'], 'stop_reason')
        usage = objectAt(body['usage'], 'message_delta usage')
        countAt(usage['output_tokens'], 'usage.output_tokens')
        break
      case 'message_stop':
        stopped = true
        break
      case 'ping':
        break
      default:
        demand(false, `unknown event ${event}`)
    }
  }
  demand(stopped && ending !== undefined, 'stream ended without producing a Message')
  return { ...gather(blocks), ending, usage }
}

function countUsage(usage: JsonObject): void {
  countAt(usage['input_tokens'], 'usage.input_tokens')
  countAt(usage['output_tokens'], 'usage.output_tokens')
}

/** Blocks that only the provider makes, and fills as it likes. */
const providersOwn = ['redacted_thinking', 'server_tool_use', 'web_search_tool_result']

function openBlock(blocks: Block[], index: number, block: JsonObject): void {
  demand(index === blocks.length, `block index ${index} where ${blocks.length} was due`)
  demand(
    blocks.every((earlier) => !earlier.open),
    `block ${index} starts while another is open`,
  )
  const type = textAt(block['type'], 'content_block.type')
  demand(['text', 'thinking', 'tool_use', ...providersOwn].includes(type), `unknown block type ${type}`)
  if (providersOwn.includes(type)) demand(block[type] === undefined, `${type} in a form of its own`)
  else if (type === 'tool_use') {
    demand(Object.keys(objectAt(block['input'], 'input')).length === 0, 'tool input given at the start')
    demand(
      /^[a-zA-Z0-9_-]+$/.test(textAt(block['id'], 'id')),
      `tool_use.id ${JSON.stringify(block['id'])} breaks the pattern`,
    )
  } else demand(block[type] === '', `${type} block does not start empty`)
  blocks.push({ type, text: '', id: stringOf(block['id']) ?? '', name: stringOf(block['name']) ?? '', open: true })
}

const deltaFields: Readonly<Record<string, [block: string, field: string]>> = {
  text_delta: ['text', 'text'],
  thinking_delta: ['thinking', 'thinking'],
  input_json_delta: ['tool_use', 'partial_json'],
}

function extendBlock(blocks: Block[], index: number, delta: JsonObject): void {
  const block = blocks[index]
  demand(block?.open === true, `a delta for block ${index}, which is not open`)
  const type = textAt(delta['type'], 'delta.type')
  if (type === 'signature_delta') return demand(block.type === 'thinking', 'a signature outside a thinking block')
  if (providersOwn.includes(block.type)) return
  const [kind = '', field = ''] = deltaFields[type] ?? []
  demand(kind === block.type, `${type} in a ${block.type} block`)
  block.text += textAt(delta[field], field)
}

function gather(blocks: Block[]): Pick<Heard, 'texts' | 'reasoning' | 'calls'> {
  const of = (type: string): Block[] => blocks.filter((block) => block.type === type)
  return {
    texts: of('text').map((block) => block.text),
    reasoning: of('thinking').map((block) => block.text),
    calls: of('tool_use').map(({ id, name, text }) => ({ id, name, input: text })),
  }
}

function readChat(text: string): Heard {
  const heard: Heard = { texts: [], reasoning: [], calls: [], ending: '' }
  let content = ''
  let reasoning = ''
  let roleSeen = false
  let finish: string | undefined
  let done = false
  let identity: string | undefined

  for (const { event, data } of parseFrames(text)) {
    demand(event === undefined, `a named event '${event}'`)
    demand(!done, 'a frame after [DONE]')
    if (data === '[DONE]') {
      done = true
      continue
    }
    const chunk = objectAt(JSON.parse(data), 'chunk')
    if (chunk['error']) return { ...heard, texts: [content], ending: 'failed', error: chunk['error'] }
    demand(chunk['object'] === 'chat.completion.chunk', 'object is not chat.completion.chunk')
    demand(Array.isArray(chunk['choices']), 'a chunk without choices')
    const name = `${textAt(chunk['id'], 'id')} ${textAt(chunk['model'], 'model')} ${countAt(chunk['created'], 'created')}`
    demand(identity === undefined || identity === name, 'id, model or created change')
    identity = name
    if (isObject(chunk['usage'])) {
      demand(chunk['choices'].length === 0 && finish !== undefined, 'usage before the finish, or beside a choice')
      heard.usage = chunk['usage']
      countAt(heard.usage['prompt_tokens'], 'prompt_tokens')
      countAt(heard.usage['completion_tokens'], 'completion_tokens')
      countAt(heard.usage['total_tokens'], 'total_tokens')
      continue
    }
    demand(chunk['choices'].length === 1, 'not one choice')
    demand(finish === undefined, 'content after finish_reason')
    const choice = objectAt(chunk['choices'][0], 'choice')
    demand(choice['index'] === 0, 'choice.index is not 0')
    const delta = objectAt(choice['delta'], 'delta')
    if (!roleSeen) demand(delta['role'] === 'assistant', 'missing role for choice 0')
    roleSeen = true
    content += stringOf(delta['content']) ?? ''
    reasoning += stringOf(delta['reasoning_content']) ?? ''
    for (const call of arrayOf(delta['tool_calls'])) extendCall(heard.calls, objectAt(call, 'tool_calls[]'))
    demand('finish_reason' in choice, 'no finish_reason field')
    finish = stringOf(choice['finish_reason'])
  }
  demand(finish !== undefined, 'missing finish_reason for choice 0')
  demand(done, 'no [DONE]')
  return { ...heard, texts: [content], reasoning: [reasoning], ending: finish }
}

function extendCall(calls: Heard['calls'], call: JsonObject): void {
  const index = countAt(call['index'], 'tool call index')
  const definition = objectOf(call['function'])
  if (index === calls.length) {
    demand(call['type'] === 'function', 'tool call snapshot missing `type`')
    calls.push({ id: textAt(call['id'], 'tool call id'), name: textAt(definition['name'], 'function.name'), input: '' })
  }
  const known = calls[index]
  demand(known !== undefined, `a gap in the tool call indexes at ${index}`)
  known.input += stringOf(definition['arguments']) ?? ''
}
