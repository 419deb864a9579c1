/** Completion for bash, from 3.2 on, which is what macOS has. */
import { commandNames } from '../about.ts'
import type { CompletedCommand, CompletedFlag } from './words.ts'

export function bashCompletion(all: readonly CompletedCommand[]): string {
  return `# Completion of trooper for bash, made by: trooper completion bash
_trooper() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} command=start words i
  COMPREPLY=()
  # bash takes --flag=value for three words.
  if [ "$current" = '=' ]; then
    current=
  elif [ "$before" = '=' ]; then
    before=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  case "\${COMP_WORDS[1]}" in
    -*) ;;
    *) [ "$COMP_CWORD" -gt 1 ] && command=\${COMP_WORDS[1]} ;;
  esac
  if [ "$command" = run ]; then
    for ((i = 2; i < COMP_CWORD; i++)); do
      if [ "\${COMP_WORDS[i]}" = -- ]; then
        if [ "$before" = -- ]; then COMPREPLY=($(compgen -c -- "$current")); else COMPREPLY=($(compgen -f -- "$current")); fi
        return
      fi
    done
  fi
  case "$command $before" in
${all.flatMap(({ name, flags }) => flags.flatMap((flag) => valueCase(name, flag))).join('\n')}
  esac
  case "$current" in
    -*)
      case "$command" in
${all.map(({ name, flags }) => `        ${name}) words='${flags.flatMap(dashed).join(' ')}' ;;`).join('\n')}
      esac
      ;;
    *)
      if [ "$COMP_CWORD" -eq 1 ]; then
        words='${commandNames.join(' ')}'
      else
        case "$command" in
${all
  .filter(({ names }) => names.length > 0)
  .map(({ name, names }) => `          ${name}) words='${names.join(' ')}' ;;`)
  .join('\n')}
        esac
      fi
      ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F _trooper trooper
`
}

function dashed({ name, letter }: CompletedFlag): string[] {
  return [`--${name}`, ...(letter === undefined ? [] : [`-${letter}`])]
}

/** What comes behind a flag; nothing is offered where nobody can guess it. */
function valueCase(command: string, flag: CompletedFlag): string[] {
  const pattern = dashed(flag)
    .map((word) => `'${command} ${word}'`)
    .join(' | ')
  switch (flag.takes.is) {
    case 'nothing':
      return []
    case 'path':
      return [`    ${pattern}) COMPREPLY=($(compgen -f -- "$current")); return ;;`]
    case 'text':
      return [`    ${pattern}) return ;;`]
    case 'one':
      return [`    ${pattern}) COMPREPLY=($(compgen -W '${flag.takes.of.join(' ')}' -- "$current")); return ;;`]
  }
}
