import type { Asides } from './asides.ts'
import type { Cuts } from './cuts.ts'
import type { Disclosure } from './disclosure.ts'
import type { Floor, FloorEvent } from './floor.ts'
import type { EngineChain } from './handover.ts'
import type { Keys } from './keys.ts'
import type { Mouth } from './mouth.ts'
import type { OwnWords } from './own-words.ts'
import type { Passage } from './passage.ts'
import type { Clock } from './ports.ts'
import type { Questions } from './questions.ts'
import type { Silence } from './silence.ts'
import type { HowToSpeak } from './synthesis.ts'
import type { Transcript } from './transcript.ts'
import type { HeardLines } from './turns/heard-lines.ts'
import type { TurnTimes } from './turns/times.ts'
import type { Visitor } from './turns/visitor.ts'

/** What the parts of a conversation know of it and of each other. Each says which of this it needs. */
export interface Scene {
  readonly floor: Floor
  /** The one place where the floor changes; what the page sees and the silence follow from it. */
  move(event: FloorEvent): void
  /** The visitor may still be answered. */
  readonly talks: boolean
  /** An operator holds the agent back: it hears, what is said waits, and nothing it says is wanted. */
  readonly heldBack: boolean
  /** One after the other: each waits until it is known what was heard of the words that the one before has cut. */
  inOrder(act: () => Promise<void>): void
  readonly modality: 'voice' | 'text'
  readonly language: string
  readonly how: HowToSpeak
  readonly clock: Clock
  readonly newId: () => string
  readonly note: (type: string, payload?: Record<string, unknown>) => void
  readonly onFault: (error: unknown) => void
  readonly passage: Passage
  readonly transcript: Transcript
  readonly mouth: Mouth
  readonly chain: EngineChain
  readonly asides: Asides
  readonly cuts: Cuts
  readonly disclosure: Disclosure
  readonly heardLines: HeardLines
  readonly keys: Keys
  readonly questions: Questions
  readonly silence: Silence
  readonly times: TurnTimes
  readonly visitor: Visitor
  readonly words: OwnWords
}
