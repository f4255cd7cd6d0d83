import { utteranceOf } from './floor.ts'
import type { Scene } from './scene.ts'

/** Whose wish it is that something falls silent. */
export type CutBy = 'visitor' | 'speech' | 'call'

/** Silencing what is said or owed: the log learns how much of it was heard, and whoever said it too. */
export interface Cuts {
  /** Resolves when it is known what was heard. Whoever calls it says what follows on the floor. */
  cut(by: CutBy): Promise<void>
  /** At once, before anything that waits its turn; nothing follows. */
  cutNow(by: CutBy): void
  /** After what waits its turn; nothing follows. */
  cutInTurn(by: CutBy): void
  /** The far end, which speaks itself, fell silent amid this. */
  cutAfar(utterance: string): void
  /** Another engine answers anew: what the failed one was saying ends. */
  cutForAnother(utterance: string): Promise<void>
  /** The call ends. Undefined when nothing is being said, or somebody is cutting it already. */
  silenceForGood(): Promise<void> | undefined
}

type Around = Pick<Scene, 'floor' | 'move' | 'inOrder' | 'asides' | 'mouth' | 'chain' | 'note' | 'onFault'>

export function createCuts(scene: Around): Cuts {
  return new CallCuts(scene)
}

class CallCuts implements Cuts {
  readonly #scene: Around

  constructor(scene: Around) {
    this.#scene = scene
  }

  async cut(by: CutBy) {
    const scene = this.#scene
    scene.asides.cut()
    const utterance = utteranceOf(scene.floor)
    if (utterance === undefined) return
    scene.move({ type: 'cut' })
    const heard = await this.#silence(utterance, by)
    scene.chain.take({ type: 'interrupted', utterance, heard })
  }
  cutNow(by: CutBy) {
    const scene = this.#scene
    if (utteranceOf(scene.floor) === undefined) return
    this.cut(by).then(() => scene.move({ type: 'silenced' }), scene.onFault)
  }
  cutInTurn(by: CutBy) {
    this.#scene.inOrder(async () => {
      await this.cut(by)
      this.#scene.move({ type: 'silenced' })
    })
  }
  cutAfar(utterance: string) {
    const { floor, mouth, onFault } = this.#scene
    if (utteranceOf(floor) === utterance) this.cutNow('speech')
    else mouth.cut(utterance).catch(onFault)
  }
  async cutForAnother(utterance: string) {
    await this.#silence(utterance, 'handover')
  }
  silenceForGood() {
    const utterance = utteranceOf(this.#scene.floor)
    if (utterance === undefined) return undefined
    this.#scene.move({ type: 'cut' })
    return this.#silence(utterance, 'end').then(() => undefined)
  }

  async #silence(utterance: string, by: CutBy | 'handover' | 'end'): Promise<string> {
    const { text: heard, ms } = await this.#scene.mouth.cut(utterance)
    this.#scene.note('utterance.cut', { utterance, by, heard, ms })
    return heard
  }
}
