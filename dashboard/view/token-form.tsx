/** Trooper wants its token before it shows anything. */
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { Message } from './message.tsx'
import { usePage } from './page.ts'

export function TokenForm() {
  const { store } = usePage()
  const problem = useSignal<string | undefined>(undefined)
  const isAsking = useSignal(false)
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.focus(), [])

  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault()
    isAsking.value = true
    problem.value = await store.login(field.current?.value ?? '')
    isAsking.value = false
    if (problem.value !== undefined) field.current?.select()
  }

  return (
    <Message title="Trooper wants its token">
      <p>It is the value of TROOPER_TOKEN that Trooper was started with. This browser is asked once.</p>
      <form class="token-form" onSubmit={(event) => void submit(event)}>
        <label htmlFor="token">Token</label>
        <input
          ref={field}
          id="token"
          type="password"
          autocomplete="current-password"
          required
          aria-invalid={problem.value !== undefined}
          aria-describedby="token-problem"
        />
        <p id="token-problem" role="alert" class="problem">
          {problem.value}
        </p>
        <button type="submit" class="button strong" disabled={isAsking.value}>
          Show the page
        </button>
      </form>
    </Message>
  )
}
