/** `ask_local_model`: a question that the local model answers, so that an agent of the cloud can delegate. */
import type { McpServer } from '@modelcontextprotocol/server'
import * as z from 'zod'
import { longestQuestion, mostAnswerTokens } from '../../admin/orders.ts'
import { usualTokens, type LocalAnswer, type LocalStage } from '../../exchange/local/ask-local.ts'
import { DeskProblem } from '../desk.ts'
import type { Call, Kit } from '../tool.ts'
import { durationWords } from '../words.ts'

const input = z.object({
  prompt: z
    .string()
    .min(1)
    .max(longestQuestion)
    .describe('The whole question: the local model knows nothing of this conversation.'),
  system: z.string().max(longestQuestion).optional().describe('Instructions that stand before it.'),
  max_tokens: z
    .number()
    .int()
    .min(1)
    .max(mostAnswerTokens)
    .default(usualTokens)
    .describe('Where its answer is cut off at the latest.'),
  model: z.string().optional().describe('A local model as list_targets names it; unset: the first in the chain.'),
})

const output = z.object({
  summary: z.string().describe('Who answered, how fast, and what is missing of it.'),
  text: z.string().describe('The answer.'),
  model: z.string(),
  target: z.string(),
  finish: z.enum(['stop', 'length', 'tool-calls', 'content-filter', 'other']),
  input_tokens: z.number().optional(),
  output_tokens: z.number().optional(),
  omitted_tokens: z.number().describe('What of the question there was no room for in the window.'),
  total_ms: z.number(),
  exchange: z.string().describe('For explain_exchange.'),
})

export function addAsk(server: McpServer, kit: Kit): void {
  server.registerTool(
    'ask_local_model',
    {
      title: 'Ask the local model',
      description:
        'Has the local model of this machine answer a question: free, private, small. Good for work that needs no large model (summarise, classify, extract, rephrase, draft) or that must not leave the machine. It waits its turn behind the apps that use the model, and may have to be loaded: minutes, with progress.',
      inputSchema: input,
      outputSchema: output,
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    kit.reading(
      async (question: z.output<typeof input>, call): Promise<z.output<typeof output>> => {
        const { prompt, system, max_tokens: maxTokens, model } = question
        const asked = await call.desk.ask({ prompt, system, maxTokens, model }, teller(call), call.signal)
        if (!asked.ok) throw new DeskProblem(asked.problem)
        return toAnswer(asked.answer, maxTokens)
      },
      ({ text, summary }) => `${text}\n\n(${summary})`,
    ),
  )
}

/** Agents give up on a tool that has told them nothing for minutes. */
const tellAgainMs = 10_000

function teller({ tell }: Call): (stage: LocalStage) => void {
  let last = ''
  let toldAtMs = 0
  return (stage) => {
    const words = stageWords(stage)
    if (words === last && Date.now() - toldAtMs < tellAgainMs) return
    last = words
    toldAtMs = Date.now()
    tell(words)
  }
}

function stageWords(stage: LocalStage): string {
  switch (stage.is) {
    case 'waiting':
      return `Waiting for the local model: at place ${stage.ahead} of its queue`
    case 'loading':
      return 'The local model is being loaded'
    case 'reading':
      return 'The local model reads the question'
    case 'writing':
      return `The local model writes: ${stage.words} words`
  }
}

function toAnswer(answer: LocalAnswer, maxTokens: number): z.output<typeof output> {
  const { text, model, target, finish, usage, omittedTokens, totalMs, exchange } = answer
  const cut = finish === 'length' ? `, cut off at ${maxTokens} tokens or the end of its window` : ''
  const left = omittedTokens > 0 ? `, ${omittedTokens} tokens of the question left out, as there was no room` : ''
  return {
    summary: `${model}, ${durationWords(totalMs)}${cut}${left}`,
    text,
    model,
    target,
    finish,
    ...(usage.inputTokens !== undefined && { input_tokens: usage.inputTokens }),
    ...(usage.outputTokens !== undefined && { output_tokens: usage.outputTokens }),
    omitted_tokens: omittedTokens,
    total_ms: totalMs,
    exchange,
  }
}
