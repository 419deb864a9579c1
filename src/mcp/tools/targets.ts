/** `list_targets`: who can be asked in which order, and which models the local servers have. */
import type { McpServer } from '@modelcontextprotocol/server'
import * as z from 'zod'
import type { ChainsView, StatusView } from '../../admin/views.ts'
import type { Kit } from '../tool.ts'
import { targetShape, toTarget } from './target-shape.ts'

const output = z.object({
  summary: z.string(),
  chains: z
    .array(z.object({ dialects: z.array(z.string()), targets: z.array(z.string()) }))
    .describe('Who is asked in which order, for apps of which wire formats.'),
  targets: z.array(targetShape),
  local_servers: z
    .array(
      z.object({
        place: z.string(),
        software: z.string().optional().describe('Unset: nobody answers there.'),
        models: z.array(z.object({ name: z.string(), is_loaded: z.boolean(), size_bytes: z.number().optional() })),
      }),
    )
    .describe('The models that are installed there, whether a target uses them or not.'),
})

export function addTargets(server: McpServer, kit: Kit): void {
  server.registerTool(
    'list_targets',
    {
      title: 'List targets and models',
      description:
        'The chains (who is asked in which order, for apps of which wire format), every target with its URL, model and state, and the models that the local servers have.',
      inputSchema: z.object({}),
      outputSchema: output,
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    kit.reading(async (_: object, { desk }): Promise<z.output<typeof output>> => {
      const [chains, status] = await Promise.all([desk.chains(), desk.status()])
      return {
        summary: chainsWords(chains, status),
        chains: chains.chains.map(({ dialects, targets }) => ({ dialects: [...dialects], targets: [...targets] })),
        targets: status.targets.map(toTarget),
        local_servers: chains.servers.map(({ place, software, models }) => ({
          place,
          ...(software !== undefined && { software }),
          models: models.map(({ name, isLoaded, sizeBytes }) => ({
            name,
            is_loaded: isLoaded,
            ...(sizeBytes !== undefined && { size_bytes: sizeBytes }),
          })),
        })),
      }
    }),
  )
}

function chainsWords({ chains, servers }: ChainsView, { targets }: StatusView): string {
  return [
    ...chains.map(({ dialects, targets: names }) => `${dialects.join(', ')}: ${names.join(' -> ')}`),
    ...targets.map(({ name, kind, place, model, state }) => {
      const which = model === undefined ? 'the model that the app names' : model
      return `${name}: ${kind}, ${place}, ${which}, ${state.is}`
    }),
    ...servers.map(({ place, software, models }) => {
      if (software === undefined) return `Nobody answers at ${place}`
      const names = models.map(({ name, isLoaded }) => `${name}${isLoaded ? ' (loaded)' : ''}`)
      return `${software} at ${place} has ${names.length === 0 ? 'no models that it names' : names.join(', ')}`
    }),
  ].join('\n')
}
