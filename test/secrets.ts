/** Texts that no output of Trooper may ever contain: keys, prompts and answers planted by the tests. */
export const planted = {
  clientKey: 'sk-planted-client-key-3f9a',
  primaryKey: 'sk-planted-primary-key-77c1',
  token: 'planted-trooper-token-52d0',
  mcpToken: 'planted-mcp-token-8e21',
  mcpResult: 'planted mcp result: the pizza is in the oven',
  prompt: 'planted prompt: my favourite food is pizza',
  question: 'planted question: what did I tell you?',
  cloudAnswer: 'planted cloud answer: noted, pizza it is',
  localAnswer: 'planted local answer: you told me it is pizza',
} as const
