/**
 * Tools that the provider runs itself, cut before their results. A history with a use and no result is refused (providers.md 4.2), so each
 * gets the result that the provider itself gives when a tool cannot be reached.
 */
import { objectOf, stringOf, type JsonObject } from '../../ir/json.ts'

/** The uses among a message's blocks that no result answers, each with the one it gets. */
export function missingResults(blocks: readonly JsonObject[]): JsonObject[] {
  const answered = new Set(blocks.map((block) => block['tool_use_id']))
  return blocks.flatMap((block) => (answered.has(block['id'] ?? '') ? [] : unavailable(block)))
}

function unavailable(use: JsonObject): JsonObject[] {
  const tool_use_id = stringOf(use['id']) ?? ''
  if (use['type'] === 'mcp_tool_use')
    return [{ type: 'mcp_tool_result', tool_use_id, is_error: true, content: [{ type: 'text', text: 'unavailable' }] }]
  if (use['type'] !== 'server_tool_use') return []
  // Both kinds of tool search have results of one kind.
  const name = (stringOf(use['name']) ?? '').replace(/^tool_search_tool_\w+$/, 'tool_search')
  const type = `${name}_tool_result`
  return [{ type, tool_use_id, content: { type: `${type}_error`, error_code: 'unavailable' } }]
}

/** What a cut input needs to be JSON again. The tool did not run: nobody acts on it. */
export function closeJson(begun: string): string {
  if (begun === '') return ''
  const { brackets, isString } = openIn(begun)
  const endings = (isString ? stringEndings : valueEndings).map((ending) => ending + brackets)
  return endings.find((ending) => isJson(begun + ending)) ?? ''
}

/** Also where an escape was cut, or a key. */
const stringEndings = [
  '"',
  '":null',
  '\\"',
  '\\":null',
  '0"',
  '00"',
  '000"',
  '0000"',
  '0":null',
  '00":null',
  '000":null',
  '0000":null',
]
/** Also behind a comma or a colon, and within a number or a word. */
const valueEndings = ['', 'null', ':null', '"":null', '0', 'rue', 'ue', 'e', 'alse', 'lse', 'se', 'ull', 'll', 'l']

function openIn(begun: string): { brackets: string; isString: boolean } {
  const open: string[] = []
  let isString = false
  for (let at = 0; at < begun.length; at += 1) {
    const character = begun.charAt(at)
    if (character === '"') isString = !isString
    else if (isString) at += character === '\\' ? 1 : 0
    else if (character === '{') open.unshift('}')
    else if (character === '[') open.unshift(']')
    else if (character === '}' || character === ']') open.shift()
  }
  return { brackets: open.join(''), isString }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** The blocks of a message as its frames announce them. */
export function blocksOf(bodies: readonly JsonObject[]): JsonObject[] {
  const started = bodies.filter((body) => body['type'] === 'content_block_start')
  return started.map((body) => objectOf(body['content_block']))
}

export function inputOf(bodies: readonly JsonObject[], index: number): string {
  return bodies
    .filter((body) => body['type'] === 'content_block_delta' && body['index'] === index)
    .map((body) => stringOf(objectOf(body['delta'])['partial_json']) ?? '')
    .join('')
}
