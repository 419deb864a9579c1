/** The requests that stand for Claude Code and Codex are as large as those that were seen (real-clients.md 1, 2, 3). */
import { describe, expect, it } from 'vitest'
import { arrayOf } from '../../src/ir/json.ts'
import type { AgentRequest } from './agent-request.ts'
import * as claude from './claude-code.ts'
import { longHistory } from './claude-code-history.ts'
import * as codex from './codex.ts'
import { longHistory as longCodexHistory } from './codex-history.ts'
import { sizeOf } from './filler.ts'

function measure({ body }: AgentRequest): { bytes: number; tools: number; messages: number } {
  return {
    bytes: sizeOf(body),
    tools: arrayOf(body['tools']).length,
    messages: arrayOf(body['messages'] ?? body['input']).length,
  }
}

describe('a request of Claude Code', () => {
  it.each([
    ['headless', claude.firstRequest, 49_237, 12, 2],
    ['interactive', claude.interactiveRequest, 56_000, 13, 2],
    ['for an older model', claude.olderModelRequest, 87_000, 21, 1],
    ['without experimental betas', claude.withoutBetasRequest, 78_000, 21, 2],
    ['to search the web', claude.webSearchRequest, 900, 1, 1],
    ['to make a conversation short', claude.compactionRequest, 63_000, 12, 4],
    ['with a long history', longHistory, 150_000, 12, 120],
  ])('%s has the bytes, tools and messages that were seen', (_name, request, bytes, tools, messages) => {
    expect(measure(request())).toEqual({ bytes, tools, messages })
  })
})

describe('a request of Codex', () => {
  it.each([
    ["to a provider of one's own", codex.customProviderRequest, 39_000, 9, 4],
    ['for a model that patches files', codex.patchingRequest, 39_000, 10, 4],
    ['to OpenAI itself', codex.builtInRequest, 68_000, 0, 5],
    ['with a long history', () => longCodexHistory('customProvider'), 150_000, 9, 120],
    ['with a long history at OpenAI itself', () => longCodexHistory('builtIn'), 150_000, 0, 121],
  ])('%s has the bytes, tools and items that were seen', (_name, request, bytes, tools, messages) => {
    expect(measure(request())).toEqual({ bytes, tools, messages })
  })
})
