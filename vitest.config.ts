import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'dashboard/**/*.test.ts', 'test/**/*.test.ts'],
    // Safe because nothing keeps state in a module; four times as fast (style: one process, no isolation).
    pool: 'threads',
    isolate: false,
    // Most of a test's time goes by in the processes that it started; by default a machine with two cores has one worker.
    maxWorkers: Math.max(3, availableParallelism() - 1),
    globalSetup: ['test/secrets.setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
