import { availableParallelism } from 'node:os'
import { configDefaults, defineConfig } from 'vitest/config'

const load = 'test/load/*.test.ts'

export default defineConfig({
  test: {
    // Safe because no module keeps anything but memory and names to use again; four times as fast (style: one process, no isolation).
    pool: 'threads',
    isolate: false,
    globalSetup: ['test/secrets.setup.ts'],
    setupFiles: ['test/hung.setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // What has to come is waited for as long as a test may take, less what it takes to say that it did not.
    expect: { poll: { timeout: 50_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'tests',
          include: ['src/**/*.test.ts', 'dashboard/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, load],
          // Most of a test's time goes by in the processes that it started; by default a machine with two cores has one worker.
          maxWorkers: Math.max(3, availableParallelism() - 1),
          sequence: { groupOrder: 0 },
        },
      },
      // Behind all others: it needs the machine for itself.
      { extends: true, test: { name: 'load', include: [load], maxWorkers: 1, sequence: { groupOrder: 1 } } },
    ],
  },
})
