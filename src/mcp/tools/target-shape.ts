/** A target as tools show it. */
import * as z from 'zod'
import type { TargetView } from '../../admin/views.ts'
import { instant, isoTime } from '../words.ts'

export const targetShape = z.object({
  name: z.string(),
  kind: z.enum(['cloud', 'local']),
  dialect: z.string(),
  place: z.string(),
  model: z.string().optional(),
  state: z.enum(['ready', 'resting', 'probing', 'away']),
  reason: z.string().optional(),
  words: z.string().optional(),
  until: instant.optional(),
  quotas: z.array(
    z.object({
      window: z.string(),
      used_percent: z.number(),
      resets_at: instant,
      model: z.string().optional(),
    }),
  ),
})

export function toTarget({
  name,
  kind,
  dialect,
  place,
  model,
  state,
  quotas,
}: TargetView): z.output<typeof targetShape> {
  return {
    name,
    kind,
    dialect,
    place,
    ...(model !== undefined && { model }),
    state: state.is,
    ...('reason' in state && { reason: state.reason, words: state.words }),
    ...('untilMs' in state && { until: isoTime(state.untilMs) }),
    quotas: quotas.map(({ window, used, resetsAtMs, model: only }) => ({
      window,
      used_percent: Math.round(used * 1000) / 10,
      resets_at: isoTime(resetsAtMs),
      ...(only !== undefined && { model: only }),
    })),
  }
}
