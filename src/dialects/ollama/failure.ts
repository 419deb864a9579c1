/** The errors of Ollama, and of the other local engines that speak any of the dialects (local-engines.md 1.3, 2.3, 3.1, 3.2). */
import type { Failure } from '../../ir/failure.ts'
import type { FailedAnswer } from '../dialect.ts'
import { judgeByTable, statedReset, tooLong } from '../failure-table.ts'
import type { FailureRow, FailureTable, Judgement } from '../failure-table.ts'

/**
 * What a local engine says in whatever dialect it is asked. Engines keep their own shapes there (llama-server answers
 * `/v1/messages` in OpenAI's), so every dialect's table has these rows.
 */
export const engineRows: readonly FailureRow[] = [
  {
    // llama-server 3.1; Ollama passes it on as text inside its own error (1.3), in a stream too.
    word: ['exceed_context_size_error'],
    cause: ({ fields }) => tooLong(fields['n_prompt_tokens'], fields['n_ctx']),
  },
  {
    // LocalAI keeps the sentence alone, under a status of its own (lfnovo/open-notebook#470).
    message:
      /^(?:rpc error: code = \w+ desc = )?(?:the )?request(?: \((\d+) tokens\))? exceeds the available context size(?: \((\d+) tokens\))?/,
    cause: (_error, match) => tooLong(match?.[1], match?.[2]),
  },
  // llama-server 3.1 whose slots share one cache: there is room for the prompt, but not beside the others (ggml-org/llama.cpp#19774).
  { status: [500], message: /^Context size has been exceeded\b/, cause: { kind: 'too-long' } },
  {
    // LM Studio 2.3; the status varies by version.
    message: /^Trying to keep the first \d+ tokens when context the overflows\..* context length of only (\d+) tokens/,
    cause: (_error, match) => tooLong(undefined, match?.[1]),
  },
  {
    // vLLM 3.2, in the words of OpenAI (providers.md 1.2); with a prompt's own count in brackets where there is one.
    status: [400],
    message:
      /^This (?:model|endpoint)'s maximum context length is (\d+) tokens(?:[.,] however, (?:you requested(?: about)?|your messages resulted in) (\d+) tokens(?: \((\d+) in (?:your|the) (?:prompt|messages))?)?/i,
    cause: (_error, match) => tooLong(match?.[3] ?? match?.[2], match?.[1]),
  },
  // llama-server 3.1.
  { status: [503], word: ['unavailable_error'], message: /^Loading model\b/, cause: { kind: 'loading' } },
  { status: [503], word: ['unavailable_error'], cause: { kind: 'overloaded' } },
  // llama-server with several models, in the words of b10434.
  { status: [400], message: /^model '[^']*' not found$/, cause: { kind: 'unknown-model' } },
  {
    // Ollama 1.3. Only a name that is safe to paste into a shell becomes part of a command.
    status: [404],
    message: /^model ['"]([\w./:@-]+)['"] not found/,
    cause: (_error, match) => unknownModel(match?.[1] ?? ''),
  },
  // LM Studio 2.3.
  { status: [404], message: /^No models loaded\./, cause: { kind: 'unknown-model' } },
  // LM Studio 2.3: a wrong path is answered with 200.
  { message: /^Unexpected endpoint or method\./, cause: { kind: 'bad-request' } },
  {
    // The parsers of Ollama (1.3, ollama#12884, #14834, continue#10896) and LM Studio (lmstudio-bug-tracker#1528). What the model wrote
    // stands in most of these sentences, so they go no further.
    message:
      /^(?:error parsing tool call\b|Failed to parse tool call: |(?:failed to parse XML: )?XML syntax error on line \d|expected element type <function> but have|llama-server returned invalid tool call arguments\b)/,
    cause: {
      kind: 'malformed-answer',
      isUnreadCall: true,
      message: 'The engine could not read a tool call of its model.',
    },
  },
  // llama-server 3.1 and Ollama's native path 1.3 blame themselves for an image the model cannot see.
  { status: [500], message: /^image input is not supported\b/, cause: { kind: 'bad-request' } },
]

const table: FailureTable = {
  rows: [
    ...engineRows,
    {
      // Models that cannot shift their context (1.3).
      status: [400],
      message: /^the prompt is longer than the context length currently available\b/,
      cause: { kind: 'too-long' },
    },
    {
      // A loopback Ollama turns away a Host header that is not local, without a body (1.3).
      status: [403],
      when: ({ message }) => message === '',
      cause: {
        kind: 'forbidden',
        message: 'refused without a reason: Ollama serves only requests with a local Host header',
      },
    },
  ],
  resetsAtMs: statedReset,
}

export function decodeFailure(answer: FailedAnswer): Failure {
  return judgeByTable(answer, table)
}

function unknownModel(model: string): Judgement {
  return { kind: 'unknown-model', message: `model '${model}' not found; to get it: ollama pull ${model}` }
}
