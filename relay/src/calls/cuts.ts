import type { Asides } from './asides.ts'
import { type Floor, type FloorEvent, utteranceOf } from './floor.ts'
import type { EngineChain } from './handover.ts'
import type { Mouth } from './mouth.ts'

/** Whose wish it is that something falls silent. */
export type CutBy = 'visitor' | 'speech' | 'call'

/** Silencing what is said or owed: the log learns how much of it was heard, and whoever said it too. */
export interface Cuts {
  /** Resolves when it is known what was heard. Whoever calls it says what follows on the floor. */
  cut(by: CutBy): Promise<void>
  /** At once, before anything that waits its turn; nothing follows. */
  cutNow(by: CutBy): void
  /** The far end, which speaks itself, fell silent amid this. */
  cutAfar(utterance: string): void
  /** Another engine answers anew: what the failed one was saying ends. */
  cutForAnother(utterance: string): Promise<void>
  /** The call ends. Undefined when nothing is being said, or somebody is cutting it already. */
  silenceForGood(): Promise<void> | undefined
}

export function createCuts(o: {
  floor: () => Floor
  move: (event: FloorEvent) => void
  asides: Asides
  mouth: () => Mouth
  chain: () => EngineChain
  note: (type: string, payload: Record<string, unknown>) => void
  onFault: (error: unknown) => void
}): Cuts {
  const { move } = o

  async function silence(utterance: string, by: CutBy | 'handover' | 'end'): Promise<string> {
    const { text: heard, ms } = await o.mouth().cut(utterance)
    o.note('utterance.cut', { utterance, by, heard, ms })
    return heard
  }

  async function cut(by: CutBy) {
    o.asides.cut()
    const utterance = utteranceOf(o.floor())
    if (utterance === undefined) return
    move({ type: 'cut' })
    const heard = await silence(utterance, by)
    o.chain().take({ type: 'interrupted', utterance, heard })
  }

  function cutNow(by: CutBy) {
    if (utteranceOf(o.floor()) === undefined) return
    cut(by).then(() => move({ type: 'silenced' }), o.onFault)
  }

  return {
    cut,
    cutNow,
    cutAfar(utterance) {
      if (utteranceOf(o.floor()) === utterance) cutNow('speech')
      else o.mouth().cut(utterance).catch(o.onFault)
    },
    async cutForAnother(utterance) {
      await silence(utterance, 'handover')
    },
    silenceForGood() {
      const utterance = utteranceOf(o.floor())
      if (utterance === undefined) return undefined
      move({ type: 'cut' })
      return silence(utterance, 'end').then(() => undefined)
    },
  }
}
