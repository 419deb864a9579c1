/** `set_override`, `clear_override`: what the person wants, whatever is known of the targets. */
import type { McpServer } from '@modelcontextprotocol/server'
import * as z from 'zod'
import type { Override } from '../../routing/override.ts'
import type { Kit } from '../tool.ts'
import { instant, isoTime } from '../words.ts'
import { overrideWords } from './status.ts'

const input = z.object({
  mode: z
    .enum(['local', 'primary'])
    .describe('local: only local models are asked; primary: the provider is asked whatever is known of it.'),
  minutes: z
    .number()
    .positive()
    .max(60 * 24 * 30)
    .optional()
    .describe('For how long; unset: until it is cleared.'),
})

const output = z.object({
  summary: z.string(),
  mode: z.enum(['auto', 'local', 'primary']),
  until: instant.optional(),
})

export function addOverride(server: McpServer, kit: Kit): void {
  server.registerTool(
    'set_override',
    {
      title: 'Choose who answers',
      description: kit.ifAllowed(
        'Has every app answered by local models only, or by the primary in any case, for some minutes or until it is cleared. It counts for all apps behind Trooper, from their next request on.',
      ),
      inputSchema: input,
      outputSchema: output,
      annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
    },
    kit.changing(async ({ mode, minutes }: z.output<typeof input>, { desk }): Promise<z.output<typeof output>> => {
      const forMs = minutes === undefined ? {} : { forMs: Math.round(minutes * 60_000) }
      return toOverride(await desk.setOverride({ mode, ...forMs }))
    }),
  )
  server.registerTool(
    'clear_override',
    {
      title: 'Let Trooper choose again',
      description: kit.ifAllowed(
        'Ends set_override: the primary answers while it can, and the local model when it cannot.',
      ),
      inputSchema: z.object({}),
      outputSchema: output,
      annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
    },
    kit.changing(async (_: object, { desk }): Promise<z.output<typeof output>> =>
      toOverride(await desk.setOverride({ mode: 'auto' })),
    ),
  )
}

function toOverride(override: Override): z.output<typeof output> {
  const [words = 'Trooper chooses by itself: the primary while it answers, else the local model.'] = overrideWords(
    override,
    Date.now(),
  )
  return {
    summary: words,
    mode: override.mode,
    ...(override.mode !== 'auto' && override.untilMs !== undefined && { until: isoTime(override.untilMs) }),
  }
}
