/** `docs/openapi.json`, as far as the tests look into it. */
import { readFileSync } from 'node:fs'
import { Validator, type Schema } from '@cfworker/json-schema'
import { z } from 'zod'

const reference = z.object({ $ref: z.string() })
const media = z.object({ schema: reference, example: z.unknown().optional() })
const response = z.object({ description: z.string(), content: z.record(z.string(), media).optional() })

const operation = z.object({
  operationId: z.string(),
  parameters: z.array(z.object({ name: z.string(), in: z.enum(['query', 'path']) })).optional(),
  requestBody: z.object({ required: z.boolean(), content: z.object({ 'application/json': media }) }).optional(),
  responses: z.record(z.string(), response),
})

const document = z.object({
  openapi: z.string(),
  info: z.object({ version: z.string() }),
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.object({ schemas: z.record(z.string(), z.custom<Schema>()) }),
})

type Operation = z.infer<typeof operation>

const text = readFileSync('docs/openapi.json', 'utf8')
export const openapi = document.parse(JSON.parse(text))

export interface Described {
  method: string
  path: string
  operation: Operation
}

export const operations: Described[] = Object.entries(openapi.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, described]) => ({ method: method.toUpperCase(), path, operation: described })),
)

/** Nothing may be said that is not described: what readers are to bear, Trooper does not do. */
function closed(_key: string, value: unknown): unknown {
  const isObjectSchema = typeof value === 'object' && value !== null && 'type' in value && 'properties' in value
  return isObjectSchema && value.type === 'object' ? { additionalProperties: false, ...value } : value
}

const { components } = JSON.parse(text, closed)

/** What is wrong with a value, by a schema's name; nothing: an empty list. */
export function problemsOf(name: string, value: unknown): string[] {
  const schema = { $ref: `#/components/schemas/${name}`, components }
  const { errors } = new Validator(schema, '2020-12', false).validate(value)
  return errors.map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`)
}

export function schemaNameOf({ $ref }: { $ref: string }): string {
  return $ref.slice('#/components/schemas/'.length)
}
