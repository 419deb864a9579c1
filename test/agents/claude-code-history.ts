/** A long afternoon with Claude Code: a tool loop of 120 messages, with all that its histories hold (real-clients.md 2). */
import type { JsonObject } from '../../src/ir/json.ts'
import { planted } from '../secrets.ts'
import { changed, type AgentRequest } from './agent-request.ts'
import { ephemeral, firstRequest, followUp, reminder } from './claude-code.ts'
import { headlessTools, webFetch } from './claude-code-tools.ts'
import { filledTo } from './filler.ts'

const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

function toolUse(id: string, name: string, input: JsonObject): JsonObject {
  return { type: 'tool_use', id, name, input }
}

function toolResult(id: string, content: string | JsonObject[], isError = false): JsonObject {
  return { tool_use_id: id, type: 'tool_result', content, is_error: isError }
}

/** The answer of a tool as the last message, which holds the cache mark. */
export function afterTool(request: AgentRequest, id: string, name: string, input: JsonObject, said: string) {
  const result = { ...toolResult(id, said), cache_control: ephemeral }
  return followUp(
    request,
    { role: 'assistant', content: [toolUse(id, name, input)] },
    { role: 'user', content: [result] },
  )
}

/** After a ToolSearch: what it found, and the tools that it lets the model see. */
export function toolSearchFollowUp(request: AgentRequest): AgentRequest {
  const found = [{ type: 'tool_reference', tool_name: 'WebFetch' }]
  const asked = followUp(
    request,
    { role: 'assistant', content: [toolUse('toolu_search', 'ToolSearch', { query: 'fetch', max_results: 5 })] },
    { role: 'user', content: [toolResult('toolu_search', found), { type: 'text', text: 'Tool loaded.' }] },
  )
  return changed(asked, { tools: [...headlessTools, { ...webFetch, defer_loading: true }] })
}

/** One round: a thought that is not shown, some words, the calls, and then their results. */
function round(at: number, words: string): [calls: JsonObject[], results: JsonObject[]] {
  const id = `toolu_round${at}`
  switch (at % 5) {
    case 0:
      return [
        [
          toolUse(`${id}a`, 'Read', { file_path: '/work/naïve.ts' }),
          toolUse(`${id}b`, 'Bash', { command: 'ls "世界"' }),
        ],
        [toolResult(`${id}a`, words), toolResult(`${id}b`, 'Exit code 2\nls: "世界": not there', true)],
      ]
    case 1: {
      const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } }
      const shot = [{ type: 'text', text: words }, image]
      return [[toolUse(id, 'Read', { file_path: '/work/shot.png' })], [toolResult(id, shot)]]
    }
    case 2: {
      const change = { file_path: '/work/a.ts', old_string: 'const a = "1"\n', new_string: words }
      return [
        [{ type: 'text', text: 'I change it.' }, toolUse(id, 'Edit', change)],
        [toolResult(id, 'The file was changed.'), { type: 'text', text: reminder }],
      ]
    }
    case 3:
      return [[toolUse(id, 'Skill', { skill: 'review' })], [toolResult(id, []), { type: 'text', text: words }]]
    default:
      return [[toolUse(id, 'Bash', { command: words, timeout: 1000 })], [toolResult(id, '')]]
  }
}

const rounds = 57

/** The same request with a history of 120 messages, of which the provider signed every thought; 150 KB in all. */
export function longHistory(): AgentRequest {
  const first = firstRequest()
  const body = filledTo(150_000, (words) => {
    const share = Math.floor(words.length / rounds)
    let request = first
    for (let at = 0; at < rounds; at += 1) request = withRound(request, at, words.slice(0, share))
    return followUp(
      request,
      { role: 'assistant', content: [{ type: 'text', text: `All of it is done. ${words.slice(rounds * share)}` }] },
      { role: 'user', content: [{ type: 'text', text: planted.question }] },
    ).body
  })
  return { ...first, body, remembered: body }
}

function withRound(request: AgentRequest, at: number, words: string): AgentRequest {
  const [calls, results] = round(at, words)
  const thought = { type: 'thinking', thinking: '', signature: btoa(`signature of thought ${at}`) }
  const turns = [
    { role: 'assistant', content: [thought, ...calls] },
    { role: 'user', content: results },
  ]
  // Now and then the system has something to say, right behind the results.
  return followUp(request, ...turns, ...(at % 28 === 9 ? [{ role: 'system', content: 'One agent has ended.' }] : []))
}
