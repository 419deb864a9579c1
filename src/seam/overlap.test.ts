import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createJoin, type Way } from './overlap.ts'

const otherStart = 'other start'

/** What the client sees after `said`, with the second model's text in pieces of `size` characters. */
function joined(said: string, text: string, size = 3, way: Way = 'prefill'): string {
  const join = createJoin(said, way)
  let out = ''
  for (let at = 0; at < text.length; at += size) out += join.next(text.slice(at, at + size))
  out += join.end()
  return join.isOtherStart() ? otherStart : said + out
}

const said = 'The quick brown fox jumps over the lazy dog and runs into the for'

describe('joining two halves of an answer', () => {
  it.each([
    ['goes on in the middle of the word', 'est, where it sleeps.', 'est, where it sleeps.'],
    ['repeats the cut word', 'forest, where it sleeps.', 'est, where it sleeps.'],
    ['repeats the last words', 'runs into the forest.', 'est.'],
    ['repeats the last words after a line break', '\n\nruns into the forest.', 'est.'],
    ['repeats the whole answer', `${said}est.`, 'est.'],
    ['has nothing more to say but the last words', 'into the for', ''],
  ])('when the second %s', (_case, text, rest) => {
    for (const size of [1, 3, 1000]) expect(joined(said, text, size)).toBe(said + rest)
  })

  it('takes off what a server is known to say again, however short, and only once', () => {
    for (const size of [1, 3, 1000]) {
      expect(joined('1', '1, 2', size, 'echo')).toBe('1, 2')
      expect(joined(' 1', ' 11', size, 'echo')).toBe(' 11')
      expect(joined('1', ', 2', size, 'echo')).toBe('1, 2')
      expect(joined(said, `${said}est.`, size, 'echo')).toBe(`${said}est.`)
    }
  })

  it('knows a model that starts over in other words', () => {
    expect(joined(said, 'The quick brown fox jumps under a fence.')).toBe(otherStart)
  })

  it('does not take another item of a list for a new start', () => {
    const list = '- [ ] Implement the parser\n- [ ] Implement the lexer\n'
    expect(joined(list, '- [ ] Implement the writer')).toBe(`${list}- [ ] Implement the writer`)
  })

  it('takes an end that only repeats the beginning for nothing new', () => {
    expect(joined(said, 'The quick brown fox jumps over')).toBe(said)
  })

  it('keeps the brackets of code, which stand beside their like', () => {
    expect(joined('if (a) {\n  b()\n}\n', '}\n')).toBe('if (a) {\n  b()\n}\n}\n')
    expect(joined('[[1, 2], [', '[3]]]')).toBe('[[1, 2], [[3]]]')
    expect(joined('1 + 1 = 1', '1')).toBe('1 + 1 = 11')
  })

  it('does not double the blank at which the first was cut', () => {
    expect(joined('I like the ', ' dog.')).toBe('I like the dog.')
    expect(joined('I like the ', 'the dog.')).toBe('I like the dog.')
    expect(joined('First.\n', '\n## Second')).toBe('First.\n\n## Second')
  })

  it('adds the blank that a message of its own does not begin with, but none in scripts without blanks', () => {
    expect(joined('I like the', 'dog.', 1, 'plea')).toBe('I like the dog.')
    expect(joined('I like the', ' dog.', 1, 'plea')).toBe('I like the dog.')
    expect(joined('I like the', 'the dog.', 1, 'plea')).toBe('I like the dog.')
    expect(joined('It rains.', 'And then?', 3, 'plea')).toBe('It rains. And then?')
    expect(joined('I like the', '!', 1, 'plea')).toBe('I like the!')
    expect(joined('我喜欢', '狗', 1, 'plea')).toBe('我喜欢狗')
    expect(joined('I like the d', 'og.', 1, 'prefill')).toBe('I like the dog.')
  })

  it('passes everything on where nothing was said', () => {
    expect(joined('', 'All of it.')).toBe('All of it.')
  })

  it('gives the same for any pieces of the same text', () => {
    const words = fc.array(fc.constantFrom('the', 'fox', 'a', '}', '\n', 'über', '12', ' '), { maxLength: 30 })
    fc.assert(
      fc.property(words, words, fc.integer({ min: 1, max: 9 }), (first, second, size) => {
        const [before, after] = [first.join(' '), second.join(' ')]
        expect(joined(before, after, size)).toBe(joined(before, after, 1))
      }),
    )
  })

  it('restores any text that is cut anywhere and continued from any word before the cut', () => {
    const text = 'Es war einmal ein Müller, der hatte drei Söhne, seine Mühle, einen Esel und einen Kater.'
    fc.assert(
      fc.property(fc.integer({ min: 1, max: text.length }), fc.nat(), (cut, back) => {
        const starts = [...text.slice(0, cut).matchAll(/\S+/g)].map(({ index }) => index)
        const from = starts[back % Math.max(1, starts.length)] ?? 0
        const overlap = text.slice(from, cut)
        fc.pre(overlap.length >= 12 || (overlap.match(/\p{L}/gu) ?? []).length >= 3)
        expect(joined(text.slice(0, cut), text.slice(from))).toBe(text)
      }),
    )
  })
})
