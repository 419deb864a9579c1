/** A failure of every kind, to be told of in every dialect. */
import type { Cause, FailureKind } from '../src/ir/failure.ts'

export const causes: { readonly [K in FailureKind]: Cause } = {
  'quota-spent': { kind: 'quota-spent', what: 'quota', scope: 'account' },
  'rate-limited': { kind: 'rate-limited', scope: 'model' },
  overloaded: { kind: 'overloaded' },
  loading: { kind: 'loading' },
  'server-error': { kind: 'server-error' },
  network: { kind: 'network', problem: 'refused', requestSent: false },
  timeout: { kind: 'timeout', phase: 'head' },
  'malformed-answer': { kind: 'malformed-answer' },
  'bad-key': { kind: 'bad-key' },
  forbidden: { kind: 'forbidden' },
  'unknown-model': { kind: 'unknown-model' },
  'too-long': { kind: 'too-long' },
  'content-refused': { kind: 'content-refused' },
  'bad-request': { kind: 'bad-request' },
  'client-gone': { kind: 'client-gone' },
  handover: { kind: 'handover', resetsAtMs: 1_741_290_958_123 },
  'local-loop': { kind: 'local-loop' },
  override: { kind: 'override' },
  'remote-model': { kind: 'remote-model' },
  'queue-full': { kind: 'queue-full', resetsAtMs: 1_741_290_963_123 },
}
