import { sound } from './sound.ts'
import { STAMP_BYTES, STAMP_LETTERS, type Stamp, writeStamp } from './stamp.ts'
import { stepLetters } from './steps.ts'

/** Gemini's shape (PROTOCOLS 5): 20 ms up as JSON and base64, 40 ms of 24 kHz down in a message, words and turns between. */

export const FRAME_MS = 20
export const DOWN_HZ = 24_000
export const UP_BYTES = 640
export const DOWN_BYTES = 960
const FRAMES_A_CHUNK = 2
export const CHUNK_MS = FRAMES_A_CHUNK * FRAME_MS

/** A turn of six seconds, then a breath; the visitor speaks from shortly before its end. */
const CHUNKS_A_TURN = 150
const CHUNKS_A_BREATH = 10
export const CHUNKS_A_ROUND = CHUNKS_A_TURN + CHUNKS_A_BREATH
const VISITOR_SPEAKS_AT = CHUNKS_A_TURN - 15
/** Ten words in four seconds. */
const CHUNKS_A_WORD = 10

const ROOM = sound(UP_BYTES, 16)
const VOICE = sound(UP_BYTES, 6000)
const ANSWER = sound(DOWN_BYTES * FRAMES_A_CHUNK, 6000)

/** A microphone's frame: the visitor's voice, or their room. */
export function upFrame(stamp: Stamp, speaks: boolean): Uint8Array {
  const frame = (speaks ? VOICE : ROOM).slice()
  writeStamp(frame, 0, stamp)
  return frame
}

/** As Google's SDK writes it. */
export function upMessage(frame: Uint8Array, sampleRateHz = 16_000): string {
  const data = Buffer.from(frame.buffer, frame.byteOffset, frame.length).toString('base64')
  return `{"realtimeInput":{"audio":{"data":"${data}","mimeType":"audio/pcm;rate=${sampleRateHz}"}}}`
}

const AUDIO = '"audio":{'
const DATA = '"data":"'

/** The stamp of the sound in a client's message, without reading all of it; undefined when it holds none. `read` finds it in PCM. */
export function readUp(message: Buffer, read: (pcm: Buffer) => Stamp): Stamp | undefined {
  const head = message.toString('latin1', 0, 100)
  if (!head.includes(AUDIO)) return undefined
  const at = head.indexOf(DATA)
  if (at < 0) return undefined
  return read(Buffer.from(message.toString('latin1', at + DATA.length, at + DATA.length + STAMP_LETTERS), 'base64'))
}

const CHUNK_HEAD = Buffer.from('{"serverContent":{"modelTurn":{"parts":[{"inlineData":{"mimeType":"audio/pcm;rate=24000","data":"')
const CHUNK = Buffer.concat([CHUNK_HEAD, Buffer.from(Buffer.from(ANSWER).toString('base64')), Buffer.from('"}}]}}}')])
const LETTERS_A_FRAME = (DOWN_BYTES / 3) * 4

const json = (message: object) => Buffer.from(JSON.stringify(message))
const WORD = json({ serverContent: { outputTranscription: { text: ' possibly' } } })
const HEARD = json({ serverContent: { inputTranscription: { text: ' indeed' } } })
const GENERATED = json({ serverContent: { generationComplete: true } })
const OVER = json({
  serverContent: { turnComplete: true },
  usageMetadata: { promptTokenCount: 300, responseTokenCount: 150, totalTokenCount: 450 },
})
const HANDLE = json({ sessionResumptionUpdate: { newHandle: 'handle-of-the-bench', resumable: true } })

/** What the vendor says at each step of a turn and the breath after it. */
export const AnswerTurn = {
  /** Messages beside the sound, in order. */
  beside(step: number): Buffer[] {
    if (step < CHUNKS_A_TURN) return step % CHUNKS_A_WORD === 0 ? [WORD] : []
    if (step === CHUNKS_A_TURN) return this.end()
    return step === CHUNKS_A_TURN + CHUNKS_A_BREATH / 2 ? [HEARD] : []
  },
  speaks: (step: number) => step < CHUNKS_A_TURN,
  visitorSpeaks: (step: number) => step >= VISITOR_SPEAKS_AT,
  // What the visitor said was heard, too: a vendor that shows nothing of it is taken for deaf.
  end: () => [HEARD, GENERATED, OVER, HANDLE],
  /** 40 ms: this frame and the next. */
  chunk({ call, frame }: Stamp): Buffer {
    const message = Buffer.from(CHUNK)
    for (let each = 0; each < FRAMES_A_CHUNK; each++) {
      const part = ANSWER.slice(each * DOWN_BYTES, each * DOWN_BYTES + STAMP_BYTES)
      writeStamp(part, 0, { call, frame: frame + each })
      message.write(Buffer.from(part).toString('base64'), CHUNK_HEAD.length + each * LETTERS_A_FRAME, 'latin1')
    }
    return message
  },
  /** The same, with numbers that survive a resampler. */
  steppedChunk({ call, frame }: Stamp): Buffer {
    const message = Buffer.from(CHUNK)
    for (let each = 0; each < FRAMES_A_CHUNK; each++) {
      message.write(stepLetters({ call, frame: frame + each }), CHUNK_HEAD.length + each * LETTERS_A_FRAME, 'latin1')
    }
    return message
  },
  framesAChunk: FRAMES_A_CHUNK,
}
