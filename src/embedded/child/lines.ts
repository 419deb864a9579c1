/** An answer in Ollama's form: a line a piece, or all of them in one (local-engines.md 1.2). */
import type { ServerResponse } from 'node:http'
import { compact, type JsonObject } from '../../ir/json.ts'

interface Said {
  content?: string
  thinking?: string
  calls?: JsonObject[]
}

export interface Lines {
  /** `end`: the fields of the last line. */
  readonly say: (said: Said, end?: JsonObject) => void
  readonly end: () => void
}

export function createLines(response: ServerResponse, model: string, isStreamed: boolean): Lines {
  const line = ({ content = '', thinking, calls }: Said, end: JsonObject): JsonObject => ({
    model,
    created_at: new Date().toISOString(),
    message: compact({ role: 'assistant', content, thinking, tool_calls: calls }),
    ...end,
  })
  return isStreamed ? streamed(response, line) : gathered(response, line)
}

type Line = (said: Said, end: JsonObject) => JsonObject

function streamed(response: ServerResponse, line: Line): Lines {
  return {
    say: (said, end) => {
      if (!response.headersSent) response.writeHead(200, { 'content-type': 'application/x-ndjson' })
      response.write(`${JSON.stringify(line(said, end ? { done: true, ...end } : { done: false }))}\n`)
    },
    end: () => void response.end(),
  }
}

function gathered(response: ServerResponse, line: Line): Lines {
  let content = ''
  let thinking = ''
  const calls: JsonObject[] = []
  let end: JsonObject = { done: false }
  return {
    say: (said, last) => {
      content += said.content ?? ''
      thinking += said.thinking ?? ''
      calls.push(...(said.calls ?? []))
      if (last) end = { done: true, ...last }
    },
    end: () => {
      const said = { content, ...(thinking && { thinking }), ...(calls.length > 0 && { calls }) }
      giveJson(response, 200, line(said, end))
    },
  }
}

export function giveJson(response: ServerResponse, status: number, body: JsonObject): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}
