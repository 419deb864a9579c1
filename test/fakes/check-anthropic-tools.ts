/** Tool ids and pairs of a Messages conversation (providers.md 4.2). */

import { arrayOf, isObject, type JsonObject, type JsonValue, stringOf } from '../../src/ir/json.ts'
import { Refusal } from './refusal.ts'

interface Turn {
  role: string
  /** Where each block stood before turns of one role were merged. */
  blocks: { block: JsonObject; at: string; message: number }[]
}

export function checkToolPairs(messages: readonly JsonValue[]): void {
  const turns = mergeTurns(messages)
  const seen = new Set<string>()
  for (const [index, turn] of turns.entries()) {
    const uses = turn.role === 'assistant' ? checkUses(turn, seen) : []
    checkAnswered(uses, turns[index + 1], turn.blocks.at(-1)?.message ?? index)
    if (turn.role === 'user') checkResults(turn, turns[index - 1])
  }
}

/** The API joins consecutive turns of one role before it looks at pairs. */
function mergeTurns(messages: readonly JsonValue[]): Turn[] {
  const turns: Turn[] = []
  for (const [index, message] of messages.entries()) {
    if (!isObject(message) || message['role'] === 'system') continue
    const role = stringOf(message['role']) ?? ''
    let turn = turns.at(-1)
    if (turn === undefined || turn.role !== role) {
      turn = { role, blocks: [] }
      turns.push(turn)
    }
    if (typeof message['content'] === 'string') {
      const block = { type: 'text', text: message['content'] }
      turn.blocks.push({ block, at: `messages.${index}`, message: index })
    }
    for (const [place, block] of arrayOf(message['content']).entries()) {
      if (isObject(block)) turn.blocks.push({ block, at: `messages.${index}.content.${place}`, message: index })
    }
  }
  return turns
}

function checkUses(turn: Turn, seen: Set<string>): string[] {
  const ids: string[] = []
  for (const { block, at } of turn.blocks) {
    if (block['type'] !== 'tool_use') continue
    const id = stringOf(block['id']) ?? ''
    const name = stringOf(block['name']) ?? ''
    if (!/^[a-zA-Z0-9_-]+$/.test(id)) {
      throw new Refusal(`${at}.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'`)
    }
    if (!/^[a-zA-Z0-9_-]{1,128}$/.test(name)) {
      throw new Refusal(`${at}.tool_use.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'`)
    }
    if (!isObject(block['input'])) throw new Refusal(`${at}.tool_use.input: Input should be a valid dictionary`)
    if (seen.has(id)) throw new Refusal(`${at}: \`tool_use\` ids must be unique`)
    seen.add(id)
    ids.push(id)
  }
  return ids
}

function checkAnswered(uses: readonly string[], next: Turn | undefined, message: number): void {
  const answered = new Set(leadingResults(next))
  const missing = uses.filter((id) => !answered.has(id))
  if (missing.length === 0) return
  throw new Refusal(
    `messages.${message}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${missing.join(', ')}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
  )
}

/** Only results at the head of the turn count: text before them is an error too. */
function leadingResults(turn: Turn | undefined): string[] {
  const ids: string[] = []
  for (const { block } of turn?.blocks ?? []) {
    if (block['type'] !== 'tool_result') break
    ids.push(stringOf(block['tool_use_id']) ?? '')
  }
  return ids
}

function checkResults(turn: Turn, before: Turn | undefined): void {
  const uses = new Set(
    (before?.blocks ?? [])
      .filter(({ block }) => block['type'] === 'tool_use')
      .map(({ block }) => stringOf(block['id'])),
  )
  const answered = new Set<string>()
  for (const { block, at } of turn.blocks) {
    if (block['type'] !== 'tool_result') continue
    const id = stringOf(block['tool_use_id']) ?? ''
    if (!uses.has(id)) {
      throw new Refusal(
        `${at}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${id}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`,
      )
    }
    if (answered.has(id)) {
      throw new Refusal(
        `${at}: each tool_use must have a single result. Found multiple \`tool_result\` blocks with id: ${id}`,
      )
    }
    answered.add(id)
  }
}
