/** `POST /trooper/api/ask`: a question for the local model, answered as server-sent events: how it stands, then the answer. */
import type { ServerResponse } from 'node:http'
import type { LocalAsker, LocalQuestion } from '../exchange/local/ask-local.ts'
import { always } from './answer.ts'
import type { AskEvent } from './views.ts'

/** Rejects only on a fault of Trooper's own. Who leaves takes the question back. */
export async function answerAsk(asker: LocalAsker, question: LocalQuestion, response: ServerResponse): Promise<void> {
  const leave = new AbortController()
  response.once('close', () => leave.abort())
  response.on('error', () => {})
  response.writeHead(200, { ...always, 'content-type': 'text/event-stream' }).flushHeaders()
  const tell = ({ event, data }: AskEvent): void => {
    response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  }
  const asked = await asker.ask(question, (data) => tell({ event: 'stage', data }), leave.signal)
  if (asked.ok) tell({ event: 'answer', data: asked.answer })
  else tell({ event: 'problem', data: { error: { message: asked.problem } } })
  response.end()
}
