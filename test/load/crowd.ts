/** Apps that ask a running program, many at a time, and what each of them heard. */
import { Agent, request } from 'undici'
import type { Heard } from '../conformance/demand.ts'
import { readOllama } from '../conformance/strict-ollama-client.ts'
import { requestOf } from '../failures/answers.ts'
import { endpoints, hearLeniently } from '../failures/judge.ts'
import type { Question } from './questions.ts'

export interface Answer {
  status: number
  isLocal: boolean
  heard: Heard
}

/** Called for each as soon as its answer has begun, and with the whole of it. */
export interface CrowdListener {
  begun(question: Question): void
  answered(question: Question, answer: Answer | Error): void
}

/** Asks all of them, `together` at a time, and closes its connections behind the last answer. */
export async function askAll(
  url: string,
  questions: readonly Question[],
  together: number,
  listener: CrowdListener,
): Promise<void> {
  const agent = new Agent({ connections: together, headersTimeout: 0, bodyTimeout: 0 })
  const waiting = questions.values()
  const askOnAndOn = async (): Promise<void> => {
    for (const question of waiting) await ask(url, question, agent, listener)
  }
  await Promise.all(Array.from({ length: together }, askOnAndOn))
  await agent.close()
}

async function ask(url: string, question: Question, agent: Agent, listener: CrowdListener): Promise<void> {
  try {
    const { path, ...asked } = requestTo(question)
    const { statusCode, headers, body } = await request(url + path, { ...asked, dispatcher: agent })
    const pieces: Buffer[] = []
    for await (const piece of body) {
      if (pieces.push(piece) === 1) listener.begun(question)
      // Leaving the loop closes the connection.
      if (question.leaves) return
    }
    const type = String(headers['content-type'])
    const heard = hear(question, type, Buffer.concat(pieces).toString('utf8'))
    listener.answered(question, { status: statusCode, isLocal: 'x-trooper-fallback' in headers, heard })
  } catch (error) {
    listener.answered(question, error instanceof Error ? error : new Error(String(error)))
  }
}

function requestTo({ client, content, stream, mark, topic }: Question) {
  if (client !== 'ollama') return { path: endpoints[client], ...requestOf(client, content, stream, mark, topic) }
  const body = { model: 'gpt-4.1', stream, messages: [{ role: 'user', content: topic.prompt }] }
  const { headers } = requestOf('openai-chat', content, stream, mark, topic)
  return { path: '/api/chat', method: 'POST' as const, headers, body: JSON.stringify(body) }
}

function hear({ client, primary, play, content, stream }: Question, type: string, text: string): Heard {
  if (client === 'ollama') return readOllama(stream ? text : `${text}\n`)
  return hearLeniently(play.mode, { client, primary, content, stream, seam: true }, type, text)
}
