/** What Trooper and the thread of its tokenizers say to each other. */

/** Where a model's vocabulary is to be had. */
export interface VocabularyPlace {
  /** Of `/api/show`. */
  url: string
  headers: [name: string, value: string][]
  model: string
}

export interface Question {
  id: number
  place: VocabularyPlace
  texts: string[]
}

export interface Answer {
  id: number
  /** Of all texts together; `undefined`: there is no vocabulary, or none of a kind that is known. */
  tokens: number | undefined
}
