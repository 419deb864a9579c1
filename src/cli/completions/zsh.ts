/** Completion for zsh: a function for its fpath, or to be sourced. */
import type { CompletedCommand, CompletedFlag } from './words.ts'

export function zshCompletion(all: readonly CompletedCommand[]): string {
  return `#compdef trooper
# Completion of trooper for zsh, made by: trooper completion zsh
_trooper() {
  local command=start before=$words[CURRENT-1]
  local -i dashes=\${words[(i)--]}
  local -a offered
  [[ $CURRENT -gt 2 && $words[2] != -* ]] && command=$words[2]
  if [[ $command == run ]] && (( dashes < CURRENT )); then
    # What stands behind it is another program's.
    shift $dashes words
    (( CURRENT -= dashes ))
    _normal
    return
  fi
  case "$command $before" in
${all.flatMap(({ name, flags }) => flags.flatMap((flag) => valueCase(name, flag))).join('\n')}
  esac
  if [[ $words[CURRENT] == -* ]]; then
    case $command in
${all.map(({ name, flags }) => listCase(name, flags.flatMap(describedFlag))).join('\n')}
    esac
    _describe -o flag offered
  elif [[ $CURRENT -eq 2 ]]; then
    offered=(
${all.map(({ name, meaning }) => `      ${described(name, meaning)}`).join('\n')}
    )
    _describe command offered
  else
    case $command in
${all
  .filter(({ names }) => names.length > 0)
  .map(({ name, names }) => listCase(name, names.map(quoted)))
  .join('\n')}
    esac
    compadd -a offered
  fi
}
if [[ $funcstack[1] == _trooper ]]; then
  _trooper "$@"
else
  compdef _trooper trooper
fi
`
}

function listCase(command: string, lines: readonly string[]): string {
  return [`      ${command}) offered=(`, ...lines.map((line) => `        ${line}`), '      ) ;;'].join('\n')
}

function dashed({ name, letter }: CompletedFlag): string[] {
  return [`--${name}`, ...(letter === undefined ? [] : [`-${letter}`])]
}

function describedFlag(flag: CompletedFlag): string[] {
  return dashed(flag).map((word) => described(word, flag.meaning))
}

function described(word: string, meaning: string): string {
  return quoted(`${word}:${meaning.replaceAll(':', '\\:')}`)
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

/** What comes behind a flag; nothing is offered where nobody can guess it. */
function valueCase(command: string, flag: CompletedFlag): string[] {
  const pattern = dashed(flag)
    .map((word) => quoted(`${command} ${word}`))
    .join('|')
  switch (flag.takes.is) {
    case 'nothing':
      return []
    case 'path':
      return [`    ${pattern}) _files; return ;;`]
    case 'text':
      return [`    ${pattern}) return ;;`]
    case 'one':
      return [`    ${pattern}) compadd -- ${flag.takes.of.map(quoted).join(' ')}; return ;;`]
  }
}
