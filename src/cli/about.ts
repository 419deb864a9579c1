/** Every command: how it is called, and what it knows besides the settings. `--help`, completion and the reading of arguments follow. */
import type { Wire } from '../drill/app.ts'
import { scenarios } from '../drill/scenarios.ts'

/** A flag of one command. */
interface FlagAbout {
  name: string
  /** Its short form. */
  letter?: string
  meaning: string
  /** What stands behind it; unset: nothing does. */
  value?: string
  /** All that may stand there, where that can be listed. */
  values?: readonly string[]
}

export interface CommandAbout {
  /** Every form, and what that one does where there are several. */
  usage: readonly (readonly [form: string, meaning?: string])[]
  /** A sentence or two. */
  meaning: string
  flags: readonly FlagAbout[]
  /** Which settings are flags of it too: all of them, those that say where a running Trooper is (and what an agent may do there), or none. */
  settings: 'all' | 'whereabouts' | 'agent' | 'none'
  /** What may stand there that is no flag, where that can be listed. */
  names?: readonly string[]
}

const json: FlagAbout = { name: 'json', meaning: 'for machines' }

const dialects = ['messages', 'chat', 'responses', 'all'] as const satisfies readonly (Wire | 'all')[]

const shells = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof shells)[number]

const commands = {
  start: {
    usage: [['trooper [start] [--flag value …]']],
    meaning: 'Starts Trooper: it forwards to your provider, and a local model answers when that cannot.',
    flags: [],
    settings: 'all',
  },
  run: {
    usage: [['trooper run [--flag value …] -- claude']],
    meaning:
      'Runs a program of yours behind Trooper, which is started for it where none of this installation runs yet.',
    flags: [],
    settings: 'all',
  },
  status: {
    usage: [['trooper status [--watch] [--json]']],
    meaning: 'Says who answers now, why and until when, and how targets, quotas and local engines are.',
    flags: [{ name: 'watch', meaning: 'stays, and shows what changes as it changes' }, json],
    settings: 'whereabouts',
  },
  logs: {
    usage: [['trooper logs [--follow] [-n 20] [--json]']],
    meaning: 'Lists the last exchanges, a line each: who was asked, why not, how long it took.',
    flags: [
      { name: 'follow', letter: 'f', meaning: 'stays, and lists each exchange as it ends' },
      { name: 'lines', letter: 'n', value: '20', meaning: 'how many of those that are over' },
      json,
    ],
    settings: 'whereabouts',
  },
  override: {
    usage: [
      ['trooper override', 'says what is set'],
      ['trooper override local [--for 1h]', 'only local models are asked'],
      ['trooper override primary [--for 1h]', 'the provider is asked, whatever is known of it'],
      ['trooper override auto', 'whoever can answer is asked'],
    ],
    meaning: 'Takes the choice who answers into your hand, from the next request on.',
    flags: [{ name: 'for', value: '1h', meaning: 'until then (30m, 1h30m, 2d); else until you say otherwise' }, json],
    settings: 'whereabouts',
    names: ['local', 'primary', 'auto'],
  },
  probe: {
    usage: [['trooper probe [target] [--json]']],
    meaning: 'Has the next request ask a target that is left alone, as its quota is spent or as it kept failing.',
    flags: [json],
    settings: 'whereabouts',
  },
  pull: {
    usage: [['trooper pull [model …]']],
    meaning: 'Has Ollama get the local model of your settings, or these, and shows how far it is.',
    flags: [],
    settings: 'all',
  },
  doctor: {
    usage: [['trooper doctor [--json]']],
    meaning: 'Looks at settings, keys, provider and local model, and says what to do.',
    flags: [json],
    settings: 'all',
  },
  drill: {
    usage: [
      [
        'trooper drill [scenario] [--dialect messages|chat|responses|all] [--stand-in] [--json]',
        'what an app sees of a provider that misbehaves; needs neither a key nor a model',
      ],
      ['trooper drill --serve [scenario]', 'the same under a live Trooper, for an app of yours'],
      ['trooper drill --list', 'the scenarios'],
    ],
    meaning: 'Rehearses failures against a simulated provider.',
    flags: [
      { name: 'dialect', value: 'messages', values: dialects, meaning: 'the wire format of the app' },
      { name: 'stand-in', meaning: 'a script answers in the place of your local model' },
      { name: 'serve', meaning: 'runs until it is stopped' },
      { name: 'list', meaning: 'says what can be played' },
      json,
    ],
    settings: 'all',
    names: scenarios.map(({ name }) => name),
  },
  mcp: {
    usage: [['trooper mcp [--mcp-write on]']],
    meaning:
      'Serves an agent over stdin and stdout, as /mcp of a running Trooper does over HTTP: status, explanations, the local model.',
    flags: [],
    settings: 'agent',
  },
  completion: {
    usage: [
      ['trooper completion bash', 'to have it in every shell: … >> ~/.bashrc'],
      ['trooper completion zsh', '… > a file _trooper in a folder of your fpath'],
      ['trooper completion fish', '… > ~/.config/fish/completions/trooper.fish'],
    ],
    meaning: 'Prints what your shell needs to complete commands, flags and values.',
    flags: [],
    settings: 'none',
    names: shells,
  },
  help: {
    usage: [['trooper help [command]']],
    meaning: 'Explains a command, or all of them and every setting.',
    flags: [],
    settings: 'none',
  },
} as const satisfies Record<string, CommandAbout>

export type CommandName = keyof typeof commands

export function isCommand(name: string): name is CommandName {
  return Object.hasOwn(commands, name)
}

export function aboutOf(name: CommandName): CommandAbout {
  return commands[name]
}

export const commandNames = Object.keys(commands).filter(isCommand)
