import { FRAME } from '../phones/beat.ts'
import { FrameQueue } from '../phones/frames.ts'
import type { Mouth } from './leg.ts'
import type { What } from './relay-verb.ts'

/** One piece of speech, or a sound: made, then played in real time. */
interface Segment {
  cycle: Cycle
  text: string
  samples: Int16Array | undefined
  played: number
  queue: FrameQueue
  /** Done when its turn has come, instead of sound. */
  act?: () => Promise<void>
  acting?: boolean
}

/** What is said from one first token to its last. */
interface Cycle {
  preemptible: boolean
  interruptible: What
  rest: string
  closed: boolean
}

export interface VoiceEvents {
  speaking(on: boolean): void
  /** This text of a segment was played; the whole of it, or as far as it came. */
  played(text: string): void
  failed(error: unknown): void
}

/** The spoken timeline of a session: words come in cycles, are cut into segments at `.` and `:`, made into sound and played one after the other. */
export class RelayVoice implements Mouth {
  readonly #events: VoiceEvents
  readonly #say: (text: string) => Promise<Int16Array>
  readonly #delayMs: number
  #segments: Segment[] = []
  #open: Cycle | undefined
  #speaking = false
  #sinceMs = 0
  /** Everything that was played, in words. */
  heard = ''

  /** @param delayMs between the first words and the first sound */
  constructor(o: { say: (text: string) => Promise<Int16Array>; delayMs: number; events: VoiceEvents }) {
    this.#say = o.say
    this.#delayMs = o.delayMs
    this.#events = o.events
  }

  get speaking(): boolean {
    return this.#speaking
  }

  /** What may interrupt that which is being said. */
  get interruptible(): What {
    return this.#segments[0]?.cycle.interruptible ?? 'any'
  }

  text(token: string, last: boolean, how: { preemptible: boolean; interruptible: What }): void {
    const cycle = this.#open ?? this.#begin(how)
    this.#open = last ? undefined : cycle
    cycle.rest += token
    cycle.closed = last
    for (;;) {
      const end = /[.:!?]+(?=\s)\s*/.exec(cycle.rest)
      if (!end) break
      this.#add(cycle, cycle.rest.slice(0, end.index + end[0].length))
      cycle.rest = cycle.rest.slice(end.index + end[0].length)
    }
    if (!last) return
    this.#add(cycle, cycle.rest)
    cycle.rest = ''
  }

  sound(samples: Promise<Int16Array>, how: { preemptible: boolean; interruptible: What }): void {
    const segment = this.#wait(this.#begin(how), '')
    this.#made(segment, samples)
  }

  act(act: () => Promise<void>): void {
    const segment = this.#wait({ preemptible: false, interruptible: 'any', rest: '', closed: true }, '')
    segment.act = act
  }

  /** Drops everything; answers what of the segment being said was heard, and for how long it was. */
  interrupt(): { utteranceUntilInterrupt: string; durationUntilInterruptMs: number } {
    const [head] = this.#segments
    const text = head ? this.#partOf(head) : ''
    this.#segments = []
    // Words of this cycle that are still to come are a cycle of their own.
    this.#open = undefined
    if (text !== '') this.#tell(text)
    return { utteranceUntilInterrupt: text, durationUntilInterruptMs: Math.round(performance.now() - this.#sinceMs) }
  }

  /** After the interruption was told. */
  fellSilent(): void {
    this.#set(false)
  }

  clear(): void {
    this.#segments = []
    this.#open = undefined
  }

  next(): Int16Array | undefined {
    const [head] = this.#segments
    if (!head) {
      this.#set(false)
      return undefined
    }
    if (head.act) {
      this.#perform(head, head.act)
      return undefined
    }
    if (!head.samples) return undefined
    if (head.played === 0) this.#sinceMs = performance.now()
    this.#set(true)
    if (head.played >= head.samples.length) {
      // What was given out before has been played by now.
      this.#segments.shift()
      if (head.text.trim() !== '') this.#tell(head.text.trim())
      return this.next()
    }
    head.played += FRAME
    return head.queue.next()
  }

  #begin({ preemptible, interruptible }: { preemptible: boolean; interruptible: What }): Cycle {
    const [head] = this.#segments
    if (head?.cycle.preemptible) {
      const text = this.#partOf(head)
      if (text !== '') this.#tell(text)
      this.#segments = this.#segments.filter(({ cycle }) => !cycle.preemptible)
    }
    return { preemptible, interruptible, rest: '', closed: false }
  }

  #add(cycle: Cycle, text: string): void {
    if (!/[\p{L}\p{N}]/u.test(text)) return
    const first = this.#segments.length === 0 && !this.#speaking
    const segment = this.#wait(cycle, text)
    const made = this.#say(text)
    this.#made(
      segment,
      first ? Promise.all([made, new Promise((resolve) => setTimeout(resolve, this.#delayMs))]).then(([sound]) => sound) : made,
    )
  }

  #wait(cycle: Cycle, text: string): Segment {
    const segment: Segment = { cycle, text, samples: undefined, played: 0, queue: new FrameQueue() }
    this.#segments.push(segment)
    return segment
  }

  #made(segment: Segment, sound: Promise<Int16Array>): void {
    sound.then(
      (samples) => {
        segment.queue.push(samples)
        segment.samples = samples
      },
      (error: unknown) => {
        segment.samples = new Int16Array(0)
        this.#events.failed(error)
      },
    )
  }

  #perform(head: Segment, act: () => Promise<void>): void {
    if (head.acting) return
    head.acting = true
    const over = () => {
      this.#segments = this.#segments.filter((each) => each !== head)
    }
    act().then(over, (error: unknown) => {
      over()
      this.#events.failed(error)
    })
  }

  /** As far as it was played, in whole words: each takes its share of the time by its letters. */
  #partOf({ samples, played, text }: Segment): string {
    if (!samples || samples.length === 0) return ''
    const letters = Math.min(1, played / samples.length) * text.length
    let end = 0
    for (const word of text.matchAll(/\S+/g)) if (word.index + word[0].length <= letters) end = word.index + word[0].length
    return text.slice(0, end).trim()
  }

  #tell(text: string): void {
    this.heard += (this.heard === '' ? '' : ' ') + text
    this.#events.played(text)
  }

  #set(on: boolean): void {
    if (this.#speaking === on) return
    this.#speaking = on
    this.#events.speaking(on)
  }
}
