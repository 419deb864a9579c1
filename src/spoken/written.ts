/** A call as a model wrote it into its text, not yet held against anything. */
export interface Written {
  name: string
  input: WrittenInput
}

export type WrittenInput =
  /** Raw text of what ought to be a JSON object. */
  | { as: 'json'; text: string }
  /** Every argument as text, whatever its type. */
  | { as: 'texts'; texts: ReadonlyMap<string, string> }
