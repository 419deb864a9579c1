/** `probe`, `warm`: a provider tried before its time, a local model loaded before it is needed. */
import type { McpServer } from '@modelcontextprotocol/server'
import * as z from 'zod'
import { DeskProblem } from '../desk.ts'
import type { Call, Kit } from '../tool.ts'
import { durationWords } from '../words.ts'

const input = z.object({ target: z.string().optional().describe('Its name, as list_targets has it.') })
type Input = z.output<typeof input>

const probed = z.object({
  summary: z.string(),
  due: z.array(z.string()).describe('Those that were left alone, and are asked by the next request.'),
})

const warmed = z.object({ summary: z.string(), target: z.string(), took_ms: z.number() })

export function addWake(server: McpServer, kit: Kit): void {
  server.registerTool(
    'probe',
    {
      title: 'Try a provider again',
      description: kit.ifAllowed(
        'Lets the next request of an app ask a target that is left alone (spent quota, failures) before its time is up; if it still refuses, the local model answers that request as before. Without a target: all that are left alone. Nothing is sent by this itself.',
      ),
      inputSchema: input,
      outputSchema: probed,
      annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
    },
    kit.changing(async ({ target }: Input, { desk }): Promise<z.output<typeof probed>> => {
      const { due } = await desk.probe(target)
      const words =
        due.length === 0 ? 'Nobody is left alone' : `The next request of an app asks ${due.join(' and ')} again`
      return { summary: `${words}.`, due }
    }),
  )
  server.registerTool(
    'warm',
    {
      title: 'Load the local model',
      description: kit.ifAllowed(
        'Loads a local model into memory now, so that a hand-over does not begin with loading. Without a target: the first local one. May take minutes, with progress; a load that nobody waits for any more goes on.',
      ),
      inputSchema: input,
      outputSchema: warmed,
      annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
    },
    kit.changing(async ({ target }: Input, call): Promise<z.output<typeof warmed>> => {
      const sinceMs = Date.now()
      const { target: name, state } = await call.desk.warm(target)
      if (state === 'loading') await untilLoaded(name, call, sinceMs)
      const took = Date.now() - sinceMs
      return { summary: `${name} is in memory (${durationWords(took)}).`, target: name, took_ms: took }
    }),
  )
}

/** Asking again begins nothing anew: it waits for the load that is under way, some seconds at a time. */
async function untilLoaded(name: string, { desk, tell, signal }: Call, sinceMs: number): Promise<void> {
  for (;;) {
    tell(`${name} is being loaded, for ${durationWords(Date.now() - sinceMs)} so far`)
    const { state } = await desk.warm(name)
    if (state === 'loaded') return
    if (signal.aborted) throw new DeskProblem('The load goes on without you; status says when it is over.')
  }
}
