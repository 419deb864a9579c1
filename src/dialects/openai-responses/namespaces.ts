/** Namespaces of tools are flattened, as no other wire has them; a call finds its way back by its name. */
import { arrayOf, defined, objectOf, stringOf, type JsonObject } from '../../ir/json.ts'

/** A tool of the request beside the namespace it stands in. */
interface Listed {
  tool: JsonObject
  group?: { name: string; description?: string }
}

/** The model's name of a tool, by its name and its namespace's. */
export type FlatName = (name: string, group: string | undefined) => string

export function flatten(tools: JsonObject[]): Listed[] {
  return tools.flatMap((tool): Listed[] => {
    if (tool['type'] !== 'namespace') return [{ tool }]
    const group = { name: stringOf(tool['name']) ?? '', ...defined({ description: stringOf(tool['description']) }) }
    return arrayOf(tool['tools']).map((inner) => ({ tool: objectOf(inner), group }))
  })
}

/** A name stays as it is where it is the only one of its kind: models call short names best. */
export function flatNames(tools: JsonObject[]): FlatName {
  const counts = new Map<string, number>()
  for (const { tool } of flatten(tools)) {
    const name = stringOf(tool['name']) ?? ''
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return (name, group) => (group === undefined || (counts.get(name) ?? 0) < 2 ? name : `${group}__${name}`)
}
