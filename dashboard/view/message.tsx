/** A state of the page in which there is nothing else to see. */
import type { ComponentChildren } from 'preact'
import { Helmet } from './icons.tsx'

export function Message(props: { title: string; isBusy?: boolean; children?: ComponentChildren }) {
  return (
    <section class="message" aria-busy={props.isBusy === true}>
      <Helmet />
      <h1>{props.title}</h1>
      {props.children}
    </section>
  )
}
