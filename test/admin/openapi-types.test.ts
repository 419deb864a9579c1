/** `docs/openapi.json` and the types of the program say the same: TypeScript itself compares them. */
import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { scratchFolder } from '../fakes/output.ts'

interface Schema {
  $ref?: string
  const?: string
  enum?: string[]
  oneOf?: Schema[]
  type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean'
  items?: Schema
  properties?: Record<string, Schema>
  required?: string[]
  additionalProperties?: Schema | boolean
  propertyNames?: Schema
}

const text = readFileSync('docs/openapi.json', 'utf8')
const schemas: Record<string, Schema> = JSON.parse(text).components.schemas

/** Where the type of the same name stands. */
const places: Record<string, string> = {
  Entry: 'observe/journal/entry',
  ExchangeEnd: 'observe/journal/entry',
  AttemptEntry: 'observe/journal/entry',
  AttemptEnd: 'observe/journal/entry',
  Trace: 'observe/traces/trace',
  TargetDayView: 'observe/days/day',
  Usage: 'ir/events',
  FailureKind: 'ir/failure',
  DialectName: 'ir/request',
  ClientDialectName: 'dialects/dialect',
  Wire: 'drill/app',
  Outcome: 'drill/scenario',
  ShownSetting: 'config/shown',
  Origin: 'config/shown',
  LocalAnswer: 'exchange/local/ask-local',
  LocalStage: 'exchange/local/ask-local',
  FinishReason: 'ir/events',
}
/** What is sent to Trooper: the schemas that read it say what it is (src/admin/orders.ts). */
const orders: Record<string, string> = {
  OverrideOrder: 'override',
  TargetOrder: 'target',
  DrillOrder: 'drill',
  AskOrder: 'ask',
  LoginOrder: 'login',
}

function typeOf(schema: Schema): string {
  if (schema.$ref !== undefined) return `S${schema.$ref.split('/').at(-1)}`
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ')
  if (schema.oneOf) return schema.oneOf.map((one) => `(${typeOf(one)})`).join(' | ')
  if (schema.type === 'object') return objectOf(schema)
  if (schema.type === 'array') return `(${typeOf(schema.items!)})[]`
  if (schema.type === undefined) throw new Error(`No type: ${JSON.stringify(schema)}`)
  return schema.type === 'integer' ? 'number' : schema.type
}

function objectOf({ properties, required = [], additionalProperties, propertyNames }: Schema): string {
  if (typeof additionalProperties === 'object') {
    const [keys, values] = [propertyNames && typeOf(propertyNames), typeOf(additionalProperties)]
    return keys === undefined ? `Record<string, ${values}>` : `Partial<Record<${keys}, ${values}>>`
  }
  const fields = Object.entries(properties ?? {}).map(
    ([name, schema]) => `${name}${required.includes(name) ? '' : '?'}: ${typeOf(schema)}`,
  )
  return `{ ${fields.join('; ')} }`
}

const src = resolve('src')

/** Those that nobody imports by a name. */
const parts: Record<string, string> = {
  Content: `NonNullable<import('${src}/observe/journal/entry.ts').Entry['content']>`,
  EnginesView: `Exclude<Extract<import('${src}/admin/views.ts').View, { engines: unknown }>, { targets: unknown }>`,
}

function ownTypeOf(name: string): string {
  const part = parts[name]
  if (part !== undefined) return part
  const order = orders[name]
  if (order !== undefined) return `Sent<import('${src}/admin/orders.ts').OrderOf<'${order}'>>`
  return `import('${src}/${places[name] ?? 'admin/views'}.ts').${name}`
}

/** Identical, field by field, in whatever depth; an absent field is a difference, `readonly` is none. */
const helpers = `
type Plain<T> = T extends (infer E)[] ? Plain<E>[] : T extends object ? { -readonly [K in keyof T]: Plain<T[K]> } : T
type Same<A, B> = (<T>() => T extends Plain<A> ? 1 : 2) extends <T>() => T extends Plain<B> ? 1 : 2 ? true : false
/** zod reads an optional field that is there and undefined too; JSON has none. */
type Sent<T> = T extends object ? { [K in keyof T]: undefined extends T[K] ? Exclude<T[K], undefined> : T[K] } : T
declare function isSame<A, B>(same: Same<A, B>): void
`

async function compile(own: (name: string) => string): Promise<string> {
  const folder = scratchFolder('types')
  const lines = Object.entries(schemas).flatMap(([name, schema]) => [
    `type S${name} = ${typeOf(schema)}`,
    `isSame<S${name}, ${own(name)}>(true) // ${name}`,
  ])
  writeFileSync(join(folder, 'same.ts'), `${helpers}${lines.join('\n')}\nexport {}\n`)
  const options = {
    rootDir: '/',
    typeRoots: [resolve('node_modules/@types')],
    allowImportingTsExtensions: true,
    rewriteRelativeImportExtensions: false,
    noUnusedLocals: false,
  }
  const config = { extends: resolve('tsconfig.json'), compilerOptions: options, include: ['same.ts'] }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const compiler = resolve('node_modules/.bin/tsc')
  return promisify(execFile)(compiler, ['-p', folder]).then(
    () => '',
    ({ stdout }: { stdout: string }) => stdout,
  )
}

it('every schema is the type of its name', async () => {
  expect(await compile(ownTypeOf)).toBe('')
})

it.each([
  ['MoneyView', '{ usd: number; unknown?: number }'],
  ['MoneyView', '{ usd: number; unknown: number; euro?: number }'],
  ['ProbeView', '{ due: (string | number)[] }'],
])('a %s that were %s would be found', async (found, type) => {
  const told = await compile((name) => (name === found ? type : ownTypeOf(name)))
  const lines = told.split('\n').filter((line) => line.includes('error'))
  expect(lines).toEqual([expect.stringMatching(/^\S+same\.ts\(\d+,\d+\): error TS2345: /)])
})
