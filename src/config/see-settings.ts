/** Settings of what a person sees of Trooper: the journal, and what is kept in it. */
import { onOff, wholeNumber } from './forms.ts'
import type { Setting } from './setting.ts'

export const seeSettings = {
  journal: {
    env: 'JOURNAL',
    flag: 'journal',
    default: '1000',
    meaning:
      'exchanges that are kept in memory for the page, the terminal and agents: who answered, why, how fast; 0: none',
    schema: wholeNumber(0, 100_000),
  },
  capture: {
    env: 'CAPTURE',
    flag: 'capture',
    default: 'off',
    meaning:
      'keep the beginnings of prompts and answers beside them, in memory only and without what looks like a key; anyone who may see the page can read them',
    schema: onOff,
  },
  metrics: {
    env: 'METRICS',
    flag: 'metrics',
    default: 'on',
    meaning: 'count what Prometheus reads at `/metrics`; off: nothing is counted, and nothing is there',
    schema: onOff,
  },
  mcpWrite: {
    env: 'TROOPER_MCP_WRITE',
    flag: 'mcp-write',
    default: 'off',
    meaning:
      "agents may also change something through Trooper's MCP server (override, probe, warm, drill); what they may read and ask does not depend on it",
    schema: onOff,
  },
} as const satisfies Record<string, Setting>
