import { MULAW_SAMPLES } from '../../../relay/src/audio/g711.ts'
import type { Stamp } from './stamp.ts'

/**
 * A frame's number in four steps of level, 5 ms each: unlike bits they survive a resampler and µ-law. The last step proves the others and
 * the call.
 */

const LEVELS = 16
const STEPS = 4
const LEVEL_HEIGHT = 800
/** 5 ms of 24 kHz; their base64 is a whole number of its groups. */
const STEP_SAMPLES = 120
/** 5 ms of 8 kHz, and what of them lies far from its neighbours. */
const CODES_A_STEP = 40
const [STEADY_FROM, STEADY_TO] = [14, 26]
/** Frames whose numbers differ by this bear the same steps. */
export const STEP_FRAMES = LEVELS ** (STEPS - 1)

const LETTERS = Array.from({ length: LEVELS }, (_, level) =>
  Buffer.from(new Int16Array(STEP_SAMPLES).fill(heightOf(level)).buffer).toString('base64'),
)

function heightOf(level: number): number {
  return (level - (LEVELS - 1) / 2) * LEVEL_HEIGHT
}

function levelsOf({ call, frame }: Stamp): number[] {
  const levels = [frame % LEVELS, Math.floor(frame / LEVELS) % LEVELS, Math.floor(frame / LEVELS ** 2) % LEVELS]
  return [...levels, proof(levels, call)]
}

const proof = (levels: readonly number[], call: number) => (levels.reduce((sum, level) => sum + level, 0) + 5 * call) % LEVELS

/** 20 ms of PCM16LE 24 kHz, as base64. */
export function stepLetters(stamp: Stamp): string {
  return levelsOf(stamp)
    .map((level) => LETTERS[level])
    .join('')
}

/** The frame's number modulo `STEP_FRAMES`, from 20 ms of µ-law 8 kHz; undefined for a broken one and most of other calls. */
export function readSteps(coded: Uint8Array, call: number): number | undefined {
  const levels = Array.from({ length: STEPS }, (_, step) => {
    let sum = 0
    for (let at = STEADY_FROM; at < STEADY_TO; at++) sum += MULAW_SAMPLES[coded[step * CODES_A_STEP + at] ?? 0] ?? 0
    return Math.round(sum / (STEADY_TO - STEADY_FROM) / LEVEL_HEIGHT + (LEVELS - 1) / 2)
  })
  const [one = 0, two = 0, three = 0, last] = levels
  if (levels.some((level) => level < 0 || level >= LEVELS) || last !== proof([one, two, three], call)) return undefined
  return one + LEVELS * two + LEVELS ** 2 * three
}

/** Which of the frames sent so far this is. */
export const nearest = (number: number, sent: number) => sent - 1 - ((((sent - 1 - number) % STEP_FRAMES) + STEP_FRAMES) % STEP_FRAMES)
