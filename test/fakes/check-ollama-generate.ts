/** Is this a request `/api/generate` would take? (Ollama 0.33, `server/routes.go`, `api/types.go`) */

import { arrayOf, type JsonObject, isObject, stringOf } from '../../src/ir/json.ts'
import { checkFormat, checkImage, checkKeepAlive, expectType, goType } from './check-ollama.ts'
import { Refusal } from './refusal.ts'

export function checkGenerateShape(body: JsonObject): void {
  for (const key of ['model', 'prompt', 'suffix', 'system', 'template'])
    expectType(body, key, 'string', `GenerateRequest.${key} of type string`)
  for (const key of ['stream', 'raw', 'truncate', 'shift'])
    expectType(body, key, 'boolean', `GenerateRequest.${key} of type bool`)
  if ((body['model'] ?? '') === '') throw new Refusal('model is required')
  if (body['messages'] !== undefined) throw new Refusal('messages are for /api/chat')
  if (body['options'] !== undefined && !isObject(body['options'])) {
    throw goType(body['options'], 'GenerateRequest.options of type map[string]interface {}')
  }
  if (arrayOf(body['context']).some((id) => !Number.isInteger(id))) {
    throw goType(body['context'], 'GenerateRequest.context of type int')
  }
  if (body['raw'] === true && isShapedOtherwise(body)) {
    throw new Refusal('raw mode does not support template, system, or context')
  }
  for (const image of arrayOf(body['images'])) checkImage(image)
  checkFormat(body['format'])
  checkKeepAlive(body['keep_alive'])
}

function isShapedOtherwise(body: JsonObject): boolean {
  return Boolean(stringOf(body['template']) || stringOf(body['system'])) || arrayOf(body['context']).length > 0
}
