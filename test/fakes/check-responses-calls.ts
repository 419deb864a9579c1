/** Tool calls and their outputs: ids, kinds and pairs (providers.md 4.5). */

import { isObject, type JsonObject, type JsonValue, stringOf } from '../../src/ir/json.ts'
import { emptyString, missingParameter, openaiName, Refusal, tooLong } from './refusal.ts'

const longestId = 64

/** The calls that a client answers, in the words of the errors, and what answers them. */
const kinds: Readonly<Record<string, { word: string; outputs: readonly string[]; text?: string }>> = {
  function_call: { word: 'function call', outputs: ['function_call_output'], text: 'arguments' },
  custom_tool_call: { word: 'custom tool call', outputs: ['custom_tool_call_output'], text: 'input' },
  // Codex answers a shell call as if it were a function (real-clients.md 3).
  local_shell_call: { word: 'local shell call', outputs: ['local_shell_call_output', 'function_call_output'] },
  tool_search_call: { word: 'tool search call', outputs: ['tool_search_output'] },
}

const outputWords: Readonly<Record<string, string>> = {
  function_call_output: 'function call output',
  custom_tool_call_output: 'custom tool call output',
  local_shell_call_output: 'local shell call output',
  tool_search_output: 'tool search output',
}

export function checkCalls(input: readonly JsonValue[], earlier: readonly JsonObject[]): void {
  const open = new Map<string, string>()
  for (const item of earlier) openCall(item, open)
  for (const [index, item] of input.entries()) {
    if (!isObject(item)) continue
    checkCall(item, `input[${index}]`)
    openCall(item, open)
    checkOutput(item, `input[${index}]`, open)
  }
  const [unanswered] = open
  if (unanswered === undefined) return
  const [id, type] = unanswered
  throw new Refusal(`No tool output found for ${kinds[type]?.word} ${id}.`, { param: 'input' })
}

function checkCall(item: JsonObject, at: string): void {
  const kind = kinds[stringOf(item['type']) ?? '']
  if (kind === undefined || isOfServer(item)) return
  checkCallId(item['call_id'], `${at}.call_id`)
  if (kind.text === undefined) return
  openaiName(item['name'], `${at}.name`)
  if (typeof item[kind.text] !== 'string') throw missingParameter(`${at}.${kind.text}`)
}

/** A search for tools that no client answers. */
function isOfServer(item: JsonObject): boolean {
  return (stringOf(item['type']) ?? '').startsWith('tool_search_') && item['execution'] !== 'client'
}

function openCall(item: JsonObject, open: Map<string, string>): void {
  const type = stringOf(item['type']) ?? ''
  if (type in kinds && !isOfServer(item)) open.set(stringOf(item['call_id']) ?? '', type)
}

function checkOutput(item: JsonObject, at: string, open: Map<string, string>): void {
  const type = stringOf(item['type']) ?? ''
  const word = outputWords[type]
  if (word === undefined || isOfServer(item)) return
  const content = type === 'tool_search_output' ? 'tools' : 'output'
  const field = type === 'local_shell_call_output' ? 'id' : 'call_id'
  checkCallId(item[field], `${at}.${field}`)
  if (item[content] === undefined) throw missingParameter(`${at}.${content}`)
  const id = stringOf(item[field]) ?? ''
  const called = open.get(id)
  if (called === undefined || !kinds[called]?.outputs.includes(type)) {
    throw new Refusal(`No tool call found for ${word} with call_id ${id}.`, { param: 'input' })
  }
  open.delete(id)
}

function checkCallId(value: JsonValue | undefined, at: string): void {
  const id = stringOf(value)
  if (id === undefined) throw missingParameter(at)
  if (id === '') throw emptyString(at)
  if (id.length > longestId) throw tooLong(at, longestId, id.length)
}
