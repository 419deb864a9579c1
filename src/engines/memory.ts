/** How long a window this machine's memory can hold. Estimates on the safe side: `CONTEXT_MAX` says it better. */
import { freemem, totalmem } from 'node:os'
import { isObject, numberOf, stringOf, type JsonObject, type JsonValue } from '../ir/json.ts'
import type { Target } from '../routing/target.ts'

/** In bytes. */
export interface Machine {
  total(): number
  free(): number
}

export const thisMachine: Machine = { total: totalmem, free: freemem }

/** What a model takes, as far as its server tells. */
export interface ModelSize {
  /** Of its weights. */
  weightBytes: number
  /** What of this machine it has taken already. */
  loadedBytes: number
  /** Of the cache that grows with the window. */
  bytesPerToken: number
}

/**
 * What its cache may take, beside the weights: of a machine that does other things too, the half, or what is free if that is more.
 * What a graphics card has of its own no server tells. `undefined`: the model runs elsewhere.
 */
export function cacheRoom(machine: Machine, target: Pick<Target, 'url'>, size: ModelSize): number | undefined {
  if (!isOnThisMachine(target)) return undefined
  return Math.max(machine.free() + size.loadedBytes, machine.total() / 2) - size.weightBytes
}

/**
 * The same where a server tells only what the weights take: more than any of the usual models at 4 bit has (8B of Llama 3.1, with 131 kB a
 * token and 4.9 GB; others stay below).
 */
export function guessCacheBytes(weightBytes: number): number {
  return weightBytes * 2.7e-5
}

/** A model of such weights, with a small window. */
export function fits(machine: Machine, weightBytes: number): boolean {
  return weightBytes * 1.2 <= Math.max(machine.free(), machine.total() / 2)
}

function isOnThisMachine({ url }: Pick<Target, 'url'>): boolean {
  const { hostname } = new URL(url.origin)
  return /(^|\.)localhost$/.test(hostname) || hostname === '[::1]' || hostname.startsWith('127.')
}

const bytesPerNumber = 2

/**
 * Of the cache of keys and values, at 16 bit, from what a GGUF says of its model (`model_info`, local-engines.md 1.4); too much for models
 * that keep only part of the window in some layers, as they do not say so alike. `undefined` where it lacks the figures.
 */
export function cacheBytesPerToken(info: JsonObject): number | undefined {
  const architecture = stringOf(info['general.architecture']) ?? ''
  const field = (name: string): JsonValue | undefined => info[`${architecture}.${name}`]
  const layers = numberOf(field('block_count'))
  const heads = numberOf(field('attention.head_count'))
  const keyHeads = keyHeadsOf(field('attention.head_count_kv'), layers) ?? product(layers, heads)
  const width = quotient(numberOf(field('embedding_length')), heads)
  const keyLength = numberOf(field('attention.key_length')) ?? width
  const valueLength = numberOf(field('attention.value_length')) ?? width
  if (keyHeads === undefined || keyLength === undefined || valueLength === undefined) return undefined
  return keyHeads * (keyLength + valueLength) * bytesPerNumber
}

/** Of all layers together; some models have another number in each. */
function keyHeadsOf(value: JsonValue | undefined, layers: number | undefined): number | undefined {
  if (Array.isArray(value)) return value.reduce((sum: number, heads) => sum + (numberOf(heads) ?? 0), 0)
  return isObject(value) ? undefined : product(layers, numberOf(value))
}

function product(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a * b
}

function quotient(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined || b === 0 ? undefined : a / b
}
