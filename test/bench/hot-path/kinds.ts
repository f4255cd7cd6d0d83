import { encodeMulaw } from '../../../relay/src/audio/g711.ts'
import { FRAMES_A_MESSAGE } from './exotel-line.ts'
import { AnswerTurn, readUp } from './shape.ts'
import { readStamp, STAMP_BYTES, type Stamp } from './stamp.ts'
import { nearest, readSteps } from './steps.ts'

/** The shapes of calls that are measured: what stands at their ends, and how a frame is known at the other one. */
export const SHAPES = ['browser', 'mulaw', 'phone', 'optima', 'exotel'] as const
export type Shape = (typeof SHAPES)[number]

export interface Kind {
  readonly title: string
  /** The bare bridge beside the relay. */
  readonly floor: URL
  /** Of the relay's agent. */
  readonly engine: 'gemini-live' | 'echo'
  readonly near: 'page' | 'telephone' | 'optima' | 'exotel'
  /** Frames that the line gathers into one message; absent: each goes by itself. */
  readonly framesAMessage?: number
  /** There is no far end: the visitor hears what they say. */
  readonly comesBack: boolean
  /** The last frame of a piece is whole when more sound comes, or its end. */
  readonly resamples: boolean
  readonly canMute: boolean
  readonly cpuAboveFloorUs: number
  /** 40 ms of the vendor's voice: this frame and the next. */
  chunk(stamp: Stamp): Buffer
  /** The stamp of a frame of the visitor's, in what the vendor got. */
  readUp(message: Buffer): Stamp | undefined
  /** The number of a frame that a phone got, as far as the frame tells it; undefined when it is none of this call's. */
  readDown(coded: Buffer, call: number): number | undefined
  /** … and which of so many that is. */
  frameOf(number: number, sent: number): number
}

const GEMINI = { engine: 'gemini-live', comesBack: false, cpuAboveFloorUs: 4 } as const

const asItIs = (number: number) => number

const PASSED_THROUGH = {
  engine: 'echo',
  comesBack: true,
  resamples: false,
  canMute: false,
  cpuAboveFloorUs: 2.5,
  chunk: (stamp: Stamp) => AnswerTurn.chunk(stamp),
  readUp: () => undefined,
  readDown: (pcm: Uint8Array, call: number) => frameOfCall(readStamp(pcm), call),
  frameOf: asItIs,
} as const

/** µ-law codes of the first samples of PCM16LE. */
function codesOf(pcm: Uint8Array): Uint8Array {
  const codes = new Uint8Array(STAMP_BYTES / 2)
  encodeMulaw(pcm, codes)
  return codes
}

function readCodes(coded: Uint8Array, call: number): number | undefined {
  return frameOfCall(readStamp(coded, 1), call)
}

function frameOfCall(stamp: Stamp, call: number): number | undefined {
  return stamp.call === call ? stamp.frame : undefined
}

export const KINDS: Readonly<Record<Shape, Kind>> = {
  browser: {
    ...GEMINI,
    title: 'a page and Gemini',
    floor: new URL('./floor-child.ts', import.meta.url),
    near: 'page',
    resamples: false,
    canMute: true,
    chunk: (stamp) => AnswerTurn.chunk(stamp),
    readUp: (message) => readUp(message, readStamp),
    readDown: readCodes,
    frameOf: asItIs,
  },
  mulaw: {
    ...PASSED_THROUGH,
    title: 'a phone, passed through',
    floor: new URL('./floor-mulaw-child.ts', import.meta.url),
    near: 'telephone',
    readDown: readCodes,
  },
  phone: {
    ...GEMINI,
    title: 'a phone and Gemini',
    floor: new URL('./floor-phone-child.ts', import.meta.url),
    near: 'telephone',
    resamples: true,
    canMute: false,
    chunk: (stamp) => AnswerTurn.steppedChunk(stamp),
    readUp: (message) => readUp(message, (pcm) => readStamp(codesOf(pcm), 1)),
    readDown: readSteps,
    frameOf: nearest,
  },
  optima: {
    ...PASSED_THROUGH,
    title: 'a phone behind Optima, passed through',
    floor: new URL('./floor-optima-child.ts', import.meta.url),
    near: 'optima',
  },
  exotel: {
    ...PASSED_THROUGH,
    title: 'a phone behind Exotel, passed through in chunks',
    floor: new URL('./floor-exotel-child.ts', import.meta.url),
    near: 'exotel',
    framesAMessage: FRAMES_A_MESSAGE,
  },
}
