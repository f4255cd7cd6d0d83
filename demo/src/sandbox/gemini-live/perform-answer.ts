import { setTimeout as wait } from 'node:timers/promises'
import type { Fault } from '../faults.ts'
import type { Plan } from '../plan.ts'
import type { VoiceName } from '../speech/flite.ts'
import type { Speech } from '../speech/speech.ts'
import type { History } from './live.ts'
import type { LiveSettings } from './live-settings.ts'
import { ANSWER_HZ, type Piece, spokenAnswer } from './spoken-answer.ts'

/** What an answer is played on: the session, its wire and its record. */
export interface Stage {
  readonly speech: Speech
  readonly voice: VoiceName
  readonly settings: LiveSettings
  faultFor(said: string): Fault | undefined
  /** The answer begins; its parts are written down. */
  begins(): void
  audio(pcm: Uint8Array, text: string): void
  call(name: string, args: Record<string, unknown>): string
  cancelled(ids: string[]): void
  responded(response: { id?: string; name?: string; response: Record<string, unknown>; expected: boolean }): void
  generated(): void
  interrupted(): void
  complete(history: History): void
  /** Plays a fault that is not about words. */
  fault(fault: Fault, signal: AbortSignal): Promise<'go on' | 'over'>
  failed(error: unknown): void
}

/** How an answer ended, or how far it has come. */
export interface AnswerEnd {
  /** The words sent. */
  said: string
  called?: { id: string; name: string }
  /** The turn may be closed. */
  complete: boolean
}

/** Plays one answer to its end, to its fault, or until the signal comes; `end` is kept up to date. */
export async function performAnswer(
  stage: Stage,
  answer: Plan,
  fault: Fault | undefined,
  end: AnswerEnd,
  signal: AbortSignal,
): Promise<void> {
  try {
    stage.begins()
    await wait(fault?.kind === 'slow-start' ? fault.delayMs : stage.settings.firstAudioMs, undefined, { signal })
    if (answer.kind === 'call') end.called = { id: stage.call(answer.name, answer.arguments), name: answer.name }
    else await speak(stage, answer.pieces.join(''), fault, end, signal)
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

async function speak(stage: Stage, text: string, fault: Fault | undefined, end: AnswerEnd, signal: AbortSignal): Promise<void> {
  const { speech, voice, settings } = stage
  let ordered = fault && 'afterWords' in fault ? fault : undefined
  const beganMs = performance.now()
  let audioMs = 0
  for await (const piece of spokenAnswer(text, { speech, voice, settings, signal })) {
    if (ordered && piece.wordsBegun > (ordered.afterWords ?? Number.POSITIVE_INFINITY)) {
      const now = ordered
      ordered = undefined
      if ((await stage.fault(now, signal)) === 'over') return
      if (now.kind === 'odd-chunk') piece.samples = piece.samples.slice(1)
      if (now.kind === 'odd-chunk') stage.audio(oddBytes(piece), '')
    }
    stage.audio(bytesOf(piece.samples), piece.text)
    end.said += piece.text
    audioMs += (piece.samples.length * 1000) / ANSWER_HZ
  }
  // A fault that waits for more words than there are comes at the end.
  if (ordered && (await stage.fault(ordered, signal)) === 'over') return
  if (fault?.kind === 'no-end') return
  stage.generated()
  if (stage.settings.waitForPlayback) await wait(Math.max(0, beganMs + audioMs - performance.now()), undefined, { signal })
  end.complete = true
}

const bytesOf = (samples: Int16Array) => new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)
/** One sample and a half. */
const oddBytes = (piece: Piece) => Uint8Array.of(0, 0, (piece.samples[0] ?? 0) & 0xff)
