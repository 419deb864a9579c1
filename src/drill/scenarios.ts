/** The catalogue of the drill: every scenario by name, in the order in which they are played. */
import type { BreakOff, Message, Scenario } from './scenario.ts'

const answered: Message = { act: { do: 'answer' }, sees: 'provider' }
const creditSpent: Message = { act: { do: 'refuse', as: 'credit', resets: 'late' }, sees: 'local' }
/** In a stream the local model goes on; what was to come whole can be asked for anew. */
const goneOnWith = { streamed: 'both', whole: 'local' } as const

function breakOff(by: BreakOff['by']): [Message] {
  return [{ act: { do: 'break-off', by }, sees: goneOnWith }]
}

const wholeAnswer = 'One whole answer, in which the local model goes on where the provider stopped.'
const goesOn =
  'Asks the local model to go on from the last word, in the same answer; an answer that is not streamed it makes anew.'
const asksLocal = 'Asks the local model.'
const ordinaryAnswer = 'An ordinary answer; X-Trooper-Fallback names the local model.'

export const scenarios: readonly Scenario[] = [
  {
    name: 'quota-spent',
    short: 'says that the credit is spent',
    provider:
      'Refuses every request, as the credit is used up: 400 in Anthropic’s words, 429 insufficient_quota in OpenAI’s.',
    trooper: 'Asks the local model, and does not ask the provider again for 30 seconds.',
    app: ordinaryAnswer,
    messages: [creditSpent],
  },
  {
    name: 'third-message',
    short: 'has its quota run out on the third message',
    provider: 'Answers two messages of a conversation; the third finds the quota spent.',
    trooper: 'Gives the whole conversation to the local model.',
    app: 'Three ordinary answers, the third of them from the local model.',
    messages: [answered, answered, creditSpent],
  },
  {
    name: 'usage-limit-5h',
    short: 'says that the five hours of a plan are used up',
    provider: 'Refuses with 429 and the hour at which the limit of a Claude or ChatGPT plan ends.',
    trooper: 'Asks the local model, and leaves the provider alone until that hour.',
    app: ordinaryAnswer,
    messages: [{ act: { do: 'refuse', as: 'five-hours', resets: 'late' }, sees: 'local' }],
  },
  {
    name: 'back-again',
    short: 'has its quota back a moment later',
    provider: 'Refuses, says when its quota will be back, and answers again from then on.',
    trooper: 'Asks the local model until then, and hands the conversation back to the provider afterwards.',
    app: 'Two ordinary answers: the first from the local model, the second from the provider.',
    messages: [
      { act: { do: 'refuse', as: 'five-hours', resets: 'soon' }, sees: 'local' },
      { ...answered, afterReset: true },
    ],
  },
  {
    name: 'rate-limit',
    short: 'is rate limited for longer than WAIT_MAX',
    provider: 'Refuses with 429 and a retry-after of a quarter of an hour.',
    trooper: 'Asks the local model, and lets that model of the provider rest until the limit ends.',
    app: ordinaryAnswer,
    messages: [{ act: { do: 'refuse', as: 'rate-limit', resets: 'late' }, sees: 'local' }],
  },
  {
    name: 'rate-limit-brief',
    short: 'is rate limited for a second',
    provider: 'Refuses with 429 and a retry-after of one second, and answers when it is asked again.',
    trooper: 'Waits that second and asks the provider again.',
    app: 'An ordinary answer of the provider, a second later.',
    messages: [{ act: { do: 'refuse', as: 'rate-limit', resets: 'soon', once: true }, sees: 'provider' }],
  },
  {
    name: 'overloaded',
    short: 'says that it is overloaded',
    provider: 'Refuses with 529 (Anthropic) or 503 (OpenAI): too many people are asking.',
    trooper: asksLocal,
    app: ordinaryAnswer,
    messages: [{ act: { do: 'refuse', as: 'overloaded', resets: 'soon' }, sees: 'local' }],
  },
  {
    name: 'error-in-200',
    short: 'puts an error under status 200',
    provider: 'Answers 200, but the first thing it says, in a stream or not, is that it is overloaded.',
    trooper: 'Holds an answer back until it says something, so that it can ask the local model instead.',
    app: ordinaryAnswer,
    messages: [{ act: { do: 'error-in-200' }, sees: 'local' }],
  },
  {
    name: 'connection-refused',
    short: 'is not there',
    provider: 'Is not there: nothing listens at its address.',
    trooper: 'Tries once more, as nothing was sent, and asks the local model.',
    app: ordinaryAnswer,
    messages: [{ act: { do: 'reset' }, sees: 'local' }],
    isDown: true,
  },
  {
    name: 'reset-before-answer',
    short: 'resets the connection',
    provider: 'Reads the request and resets the connection without a word.',
    trooper: asksLocal,
    app: ordinaryAnswer,
    messages: [{ act: { do: 'reset' }, sees: 'local' }],
  },
  {
    name: 'web-page',
    short: 'is a log-in page of some Wi-Fi',
    provider: 'Is not the provider: the log-in page of a public network answers in its place.',
    trooper: asksLocal,
    app: ordinaryAnswer,
    messages: [{ act: { do: 'web-page' }, sees: 'local' }],
  },
  {
    name: 'silent',
    short: 'never answers',
    provider: 'Takes the request and never says anything.',
    trooper: 'Waits as long as the provider may be silent, and asks the local model.',
    app: ordinaryAnswer,
    messages: [{ act: { do: 'say-nothing' }, sees: 'local' }],
    isAboutSilence: true,
  },
  {
    name: 'slow-first-token',
    short: 'thinks for a while before its first word',
    provider: 'Announces its answer at once, but its first word comes late.',
    trooper: 'Waits: a provider that thinks is not a provider that fails.',
    app: 'An ordinary answer of the provider, only later.',
    messages: [{ act: { do: 'answer-late' }, sees: 'provider' }],
  },
  {
    name: 'stream-cut',
    short: 'breaks the connection in its answer',
    provider: 'Breaks the connection in the middle of its answer.',
    trooper: goesOn,
    app: wholeAnswer,
    messages: breakOff('cut'),
  },
  {
    name: 'stream-stall',
    short: 'falls silent in its answer',
    provider: 'Falls silent in the middle of its answer and keeps the connection open.',
    trooper: `Waits as long as the provider may be silent. ${goesOn}`,
    app: wholeAnswer,
    messages: breakOff('stall'),
    isAboutSilence: true,
  },
  {
    name: 'error-in-stream',
    short: 'reports an error in its answer',
    provider: 'Says in the middle of its answer that it is overloaded.',
    trooper: `Keeps that error to itself. ${goesOn}`,
    app: wholeAnswer,
    messages: breakOff('error'),
  },
  {
    name: 'malformed-frame',
    short: 'ends its answer within a frame',
    provider: 'Ends its answer within a frame, which is no JSON then.',
    trooper: `Passes on whole frames only. ${goesOn}`,
    app: wholeAnswer,
    messages: breakOff('half-frame'),
  },
  {
    name: 'tool-call-cut',
    short: 'breaks the connection in a tool call',
    provider: 'Breaks the connection in the middle of the arguments of a tool call.',
    trooper:
      'Asks the local model for the same call, and lets it through only where both halves are one that fits the tool.',
    app: 'One tool call with whole arguments.',
    messages: [{ act: { do: 'break-off', by: 'cut', tool: true }, sees: goneOnWith }],
  },
  {
    name: 'bad-key',
    short: 'refuses the API key',
    provider: 'Refuses the API key with 401.',
    trooper: 'Passes that on untouched: a bad key is never masked.',
    app: 'The provider’s own 401.',
    messages: [{ act: { do: 'refuse', as: 'bad-key', resets: 'late' }, sees: 'refused' }],
  },
  {
    name: 'bad-request',
    short: 'refuses the request as wrong',
    provider: 'Refuses the request with 400, as something in it is wrong.',
    trooper: 'Passes that on untouched: the fault is the app’s to mend.',
    app: 'The provider’s own 400.',
    messages: [{ act: { do: 'refuse', as: 'bad-request', resets: 'late' }, sees: 'refused' }],
  },
  {
    name: 'server-error',
    short: 'fails inside',
    provider: 'Answers 500.',
    trooper: 'Passes that on untouched, unless QUOTA_STATUS_CODES lists 500.',
    app: 'The provider’s own 500.',
    messages: [{ act: { do: 'refuse', as: 'server-error', resets: 'late' }, sees: 'refused' }],
  },
]
