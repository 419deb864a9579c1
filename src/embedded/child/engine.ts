/** The model of this process: its vocabulary, which counts; its weights and one window, which are loaded when they are needed. */
import { statSync } from 'node:fs'
import type { JsonObject, JsonValue } from '../../ir/json.ts'
import { keepAliveMs } from './keep-alive.ts'
import type {
  Chat,
  ChatWrapper,
  Context,
  FunctionOffers,
  HistoryItem,
  Library,
  Llama,
  Model,
  Sequence,
} from './library.ts'
import { Refusal } from './refusal.ts'
import { createWrapper } from './wrapper.ts'

/** What the library puts in by itself while it generates must not push the conversation out. */
const spareTokens = 128
/** Of a request that names none (local-engines.md 1.5). */
const usualWindow = 4096

export interface Prompt {
  history: HistoryItem[]
  functions?: FunctionOffers
  wrapper: ChatWrapper
}

export interface ReadyChat {
  chat: Chat
  sequence: Sequence
  llama: Llama
}

interface Loaded {
  model: Model
  context: Context
  sequence: Sequence
  /** Tokens that prompt and answer may have together. */
  window: number
}

export class Engine {
  readonly #library: Library
  readonly #install: string
  readonly #path: string
  #llama: Promise<Llama> | undefined
  #vocabulary: Promise<Model> | undefined
  readonly #wrappers = new Map<string, ChatWrapper>()
  #loaded: Loaded | undefined
  #sleep: NodeJS.Timeout | undefined
  #expiresAtMs: number | undefined

  /** `install`: the command that gets the library with the right binary. */
  constructor(library: Library, install: string, path: string) {
    this.#library = library
    this.#install = install
    this.#path = path
  }

  /** Only what the file says of words: quick, and small beside the weights. */
  vocabulary(): Promise<Model> {
    this.#vocabulary ??= this.#open().then((llama) => llama.loadModel({ modelPath: this.#path, vocabOnly: true }))
    this.#vocabulary.catch(() => (this.#vocabulary = undefined))
    return this.#vocabulary
  }

  /** The longest window that the model was trained for. */
  async trainedWindow(): Promise<number> {
    const { metadata } = (await this.vocabulary()).fileInfo
    const own: unknown = Reflect.get(metadata, metadata.general.architecture)
    const length: unknown = typeof own === 'object' && own !== null ? Reflect.get(own, 'context_length') : undefined
    return typeof length === 'number' ? length : usualWindow
  }

  /** The template by which this model is spoken to; whether it is to think is written into some of them. */
  async wrapper(think: JsonValue | undefined): Promise<ChatWrapper> {
    // Finding it out takes a second: it is the same where nothing is asked for, and where there is nothing to ask for.
    if (think === undefined || think === true) return this.#wrapperFor(undefined)
    const usual = await this.#wrapperFor(undefined)
    return usual.settings.segments?.thought ? this.#wrapperFor(think) : usual
  }

  async #wrapperFor(think: JsonValue | undefined): Promise<ChatWrapper> {
    const vocabulary = await this.vocabulary()
    const key = JSON.stringify(think ?? null)
    const known = this.#wrappers.get(key)
    if (known) return known
    const wrapper = createWrapper(this.#library, vocabulary, think)
    this.#wrappers.set(key, wrapper)
    return wrapper
  }

  /** Exactly: the model's own template and vocabulary. */
  async count({ history, functions, wrapper }: Prompt): Promise<number> {
    const last = history.at(-1)
    const chatHistory: HistoryItem[] = last?.type === 'model' ? history : [...history, { type: 'model', response: [] }]
    const state = wrapper.generateContextState({ chatHistory, ...(functions && { availableFunctions: functions }) })
    return state.contextText.tokenize((await this.vocabulary()).tokenizer).length
  }

  /** The window that a request will get: never smaller than the one that is loaded, as every change of it costs what was read so far. */
  async windowFor(wanted: number | undefined): Promise<number> {
    const asked = Math.min(wanted ?? usualWindow, await this.trainedWindow())
    return Math.max(asked, this.#loaded?.window ?? 0)
  }

  /** Of its weights, as they lie on the disk. */
  get sizeBytes(): number {
    return statSync(this.#path).size
  }

  get state(): { window: number; size: number; expiresAtMs: number | undefined } | undefined {
    const loaded = this.#loaded
    return loaded && { window: loaded.window, size: loaded.model.size, expiresAtMs: this.#expiresAtMs }
  }

  /** Whoever calls has the turn. What was evaluated for the last conversation is kept, so that its next turn reads only what is new. */
  async ready(window: number, wrapper: ChatWrapper): Promise<ReadyChat> {
    const llama = await this.#open()
    const { sequence } = await this.load(window)
    return { chat: new this.#library.LlamaChat({ contextSequence: sequence, chatWrapper: wrapper }), sequence, llama }
  }

  async load(window: number): Promise<Loaded> {
    clearTimeout(this.#sleep)
    const known = this.#loaded
    if (known && known.window >= window) return known
    await known?.context.dispose()
    this.#loaded = undefined
    const llama = await this.#open()
    try {
      const model = known?.model ?? (await llama.loadModel({ modelPath: this.#path }))
      const context = await this.#createContext(llama, model, window)
      this.#loaded = { model, context, sequence: context.getSequence(), window }
      return this.#loaded
    } catch (error) {
      await known?.model.dispose()
      throw loadProblem(error, window)
    }
  }

  /** More threads than cores wait for one another: 250 ms a token in place of 2, measured on two cores. One core is left for the rest. */
  #createContext({ cpuMathCores }: Llama, model: Model, window: number): Promise<Context> {
    const ideal = Math.max(1, cpuMathCores - 1)
    return model.createContext({
      contextSize: window + spareTokens,
      threads: { ideal, min: ideal },
      failedCreationRemedy: false,
    })
  }

  /** After a turn: the model stays for so long. */
  rest(keepAlive: JsonValue | undefined): void {
    const ms = keepAliveMs(keepAlive)
    clearTimeout(this.#sleep)
    this.#expiresAtMs = Number.isFinite(ms) ? Date.now() + ms : undefined
    if (!Number.isFinite(ms)) return
    this.#sleep = setTimeout(() => void this.unload(), Math.min(ms, 2 ** 31 - 1))
  }

  async unload(): Promise<void> {
    const loaded = this.#loaded
    this.#loaded = undefined
    await loaded?.context.dispose()
    await loaded?.model.dispose()
  }

  #open(): Promise<Llama> {
    this.#llama ??= this.#start()
    return this.#llama
  }

  async #start(): Promise<Llama> {
    try {
      return await this.#library.getLlama({
        gpu: 'auto',
        build: 'never',
        skipDownload: true,
        progressLogs: false,
        logger: () => {},
      })
    } catch (error) {
      const said = error instanceof Error ? (error.message.split('\n')[0] ?? '') : ''
      throw new Refusal(500, `node-llama-cpp found no binary for this machine (${said}); install it: ${this.#install}`)
    }
  }
}

function loadProblem(error: unknown, window: number): Refusal {
  const said = error instanceof Error ? error.message : ''
  return /memory|context size/i.test(said)
    ? new Refusal(500, `the model with a window of ${window} tokens needs more memory than is free`)
    : new Refusal(500, `the model cannot be loaded: ${said}`)
}

export function fileFacts(model: Model): JsonObject {
  return { format: 'gguf', family: model.fileInfo.metadata.general.architecture }
}

/** What every question needs, found out before the first one comes; what goes wrong is told to that one. */
export function prepared(engine: Engine): Engine {
  engine.wrapper(undefined).catch(() => {})
  return engine
}
