/** Tells those who hear the page when somebody else answers; nothing else of what happens is read out by itself. */
import { useEffect, useRef, useState } from 'preact/hooks'
import { headline, whyAnswering } from '../words/reasons.ts'
import { usePage } from './page.ts'

export function Announcer() {
  const [answering] = usePage().store.model.value.status?.answering ?? []
  const target = answering?.target
  const known = useRef(target)
  const [text, setText] = useState('')
  useEffect(() => {
    if (answering && known.current !== undefined && known.current !== target)
      setText(`${headline(answering)} answers now. ${whyAnswering(answering)}`)
    known.current = target ?? known.current
  }, [target])
  return (
    <div role="status" class="only-heard">
      {text}
    </div>
  )
}
