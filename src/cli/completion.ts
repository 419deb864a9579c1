/** `trooper completion bash|zsh|fish`: what a shell needs to complete commands, flags and values. */
import type { Shell } from './about.ts'
import { bashCompletion } from './completions/bash.ts'
import { fishCompletion } from './completions/fish.ts'
import { completedCommands, type CompletedCommand } from './completions/words.ts'
import { zshCompletion } from './completions/zsh.ts'
import { exitConfig, readArguments } from './read-settings.ts'
import { complain, print } from './terminal.ts'

const scripts: { readonly [S in Shell]: (all: readonly CompletedCommand[]) => string } = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
}

export async function completion(argv: string[]): Promise<number> {
  const given = readArguments(argv, 'completion', 1)
  if (!given.ok) return complain(given.problem, exitConfig)
  const [name = ''] = given.names
  if (!isShell(name))
    return complain(`Say which shell: trooper completion ${Object.keys(scripts).join('|')}`, exitConfig)
  await print(scripts[name](completedCommands()).trimEnd())
  return 0
}

function isShell(name: string): name is Shell {
  return Object.hasOwn(scripts, name)
}
