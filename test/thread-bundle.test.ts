/** Whatever counts with a vocabulary would hold up everybody: no thread but its own has the code for it. */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const dist = new URL('../dist/', import.meta.url)

/** A built file, and whatever it imports, now or later. */
function codeOf(file: string, seen = new Set<string>()): string {
  if (seen.has(file)) return ''
  seen.add(file)
  const code = readFileSync(new URL(file, dist), 'utf8')
  const imported = [...code.matchAll(/(?:from|import)\s*\(?\s*"\.\/([\w-]+\.js)"/g)].map(([, name = '']) => name)
  return code + imported.map((name) => codeOf(name, seen)).join('')
}

it.each(['trooper.js', 'index.js'])('the thread of %s has no tokenizer', (file) => {
  expect(codeOf(file)).toContain('new Worker')
  expect(codeOf(file)).not.toContain('tokenizer.ggml.')
})

it('the thread that is for it has one', () => {
  expect(codeOf('tokenizer.js')).toContain('tokenizer.ggml.')
})
