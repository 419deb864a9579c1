/**
 * Every setting: its name, default and meaning. The texts here are the manual:
 * `--help`, README and `.env.example` are held against this table by a test.
 */
import * as z from 'zod'
import {
  address,
  headerName,
  onOff,
  origins,
  percent,
  places,
  seconds,
  secret,
  someTexts,
  statusCodes,
  texts,
  timeout,
  url,
  urlOrModel,
  wholeNumber,
} from './forms.ts'
import { presetNames } from './presets.ts'
import { seeSettings } from './see-settings.ts'
import type { Setting } from './setting.ts'
import { traceSettings } from './trace-settings.ts'

export const settings = {
  config: {
    env: 'TROOPER_CONFIG',
    flag: 'config',
    default: undefined,
    meaning:
      'file that describes several providers and their order; unset: `trooper.yaml` in the working folder or `~/.trooper`, if there is one',
    schema: z.string(),
  },
  primaryUrl: {
    env: 'PRIMARY_URL',
    flag: 'primary-url',
    default: 'https://api.anthropic.com/v1/messages',
    meaning:
      "the provider's endpoint; its path names the dialect (`/messages`, `/chat/completions`, `/responses`, `/api/chat`)",
    schema: url,
  },
  primaryApiKey: {
    env: 'PRIMARY_API_KEY',
    flag: 'primary-api-key',
    default: undefined,
    meaning: "the provider's key; unset: the client's own credential is forwarded",
    secret: true,
    schema: secret,
  },
  primaryAuthHeader: {
    env: 'PRIMARY_AUTH_HEADER',
    flag: 'primary-auth-header',
    default: 'x-api-key',
    meaning: 'the header that carries the key; `Authorization` sends `Bearer <key>`',
    schema: headerName,
  },
  primaryProvider: {
    env: 'PRIMARY_PROVIDER',
    flag: 'primary-provider',
    default: undefined,
    meaning: `who answers at \`PRIMARY_URL\`, where its host does not say so (a gateway): ${presetNames.join(', ')}`,
    schema: z.string().refine((name) => presetNames.includes(name.toLowerCase()), {
      error: `must be one of ${presetNames.join(', ')}`,
    }),
  },
  fallbackUrl: {
    env: 'FALLBACK_URL',
    flag: 'fallback-url',
    default: 'http://localhost:11434/api/chat',
    meaning:
      'the local engine: its endpoint, whose path names the dialect, or its origin alone (`http://localhost:1234`); or a model inside Trooper: `embedded:` with the path of a .gguf file or `hf:<user>/<model>:<quantisation>`; unset: the first that is found where local engines usually listen, Ollama before others',
    schema: urlOrModel,
  },
  fallbackModel: {
    env: 'FALLBACK_MODEL',
    flag: 'fallback-model',
    default: 'qwen2.5:3b',
    meaning:
      'the local model, or a comma-separated list in priority order; unset where there is no such model: one in memory, else the largest that fits and can call tools',
    schema: someTexts,
  },
  fallbackApiKey: {
    env: 'FALLBACK_API_KEY',
    flag: 'fallback-api-key',
    default: undefined,
    meaning: "the local engine's key, sent as `Authorization: Bearer`, if it wants one",
    secret: true,
    schema: secret,
  },
  contextMax: {
    env: 'CONTEXT_MAX',
    flag: 'context-max',
    default: undefined,
    meaning:
      'longest window, in tokens, in which the local model reads a conversation, where that can be chosen (Ollama, LM Studio); unset: what this machine’s memory is estimated to hold',
    schema: wholeNumber(1024, 16_777_216),
  },
  allowRemoteModels: {
    env: 'ALLOW_REMOTE_MODELS',
    flag: 'allow-remote-models',
    default: '',
    meaning:
      'names, comma-separated, of the models that may answer although Ollama has them run on somebody else’s machine (`gpt-oss:120b-cloud`)',
    schema: texts,
  },
  quotaStatusCodes: {
    env: 'QUOTA_STATUS_CODES',
    flag: 'quota-status-codes',
    default: '429,402,529',
    meaning: 'statuses that trigger fallback besides recognised quota bodies',
    schema: statusCodes,
  },
  waitMaxMs: {
    env: 'WAIT_MAX',
    flag: 'wait-max',
    default: '2',
    meaning: 'seconds that a rate limit may ask to wait before the local model takes over instead',
    schema: seconds,
  },
  handoverAt: {
    env: 'HANDOVER_AT',
    flag: 'handover-at',
    default: undefined,
    meaning:
      'percentage of a quota (where the provider tells how much is used) at which the local model takes over, between two turns, before the provider refuses; unset: never',
    schema: percent,
  },
  connectMs: {
    env: 'CONNECT_TIMEOUT',
    flag: 'connect-timeout',
    default: '5',
    meaning:
      'seconds to a connection; longer than any of these and the next target is asked, never the silent one again',
    schema: timeout,
  },
  headMs: {
    env: 'HEAD_TIMEOUT',
    flag: 'head-timeout',
    default: '30',
    meaning: 'seconds from there to the head of a streamed answer',
    schema: timeout,
  },
  firstContentMs: {
    env: 'FIRST_CONTENT_TIMEOUT',
    flag: 'first-content-timeout',
    default: '60',
    meaning: 'seconds from there to its first content or thought; pings, comments and empty pieces do not count',
    schema: timeout,
  },
  stallMs: {
    env: 'STALL_TIMEOUT',
    flag: 'stall-timeout',
    default: '45',
    meaning: 'seconds between two pieces of an answer; while a model thinks, pings count',
    schema: timeout,
  },
  thinkingMs: {
    env: 'THINKING_TIMEOUT',
    flag: 'thinking-timeout',
    default: '300',
    meaning:
      'the same three clocks of a stream when the request asks for reasoning, the model is known to reason, or the provider runs tools itself',
    schema: timeout,
  },
  wholeAnswerMs: {
    env: 'WHOLE_ANSWER_TIMEOUT',
    flag: 'whole-answer-timeout',
    default: '600',
    meaning: 'seconds to an answer that is not streamed',
    schema: timeout,
  },
  localMs: {
    env: 'LOCAL_TIMEOUT',
    flag: 'local-timeout',
    default: '600',
    meaning: 'seconds that a local model may be silent: it may have to be loaded, and reads a long prompt for minutes',
    schema: timeout,
  },
  localConcurrency: {
    env: 'LOCAL_CONCURRENCY',
    flag: 'local-concurrency',
    default: undefined,
    meaning: "requests that a local engine answers at once; unset: as it says, or one (Ollama's `OLLAMA_NUM_PARALLEL`)",
    schema: wholeNumber(1, 1000),
  },
  localQueue: {
    env: 'LOCAL_QUEUE',
    flag: 'local-queue',
    default: '64',
    meaning:
      'requests that may wait for a local engine; the next one is told that it is overloaded; `0`: none waits, and whoever comes while it is busy is told so',
    schema: wholeNumber(0, 10_000),
  },
  warm: {
    env: 'WARM',
    flag: 'warm',
    default: 'auto',
    meaning:
      '`auto`: the local model is loaded when it may soon be needed (nine tenths of a quota are used, the provider begins to refuse or to fail) and the machine is idle; `always`: at start, and kept loaded; `never`: by its first request',
    schema: z.enum(['auto', 'always', 'never'], { error: 'must be auto, always or never' }),
  },
  onSlow: {
    env: 'ON_SLOW',
    flag: 'on-slow',
    default: 'wait',
    meaning:
      '`wait`: a stream without content in time is given up for the next target; `race`: both go on, and the first that speaks is kept; not where a request names MCP servers, whose tools would run for each',
    schema: z.enum(['wait', 'race'], { error: 'must be wait or race' }),
  },
  // Anthropic reckons an hour for the longest answer there is (providers.md 3.2).
  exchangeMs: {
    env: 'EXCHANGE_MAX',
    flag: 'exchange-max',
    default: '3600',
    meaning: 'seconds that an answer may take in all, whoever gives it; then the app is told that it timed out',
    schema: timeout,
  },
  port: {
    env: 'TROOPER_PORT',
    flag: 'port',
    default: '3000',
    meaning: 'port to listen on',
    schema: wholeNumber(0, 65_535),
  },
  host: {
    env: 'TROOPER_HOST',
    flag: 'host',
    default: '127.0.0.1',
    meaning: 'address to listen on; anything but loopback needs `TROOPER_TOKEN`',
    schema: address,
  },
  token: {
    env: 'TROOPER_TOKEN',
    flag: 'token',
    default: undefined,
    meaning: 'when set, every request must carry it as its API key, and `PRIMARY_API_KEY` is used upstream',
    secret: true,
    schema: secret,
  },
  allowNoToken: {
    env: 'TROOPER_ALLOW_NO_TOKEN',
    flag: 'allow-no-token',
    default: '0',
    meaning:
      'listen beyond loopback without a token: only where something else guards the port, as in the compose file',
    schema: onOff,
  },
  allowedHosts: {
    env: 'TROOPER_ALLOWED_HOSTS',
    flag: 'allowed-hosts',
    default: '',
    meaning: 'further names, comma-separated, under which clients may reach Trooper (the `Host` they send)',
    schema: texts,
  },
  allowedOrigins: {
    env: 'TROOPER_ALLOWED_ORIGINS',
    flag: 'allowed-origins',
    default: '',
    meaning:
      'origins, comma-separated, that may call although they are a browser’s (desktop apps, extensions); no CORS headers are sent',
    schema: origins,
  },
  seam: {
    env: 'SEAM',
    flag: 'seam',
    default: 'on',
    meaning:
      'when a streamed answer breaks off, the next target goes on with it where it stopped; off: the app is told of the error',
    schema: onOff,
  },
  summary: {
    env: 'SUMMARY',
    flag: 'summary',
    default: 'extractive',
    meaning:
      'what stands in place of messages that a local model has no room for: `extractive`, their weightiest sentences, at once; `model`, a summary that the local model writes first; `off`, only how much is missing',
    schema: z.enum(['extractive', 'model', 'off'], { error: 'must be extractive, model or off' }),
  },
  imageFetch: {
    env: 'IMAGE_FETCH',
    flag: 'image-fetch',
    default: 'on',
    meaning:
      'fetch the images that a conversation names by URL, for a local model that can see; never from a private address',
    schema: onOff,
  },
  imageHosts: {
    env: 'IMAGE_HOSTS',
    flag: 'image-hosts',
    default: '',
    meaning: 'hosts, comma-separated, from which images are fetched although their address is private',
    schema: texts,
  },
  mcpServers: {
    env: 'MCP_SERVERS',
    flag: 'mcp-servers',
    default: '',
    meaning:
      'addresses, comma-separated, of the MCP servers that Trooper may ask itself when a request names them and its provider cannot answer (`https://mcp.example.com`, or with the beginning of the path); no other is ever asked',
    schema: places,
  },
  dataDir: {
    env: 'TROOPER_DATA_DIR',
    flag: 'data-dir',
    default: '~/.trooper',
    meaning: 'folder for what outlives a restart, readable by its owner only',
    schema: z.string(),
  },
  transcripts: {
    env: 'TRANSCRIPTS',
    flag: 'transcripts',
    default: 'on',
    meaning:
      'keep Responses conversations that the provider stores (`previous_response_id`, `conversation`), so that the local model can go on with them',
    schema: onOff,
  },
  transcriptMaxAgeMs: {
    env: 'TRANSCRIPT_HOURS',
    flag: 'transcript-hours',
    default: '72',
    meaning: 'hours after which a kept conversation is deleted',
    schema: wholeNumber(1, 24 * 365).transform((hours) => hours * 3_600_000),
  },
  transcriptMaxBytes: {
    env: 'TRANSCRIPT_MB',
    flag: 'transcript-mb',
    default: '256',
    meaning: 'MiB that kept conversations may take; the oldest go first',
    schema: wholeNumber(1, 100_000).transform((mib) => mib * 1024 * 1024),
  },
  maxBodyBytes: {
    env: 'TROOPER_MAX_BODY_MB',
    flag: 'max-body-mb',
    default: '64',
    meaning: 'largest conversation request, in MiB',
    schema: wholeNumber(1, 1024).transform((mib) => mib * 1024 * 1024),
  },
  logFormat: {
    env: 'LOG_FORMAT',
    flag: 'log-format',
    default: 'text',
    meaning: '`text` for people, `json` for machines',
    schema: z.enum(['text', 'json'], { error: 'must be text or json' }),
  },
  ...seeSettings,
  ...traceSettings,
} as const satisfies Record<string, Setting>

type Settings = typeof settings
export type SettingName = keyof Settings

/** The parsed value of every setting; those without a default may be absent. */
export type Config = {
  [N in SettingName]: Settings[N]['default'] extends string
    ? z.output<Settings[N]['schema']>
    : z.output<Settings[N]['schema']> | undefined
}

/** A URL may carry a password or a key: only what names the place is shown. */
export function withoutSecrets(text: string): string {
  return text.replace(/\/\/[^/]*@/, '//').replace(/\?.*$/s, '')
}
