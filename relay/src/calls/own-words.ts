import type { Scene } from './scene.ts'
import type { HowToSpeak } from './synthesis.ts'

/** What the house says of its own in a call, word for word. */
export interface OwnWords {
  /** Now; whoever calls it has seen to what was being said. */
  tell(text: string, as?: HowToSpeak): void
  /** In place of what is said now; `then` runs once it is on its way. Nothing when nobody is to be spoken to any more. */
  say(text: string, then?: () => void): void
  /** The same. Resolves when nothing is left to be heard. */
  announce(text: string): Promise<void>
  /** Resolves when nothing is left to be heard. */
  rest(): Promise<void>
  /** Nothing is left to be heard. */
  rested(): void
}

type Around = Pick<Scene, 'floor' | 'move' | 'talks' | 'inOrder' | 'cuts' | 'how' | 'mouth' | 'newId'>

export function createOwnWords(scene: Around): OwnWords {
  return new HouseWords(scene)
}

class HouseWords implements OwnWords {
  readonly #scene: Around
  #waiting: (() => void)[] | undefined = undefined

  constructor(scene: Around) {
    this.#scene = scene
  }

  tell(text: string, as: HowToSpeak = this.#scene.how) {
    const { mouth, newId } = this.#scene
    const utterance = newId()
    this.#scene.move({ type: 'told', utterance })
    mouth.speak(utterance, as)
    mouth.write(utterance, text)
    mouth.end(utterance)
  }
  say(text: string, then?: () => void) {
    const scene = this.#scene
    scene.inOrder(async () => {
      // Last words that are being said already are not cut for others.
      if (!scene.talks) return
      await scene.cuts.cut('call')
      if (!scene.talks) return scene.move({ type: 'silenced' })
      this.tell(text)
      then?.()
    })
  }
  announce(text: string) {
    this.say(text)
    const heard = Promise.withResolvers<void>()
    this.#scene.inOrder(async () => void this.rest().then(heard.resolve))
    return heard.promise
  }
  rest() {
    if (this.#scene.floor.is === 'open') return Promise.resolve()
    return new Promise<void>((resolve) => {
      this.#waiting ??= []
      this.#waiting.push(resolve)
    })
  }
  rested() {
    const waiting = this.#waiting
    this.#waiting = undefined
    for (const resolve of waiting ?? []) resolve()
  }
}
