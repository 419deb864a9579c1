import { describe, expect, it } from 'vitest'
import { clientArguments } from './client-settings.ts'

describe('the arguments of a client', () => {
  it.each(['codex', '/usr/local/bin/codex', 'codex.cmd'])(
    '%s reads its base URL from its configuration alone',
    (command) => {
      expect(clientArguments(command, 'http://localhost:3000', true)).toEqual([
        '-c',
        'openai_base_url="http://localhost:3000/v1"',
      ])
    },
  )

  it('ask Codex for plain requests where compressed ones could not be read', () => {
    expect(clientArguments('codex', 'http://localhost:3000', false).slice(2)).toEqual([
      '-c',
      'features.enable_request_compression=false',
    ])
  })

  it('others have their variables', () => {
    expect(clientArguments('claude', 'http://localhost:3000', false)).toEqual([])
  })
})
