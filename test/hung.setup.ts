/** Around every test: one that runs out of time says what its processes were doing. */
import { beforeEach } from 'vitest'
import { describeRunning } from './fakes/process.ts'

beforeEach(({ signal }) => {
  signal.addEventListener('abort', () => {
    for (const text of describeRunning()) console.error(text)
  })
})
