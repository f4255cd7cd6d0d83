import type { CutBy } from './cuts.ts'
import type { Floor, FloorEvent } from './floor.ts'
import type { Mouth } from './mouth.ts'
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

export function createOwnWords(o: {
  how: HowToSpeak
  newId: () => string
  /** The visitor may still be spoken to. */
  talking: () => boolean
  floor: () => Floor
  move: (event: FloorEvent) => void
  mouth: () => Mouth
  cut: (by: CutBy) => Promise<void>
  /** One after the other: each waits until it is known what was heard of the words that the one before has cut. */
  inOrder: (act: () => Promise<void>) => void
}): OwnWords {
  const waiting: (() => void)[] = []
  const words: OwnWords = {
    tell(text, as = o.how) {
      const utterance = o.newId()
      o.move({ type: 'told', utterance })
      o.mouth().speak(utterance, as)
      o.mouth().write(utterance, text)
      o.mouth().end(utterance)
    },
    say(text, then) {
      o.inOrder(async () => {
        // Last words that are being said already are not cut for others.
        if (!o.talking()) return
        await o.cut('call')
        if (!o.talking()) return o.move({ type: 'silenced' })
        words.tell(text)
        then?.()
      })
    },
    announce(text) {
      words.say(text)
      const heard = Promise.withResolvers<void>()
      o.inOrder(async () => void words.rest().then(heard.resolve))
      return heard.promise
    },
    rest: () => (o.floor().is === 'open' ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
    rested() {
      for (const resolve of waiting.splice(0)) resolve()
    },
  }
  return words
}
