/** A part of the page under a heading of its own. */
import type { ComponentChildren } from 'preact'

export function Section(props: {
  name: string
  title: string
  aside?: ComponentChildren
  children: ComponentChildren
}) {
  return (
    <section class={`card ${props.name}`} aria-labelledby={props.name}>
      <div class="section-head">
        <h2 id={props.name}>{props.title}</h2>
        {props.aside}
      </div>
      {props.children}
    </section>
  )
}
