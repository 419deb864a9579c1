/** Plays a script: the test is the clients, the targets and the clock. */
import type { Target } from '../../src/routing/target.ts'
import type { ClientDialectName } from '../../src/dialects/dialect.ts'
import type { FakeReply } from '../fakes/reply.ts'
import type { ClientPlan, Move, Script } from './race-script.ts'
import { Speaker, toolName, type Shape } from './race-speaker.ts'
import { cloud, local, Stage } from './stage.ts'

export interface Player {
  plan: ClientPlan
  reply: FakeReply
  /** Its exchange is over; what it rejected with, where it did. */
  isOver: boolean
  fault?: unknown
  /** What it had when it left. */
  leftWith?: string
  speakers: Speaker[]
}

/** Nobody has longer, so that no run is endless. */
const exchangeMs = 1_000_000
const mostRounds = 5000

export class RaceRun {
  readonly stage: Stage
  readonly players: Player[]
  readonly #script: Script
  readonly #chain: readonly Target[]
  #seen = 0

  constructor(script: Script) {
    const [first, ...more] = script.clouds.map((dialect, at) => cloud(`cloud-${at}`, dialect))
    if (!first) throw new Error('A chain needs a target.')
    this.#script = script
    this.#chain = [first, ...more, local()]
    this.stage = new Stage([first, ...more, local()], { onSlow: 'race', exchangeMs }, { seam: script.seam })
    this.players = script.clients.map((plan, at) => {
      const { reply, ended } = this.stage.enter(plan.dialect, bodyOf(plan, at))
      const player: Player = { plan, reply, isOver: false, speakers: [] }
      ended.then(
        () => (player.isOver = true),
        (fault: unknown) => {
          player.isOver = true
          player.fault = fault
        },
      )
      return player
    })
  }

  /** Until everybody has an answer, or the time of the exchanges is long over. */
  async play(): Promise<void> {
    await this.#settle()
    for (const move of this.#script.moves) {
      this.#make(move)
      await this.#settle()
      if (move.do === 'pass') await this.#pass(move.seconds)
    }
    for (let round = 0; round < mostRounds && !this.isOver; round += 1) {
      for (const { speakers } of this.players) this.#lastWord(speakers)?.toItsEnd()
      await this.#settle()
      if (!this.isOver) await this.#pass(Math.max(1, Math.ceil(Math.min(this.stage.clock.nextInMs, 60_000) / 1000)))
    }
  }

  get isOver(): boolean {
    return this.players.every(({ isOver }) => isOver)
  }

  async #pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds && !this.isOver; second += 1) {
      await this.stage.pass(1)
      this.#meet()
    }
  }

  async #settle(): Promise<void> {
    await this.stage.pass(0)
    this.#meet()
  }

  /** New calls get somebody who answers them. */
  #meet(): void {
    for (; this.#seen < this.stage.calls.length; this.#seen += 1) {
      const call = this.stage.calls[this.#seen]
      const who = Number(/I am client (\d)/.exec(call?.body ?? '')?.[1])
      const player = this.players[who]
      const at = this.#chain.findIndex(({ url }) => url.origin === call?.origin)
      const target = this.#chain[at]
      if (!call || !player || !target) throw new Error('A call of nobody.')
      const shape = this.#script.shapes[this.#seen % this.#script.shapes.length] ?? 'words'
      const fit = player.plan.tools ? shape : withoutCall(shape)
      player.speakers.push(new Speaker(target, call, `${'abc'[at]}${this.#seen}`, fit))
    }
  }

  #make(move: Move): void {
    if (move.do === 'pass') return
    if (move.do === 'leave') return this.#leave(this.players[move.who])
    const at = { first: 0, second: this.#chain.length === 3 ? 1 : 0, local: -1 }[move.by]
    const name = this.#chain.at(at)?.name
    const speaker = (this.players[move.for] ?? this.players[0])?.speakers.findLast(({ target }) => target === name)
    if (!speaker) return
    if (move.do === 'ping') speaker.ping()
    else if (move.do === 'fail') speaker.fail(move.fault)
    else for (let step = 0; step < move.steps; step += 1) speaker.step()
  }

  #lastWord(speakers: readonly Speaker[]): Speaker | undefined {
    const asked = (speaker: Speaker): boolean => !speaker.isOver
    switch (this.#script.ending) {
      case 'the first asked':
        return speakers.find(asked)
      case 'the last asked':
        return speakers.findLast(asked)
      case 'nobody':
        return undefined
    }
  }

  #leave(player: Player | undefined): void {
    if (!player || player.isOver || player.reply.isGone || player.reply.isOver) return
    player.leftWith = player.reply.text
    player.reply.leave()
  }
}

function withoutCall(shape: Shape): Shape {
  if (!shape.includes('call')) return shape
  return shape.startsWith('thoughts') ? 'thoughts and words' : 'words'
}

const parameters = { type: 'object', properties: { of: { type: 'string' } }, required: ['of'] }
const definition = { name: toolName, description: 'Looks something up.' }
const chatTool = { type: 'function', function: { ...definition, parameters } }

/** As the client of each dialect asks for thoughts and names its tools. */
const wishes: Record<ClientDialectName, { thinks: object; tools: object }> = {
  anthropic: {
    thinks: { thinking: { type: 'enabled', budget_tokens: 1024 } },
    tools: { tools: [{ ...definition, input_schema: parameters }] },
  },
  'openai-chat': { thinks: { reasoning_effort: 'high' }, tools: { tools: [chatTool] } },
  'openai-responses': {
    thinks: { reasoning: { effort: 'high' } },
    tools: { tools: [{ type: 'function', ...definition, parameters }] },
  },
  ollama: { thinks: { think: true }, tools: { tools: [chatTool] } },
}

function bodyOf({ dialect, stream, thinks, tools }: ClientPlan, at: number): object {
  const content = `I am client ${at}: what is there?`
  const said = dialect === 'openai-responses' ? { input: content } : { messages: [{ role: 'user', content }] }
  const own = dialect === 'anthropic' ? { max_tokens: 4000 } : {}
  const wished = { ...(thinks && wishes[dialect].thinks), ...(tools && wishes[dialect].tools) }
  return { model: 'a-model', ...said, ...own, ...wished, stream }
}
