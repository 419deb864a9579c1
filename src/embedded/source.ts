/** Where an embedded model comes from: what stands behind `embedded:` in a target's URL. */
import { createHash } from 'node:crypto'
import type { TargetUrl } from '../routing/target.ts'

export type ModelSource =
  | { from: 'file'; path: string }
  /** `hf:user/model:quant`, or the address of a file: downloaded once. */
  | { from: 'hub'; uri: string }

export const scheme = 'embedded:'

interface Read {
  source: ModelSource
  /** What the model is called from then on: its file's name, or the hub's. */
  model: string
  url: TargetUrl
}

export function readModelSource(text: string): { ok: true; value: Read } | { ok: false; problem: string } {
  const place = text.slice(scheme.length).trim()
  if (place === '') return no('names no model; give the path of a .gguf file, or hf:<user>/<model>:<quantisation>')
  if (/^(hf|huggingface):/.test(place)) return readHubUri(place)
  if (/^https?:/.test(place)) return readAddress(place)
  if (!/\.gguf$/i.test(place)) return no('is no .gguf file; give the path of one, or hf:<user>/<model>:<quantisation>')
  return found({ from: 'file', path: place }, fileStem(place))
}

/** `hf:user/model:quant` and `hf:user/model/path/to/file.gguf#branch` (local-engines.md 4.2). */
function readHubUri(uri: string) {
  const [, user, model, rest] = /^[a-z]+:(?:\/\/)?([^/:#]+)\/([^/:#]+)(.*)$/.exec(uri) ?? []
  if (user === undefined || model === undefined || !/^(:[\w.-]+|\/[^#]+\.gguf(#.+)?)?$/i.test(rest ?? ''))
    return no('is no address of a model; write hf:<user>/<model>:<quantisation> or hf:<user>/<model>/<file>.gguf')
  const name = rest?.startsWith('/') ? fileStem(rest.replace(/#.*$/, '')) : model.replace(/-gguf$/i, '') + (rest ?? '')
  return found({ from: 'hub', uri }, name)
}

function readAddress(uri: string) {
  const path = URL.canParse(uri) ? new URL(uri).pathname : ''
  if (!/\.gguf$/i.test(path)) return no('is no address of a .gguf file; correct it')
  return found({ from: 'hub', uri }, fileStem(path))
}

/** Of split files, which are named `…-00001-of-00003.gguf`, the first is named. */
function fileStem(path: string): string {
  const [file = ''] = path.split(/[/\\]/).slice(-1)
  return file.replace(/\.gguf$/i, '').replace(/-\d{5}-of-\d{5}$/, '')
}

function no(problem: string) {
  return { ok: false as const, problem }
}

/** The origin is a name for this model's process alone, whose port is not known before it runs. */
function found(source: ModelSource, name: string) {
  const text = source.from === 'file' ? source.path : source.uri.replace(/\?.*$/s, '').replace(/\/\/[^/]*@/, '//')
  const key = createHash('sha256').update(JSON.stringify(source)).digest('hex').slice(0, 12)
  const url = { origin: `http://embedded-${key}.localhost`, base: '', query: '', text: scheme + text }
  return { ok: true as const, value: { source, model: plainName(name), url } }
}

/** It stands in headers and log lines. */
function plainName(name: string): string {
  return name.replaceAll(/[^\w.:-]+/g, '-').slice(0, 58) || 'model'
}
