import { describe, expect, it } from 'vitest'
import { createDownloadTeller } from './download-teller.ts'

function tell(hasTerminal: boolean) {
  const lines: string[] = []
  const shown: string[] = []
  const note = (line: string): void => void lines.push(line)
  const teller = createDownloadTeller('qwen', { info: note, warn: note, error: note }, (text) => {
    shown.push(text)
    return hasTerminal
  })
  for (const doneBytes of [0, 3e8, 4e8, 4.1e8, 2e9]) teller({ type: 'downloading', doneBytes, totalBytes: 2e9 })
  teller({ type: 'downloaded', path: '/models/qwen.gguf' })
  return { lines, shown }
}

describe('a download', () => {
  it('is a bar on a terminal, which is gone at the end', () => {
    const { lines, shown } = tell(true)
    expect(shown[1]).toMatch(/^⬇️ █{5}░{25} 15 % of 2\.0 GB {2}qwen$/u)
    expect(shown.at(-1)).toBe('')
    expect(lines).toEqual(['⬇️ qwen is there: /models/qwen.gguf'])
  })

  it('is a line for each tenth elsewhere', () => {
    expect(tell(false).lines).toEqual([
      '⬇️ Downloading qwen: 0 % of 2.0 GB',
      '⬇️ Downloading qwen: 10 % of 2.0 GB',
      '⬇️ Downloading qwen: 20 % of 2.0 GB',
      '⬇️ Downloading qwen: 100 % of 2.0 GB',
      '⬇️ qwen is there: /models/qwen.gguf',
    ])
  })
})
