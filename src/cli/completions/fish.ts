/** Completion for fish. */
import type { CompletedCommand, CompletedFlag } from './words.ts'

export function fishCompletion(all: readonly CompletedCommand[]): string {
  return `# Completion of trooper for fish, made by: trooper completion fish
function __trooper_command
    set -l words (commandline -opc)
    if test (count $words) -gt 1; and not string match -q -- '-*' $words[2]
        echo $words[2]
    else
        echo start
    end
end
function __trooper_is
    contains -- (__trooper_command) $argv; and not __trooper_is_behind
end
function __trooper_is_first
    test (count (commandline -opc)) -eq 1
end
# What stands behind \`run --\` is another program's.
function __trooper_is_behind
    test (__trooper_command) = run; and contains -- -- (commandline -opc)
end
function __trooper_behind
    set -l words (commandline -opc)
    set -e words[1..(contains -i -- -- $words)]
    complete -C (string join ' ' -- $words (commandline -ct))
end
complete -c trooper -f
complete -c trooper -n __trooper_is_behind -a '(__trooper_behind)'
${all.map(({ name, meaning }) => `complete -c trooper -n __trooper_is_first -a ${name} -d ${quoted(meaning)}`).join('\n')}
${all.flatMap(namesLine).join('\n')}
${flagsOf(all).map(flagLine).join('\n')}
`
}

function namesLine({ name, names }: CompletedCommand): string[] {
  if (names.length === 0) return []
  return [`complete -c trooper -n '__trooper_is ${name}; and not __trooper_is_first' -a ${quoted(names.join(' '))}`]
}

interface SharedFlag {
  flag: CompletedFlag
  commands: string[]
}

/** One line for all commands that have the same flag. */
function flagsOf(all: readonly CompletedCommand[]): SharedFlag[] {
  const shared = new Map<string, SharedFlag>()
  for (const { name, flags } of all)
    for (const flag of flags) {
      const key = JSON.stringify(flag)
      const known = shared.get(key) ?? { flag, commands: [] }
      shared.set(key, { flag, commands: [...known.commands, name] })
    }
  return [...shared.values()]
}

function flagLine({ flag, commands }: SharedFlag): string {
  const { name, letter, meaning, takes } = flag
  const short = letter === undefined ? '' : ` -s ${letter}`
  const is = `complete -c trooper -n '__trooper_is ${commands.join(' ')}' -l ${name}${short} -d ${quoted(meaning)}`
  switch (takes.is) {
    case 'nothing':
      return is
    case 'path':
      return `${is} -rF`
    case 'text':
      return `${is} -x`
    case 'one':
      return `${is} -xa ${quoted(takes.of.join(' '))}`
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
