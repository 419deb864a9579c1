/** A table that scrolls by itself where it is wider than the page, with a keyboard too. */
import type { ComponentChildren } from 'preact'

export function WideTable(props: { name: string; heads: readonly string[]; children: ComponentChildren }) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={props.name}>
      <table>
        <thead>
          <tr>
            {props.heads.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{props.children}</tbody>
      </table>
    </div>
  )
}
