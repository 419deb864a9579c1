/** What may be asked of `/trooper/api`: bodies and queries, and what is wrong with one, in a sentence. Pure. */
import * as z from 'zod'
import { wires } from '../drill/app.ts'
import { scenarios } from '../drill/scenarios.ts'

/** Longer than this is no duration but a setting. */
const longestOverrideMs = 31 * 24 * 3_600_000

const targetName = z.string({ error: 'must be the name of a target' }).optional()

/** In characters, about 50,000 tokens: a local model reads that for minutes. */
export const longestQuestion = 200_000
/** A small model that writes more than this goes round in circles. */
export const mostAnswerTokens = 8192

/** An empty object stands for an absent body. */
export const orders = {
  override: z.discriminatedUnion(
    'mode',
    [
      z.strictObject({ mode: z.literal('auto') }),
      z.strictObject({
        mode: z.enum(['local', 'primary']),
        /** Milliseconds from now; unset: until somebody says otherwise. */
        forMs: z
          .int({ error: 'must be a whole number of milliseconds' })
          .min(1, { error: 'must be at least 1 ms' })
          .max(longestOverrideMs, {
            error: 'must be at most 31 days in milliseconds; leave it out for an override without an end',
          })
          .optional(),
      }),
    ],
    { error: 'must be auto, local or primary' },
  ),
  target: z.strictObject({ target: targetName }),
  ask: z.strictObject({
    prompt: z
      .string({ error: 'must be a text' })
      .min(1, { error: 'must not be empty' })
      .max(longestQuestion, { error: `must be at most ${longestQuestion} characters long` }),
    system: z
      .string({ error: 'must be a text' })
      .max(longestQuestion, { error: `must be at most ${longestQuestion} characters long` })
      .optional(),
    maxTokens: z
      .int({ error: 'must be a whole number' })
      .min(1, { error: 'must be at least 1' })
      .max(mostAnswerTokens, { error: `must be at most ${mostAnswerTokens}` })
      .optional(),
    model: z.string({ error: 'must be the name of a local model' }).optional(),
  }),
  drill: z.strictObject({
    scenario: z
      .enum(
        scenarios.map(({ name }) => name),
        { error: 'is no scenario; GET /trooper/api/drill lists them' },
      )
      .optional(),
    dialect: z.enum(wires, { error: `must be one of ${wires.join(', ')}` }).optional(),
    standIn: z.boolean({ error: 'must be true or false' }).optional(),
  }),
  nothing: z.strictObject({}),
  login: z.strictObject({ token: z.string({ error: 'must be the value of TROOPER_TOKEN' }) }),
}

export type OrderOf<N extends keyof typeof orders> = z.infer<(typeof orders)[N]>

const count = (most: number, byDefault: number) =>
  z
    .string()
    .regex(/^\d{1,6}$/, { error: 'must be a whole number' })
    .transform(Number)
    .refine((value) => value >= 1 && value <= most, { error: `must be between 1 and ${most}` })
    .default(byDefault)

export const queries = {
  exchanges: z.strictObject({ limit: count(1000, 50), before: z.string().max(100).optional() }),
  days: z.strictObject({ limit: count(366, 30) }),
}

type Read<T> = { ok: true; value: T } | { ok: false; problem: string }

/** `what`: what was read, as the sentence begins. */
export function read<T>(schema: z.ZodType<T>, value: unknown, what: string): Read<T> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return { ok: true, value: parsed.data }
  const [issue] = parsed.error.issues
  if (issue?.code === 'unrecognized_keys')
    return { ok: false, problem: `${what} has a field '${issue.keys[0]?.slice(0, 50)}' that means nothing here.` }
  const field = issue?.path.join('.')
  return { ok: false, problem: field ? `${what}: ${field} ${issue?.message}.` : `${what} must be a JSON object.` }
}
