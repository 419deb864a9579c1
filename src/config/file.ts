/** `trooper.yaml`: what variables cannot say, several providers and who is asked in which order (docs/configuration.md). */
import { LineCounter, parseDocument } from 'yaml'
import * as z from 'zod'
import type { Texts } from './load.ts'
import { presetNames } from './presets.ts'
import { headerName, secret } from './forms.ts'
import { settings } from './schema.ts'

const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String)
const name = z.string().regex(/^[\w./:-]{1,64}$/, { error: 'is no name (at most 64 letters, digits and ._/:- only)' })

const modelName = scalar.pipe(z.string().min(1, { error: 'is empty' }))

const target = z.strictObject({
  preset: z
    .string()
    .refine((word) => presetNames.includes(word.toLowerCase()), {
      error: `must be one of ${presetNames.join(', ')}`,
    })
    .optional(),
  url: z
    .string()
    .refine((text) => text.startsWith('embedded:') || (URL.canParse(text) && /^https?:/.test(text)), {
      error: 'is no http(s) URL',
    })
    .optional(),
  key: scalar.pipe(secret).optional(),
  header: headerName.optional(),
  model: modelName.optional(),
  models: z.record(z.string(), modelName).optional(),
  kind: z.enum(['cloud', 'local'], { error: 'must be cloud or local' }).optional(),
})

const chain = z.array(name).min(1, { error: 'names nobody' })

const shape = z.strictObject({
  settings: z.record(z.string(), z.union([scalar, z.array(scalar).transform((list) => list.join(','))])).optional(),
  targets: z.record(name, target).optional(),
  chains: z
    .strictObject({
      anthropic: chain.optional(),
      'openai-chat': chain.optional(),
      'openai-responses': chain.optional(),
      ollama: chain.optional(),
      default: chain.optional(),
    })
    .optional(),
})

export type TargetEntry = z.output<typeof target>
type ChainEntries = NonNullable<z.output<typeof shape>['chains']>

export interface FileConfig {
  /** By flag name. */
  settings: Texts
  targets: Readonly<Record<string, TargetEntry>>
  chains: ChainEntries
}

export const emptyFile: FileConfig = { settings: {}, targets: {}, chains: {} }

/** `path` names the file in problems, which are one sentence and quote no value: it may be a key. */
export function readConfigFile(
  path: string,
  text: string,
  environment: Texts,
): { ok: true; file: FileConfig } | { ok: false; problem: string } {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true })
  const [error] = document.errors
  if (error)
    return {
      ok: false,
      problem: `${path} line ${error.linePos?.[0].line ?? 1} is no YAML (${error.code}); correct it.`,
    }
  const filled = fillIn(toData(document), environment)
  if (!filled.ok)
    return {
      ok: false,
      problem: `${path} uses \${${filled.missing}}, which is not set; set it in the environment or in .env.`,
    }
  const parsed = shape.safeParse(filled.value ?? {})
  if (!parsed.success)
    return { ok: false, problem: `${path}: ${describe(parsed.error.issues[0])}; see docs/configuration.md.` }
  const unknown = Object.keys(parsed.data.settings ?? {}).find((flag) => !flags.has(flag))
  if (unknown !== undefined)
    return { ok: false, problem: `${path}: settings.${unknown} is no setting; use one of ${[...flags].join(', ')}.` }
  return { ok: true, file: { ...emptyFile, ...withoutUndefined(parsed.data) } }
}

const flags: ReadonlySet<string> = new Set(Object.values(settings).map(({ flag }) => flag))

/** References are bounded: a few lines of them can name billions of values. */
function toData(document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 })
  } catch {
    return 'too many references'
  }
}

function withoutUndefined(data: z.output<typeof shape>): Partial<FileConfig> {
  const { settings: given, targets, chains } = data
  return { ...(given && { settings: given }), ...(targets && { targets }), ...(chains && { chains }) }
}

function describe(issue: z.core.$ZodIssue | undefined): string {
  if (!issue) return 'is not understood'
  const place = issue.path.join('.')
  if (issue.code === 'unrecognized_keys') return `${[place, issue.keys[0]].filter(Boolean).join('.')} is unknown`
  return `${place === '' ? 'the whole' : place} ${wordsOf(issue)}`
}

/** The library's own sentences speak of types, not of YAML. */
function wordsOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_union') return 'must be a text or a number'
  if (issue.code === 'invalid_key') return issue.issues[0]?.message ?? 'is no name'
  if (issue.code !== 'invalid_type') return issue.message
  return `must be ${forms.get(issue.expected) ?? 'a text'}`
}

const forms: ReadonlyMap<string, string> = new Map([
  ['array', 'a list'],
  ['object', 'a list of names with their values'],
  ['record', 'a list of names with their values'],
])

type Filled = { ok: true; value: unknown } | { ok: false; missing: string }

/** `${NAME}` in any text is the variable's value. */
function fillIn(value: unknown, environment: Texts): Filled {
  if (typeof value === 'string') return fillText(value, environment)
  if (typeof value !== 'object' || value === null) return { ok: true, value }
  const entries = Object.entries(value).map(([key, inner]) => [key, fillIn(inner, environment)] as const)
  const failed = entries.find(([, filled]) => !filled.ok)?.[1]
  if (failed && !failed.ok) return failed
  const values = entries.map(([key, filled]) => [key, filled.ok ? filled.value : undefined] as const)
  return { ok: true, value: Array.isArray(value) ? values.map(([, inner]) => inner) : Object.fromEntries(values) }
}

function fillText(text: string, environment: Texts): Filled {
  const names = [...text.matchAll(/\$\{(\w+)\}/g)].map(([, variable = '']) => variable)
  const missing = names.find((variable) => !environment[variable])
  if (missing !== undefined) return { ok: false, missing }
  return { ok: true, value: text.replaceAll(/\$\{(\w+)\}/g, (_, variable: string) => environment[variable] ?? '') }
}
