/**
 * The part of `node-llama-cpp` 3.22 that is used here, in our own words: the package is an optional one, and its types are not at hand
 * where this is compiled. `test/embedded/types` holds them against the package's own where it is installed.
 */

type Tokens = readonly number[]

interface Tokenizer {
  (text: string): Tokens
}

/** Text in which special tokens are marked. */
interface MarkedText {
  tokenize(tokenizer: Tokenizer): Tokens
  readonly values: readonly unknown[]
}

export interface FunctionCallItem {
  type: 'functionCall'
  name: string
  params: unknown
  /** Unset: not there yet. */
  result: unknown
  /** The first of those that were made together. */
  startsNewChunk: boolean
}

interface SegmentItem {
  type: 'segment'
  segmentType: 'thought'
  text: string
  ended: boolean
}

export type ModelPart = string | FunctionCallItem | SegmentItem

export type HistoryItem =
  | { type: 'system'; text: string }
  | { type: 'user'; text: string }
  | { type: 'model'; response: ModelPart[] }

export type Scalar = string | number | boolean | null
export type ScalarType = 'string' | 'number' | 'integer' | 'boolean' | 'null'

/** A JSON schema of the library's own subset (local-engines.md 4.2). */
export type GrammarSchema = { readonly description?: string } & (
  | { readonly type: ScalarType | readonly ScalarType[] }
  | { readonly type: 'string'; readonly minLength?: number; readonly maxLength?: number }
  | { readonly type: 'string'; readonly format: 'date' | 'time' | 'date-time' }
  | { readonly const: Scalar }
  | { readonly enum: readonly Scalar[] }
  | { readonly oneOf: readonly GrammarSchema[]; readonly $defs?: GrammarSchemas }
  | {
      readonly type: 'array'
      readonly items?: GrammarSchema
      readonly prefixItems?: readonly GrammarSchema[]
      readonly minItems?: number
      readonly maxItems?: number
      readonly $defs?: GrammarSchemas
    }
  | {
      readonly type: 'object'
      readonly properties?: GrammarSchemas
      readonly additionalProperties?: GrammarSchema
      readonly minProperties?: number
      readonly maxProperties?: number
      readonly $defs?: GrammarSchemas
    }
  | { readonly $ref: `#/$defs/${string}`; readonly $defs?: GrammarSchemas }
)

export type GrammarSchemas = Readonly<Record<string, GrammarSchema>>

interface FunctionOffer {
  description?: string
  params?: GrammarSchema
}

export type FunctionOffers = Readonly<Record<string, FunctionOffer>>

export interface ChatWrapper {
  readonly settings: { readonly segments?: { readonly thought?: object } }
  generateContextState(options: { chatHistory: readonly HistoryItem[]; availableFunctions?: FunctionOffers }): {
    contextText: MarkedText
  }
}

interface FileInfo {
  readonly metadata: { readonly general: { readonly architecture: string } }
}

export interface Model {
  readonly tokenizer: Tokenizer
  readonly fileInfo: FileInfo
  readonly size: number
  createContext(options: {
    contextSize: number
    threads: { ideal: number; min: number }
    failedCreationRemedy: false
  }): Promise<Context>
  dispose(): Promise<void>
}

export interface Context {
  readonly contextSize: number
  getSequence(): Sequence
  dispose(): Promise<void>
}

export interface Sequence {
  readonly tokenMeter: { readonly usedInputTokens: number; readonly usedOutputTokens: number }
}

export interface Grammar {
  readonly trimWhitespaceSuffix: boolean
}

interface ResponseChunk {
  /** Unset: of the answer itself. */
  type: 'segment' | undefined
  text: string
}

interface GenerateOptions {
  signal: AbortSignal
  stopOnAbortSignal: boolean
  maxTokens: number
  temperature: number
  topK: number
  topP: number
  minP: number
  seed: number
  repeatPenalty: {
    lastTokens: number
    penalty: number
    frequencyPenalty?: number
    presencePenalty?: number
  }
  customStopTriggers: readonly string[]
  budgets?: { thoughtTokens: number }
  contextShift: { strategy: () => never }
  onResponseChunk: (chunk: ResponseChunk) => void
}

type Constraint =
  | { grammar?: Grammar; functions?: never; onFunctionCall?: never }
  | {
      grammar?: never
      functions: FunctionOffers
      onFunctionCall: (call: { functionName: string; params: unknown }) => void
    }

export interface Chat {
  generateResponse(
    history: HistoryItem[],
    options: GenerateOptions & Constraint,
  ): Promise<{ metadata: { stopReason: string } }>
  dispose(): void
}

export interface Llama {
  /** Physical cores that are good at this. */
  readonly cpuMathCores: number
  loadModel(options: { modelPath: string; vocabOnly?: boolean }): Promise<Model>
  createGrammarForJsonSchema(schema: GrammarSchema): Promise<Grammar>
  getGrammarFor(type: 'json'): Promise<Grammar>
}

interface Downloader {
  readonly totalSize: number
  download(): Promise<string>
}

export interface Library {
  getLlama(options: {
    gpu: 'auto'
    build: 'never'
    skipDownload: true
    progressLogs: false
    logger: () => void
  }): Promise<Llama>
  resolveChatWrapper(
    model: Model,
    options: { warningLogs: false; customWrapperSettings: Readonly<Record<string, object>> },
  ): ChatWrapper
  createModelDownloader(options: {
    modelUri: string
    dirPath: string
    deleteTempFileOnCancel: false
    onProgress: (status: { totalSize: number; downloadedSize: number }) => void
  }): Promise<Downloader>
  LlamaText(...values: readonly unknown[]): MarkedText
  readonly LlamaChat: new (options: { contextSequence: Sequence; chatWrapper: ChatWrapper }) => Chat
}
