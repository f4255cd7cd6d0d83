import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createFramer } from '../../../relay/src/audio/frames.ts'
import { decodeMulaw, encodeMulaw } from '../../../relay/src/audio/g711.ts'
import { createResampler } from '../../../relay/src/audio/resample.ts'
import { readStreamMessage, soundOf } from '../../../relay/src/carriers/twilio/wire.ts'
import { KINDS } from './kinds.ts'
import { AnswerTurn, upMessage } from './shape.ts'
import { readStamp, type Stamp } from './stamp.ts'
import { nearest, readSteps, STEP_FRAMES } from './steps.ts'
import { CODES_A_FRAME, createMediaWriter } from './telephone-wire.ts'

const stamps = fc.record({ call: fc.integer({ min: 0, max: 4095 }), frame: fc.integer({ min: 0, max: (1 << 20) - 2 }) })

/** The sound of a phone's frame, as the relay reads it. */
function heard(stamp: Stamp, speaks: boolean): Buffer {
  const message = readStreamMessage(Buffer.from(createMediaWriter().media(stamp, speaks)))
  const pcm = message?.event === 'media' ? soundOf(message.media.payload) : undefined
  if (pcm?.length !== 2 * CODES_A_FRAME) throw new Error('no frame of a phone')
  return pcm
}

/** What a phone gets of 40 ms of the vendor. */
function framesOf(chunks: Buffer[]): Uint8Array[] {
  const resampler = createResampler(24_000, 8000)
  const framer = createFramer(8000)
  const pcm = chunks.map((chunk) => {
    const { serverContent } = JSON.parse(chunk.toString()) as {
      serverContent: { modelTurn: { parts: [{ inlineData: { data: string } }] } }
    }
    return resampler.push(Buffer.from(serverContent.modelTurn.parts[0].inlineData.data, 'base64'))
  })
  const frames = [...pcm, resampler.flush()].flatMap((part) => framer.push(part))
  resampler.close()
  expect(framer.waiting).toBe(0)
  return frames.map((frame) => {
    const coded = new Uint8Array(CODES_A_FRAME)
    encodeMulaw(frame, coded)
    return coded
  })
}

test('a phone’s stamp survives µ-law to PCM and back, in its room and in its voice', () => {
  fc.assert(
    fc.property(stamps, fc.boolean(), (stamp, speaks) => {
      const coded = new Uint8Array(CODES_A_FRAME)
      encodeMulaw(heard(stamp, speaks), coded)
      expect(readStamp(coded, 1)).toEqual(stamp)
      expect(KINDS.mulaw.readDown(Buffer.from(coded), stamp.call)).toBe(stamp.frame)
      expect(KINDS.mulaw.readDown(Buffer.from(coded), stamp.call + 1)).toBeUndefined()
    }),
  )
})

test('the vendor finds a phone’s stamp in PCM of 8 kHz', () => {
  fc.assert(
    fc.property(stamps, fc.boolean(), (stamp, speaks) => {
      const message = Buffer.from(upMessage(heard(stamp, speaks), 8000))
      expect(KINDS.phone.readUp(message)).toEqual(stamp)
    }),
  )
})

test('a phone’s room is no voice, and its voice is loud', () => {
  const loudest = (pcm: Buffer) => Math.max(...new Int16Array(pcm.buffer.slice(pcm.byteOffset, pcm.byteOffset + pcm.length)).map(Math.abs))
  expect(loudest(heard({ call: 1, frame: 1 }, false))).toBeLessThan(150)
  expect(loudest(heard({ call: 1, frame: 1 }, true))).toBeGreaterThan(4000)
})

test('the vendor’s steps survive the resampler and µ-law, and each frame is whole', () => {
  fc.assert(
    fc.property(stamps, fc.integer({ min: 1, max: 5 }), ({ call, frame }, chunks) => {
      const sent = Array.from({ length: chunks }, (_, at) => AnswerTurn.steppedChunk({ call, frame: frame + 2 * at }))
      const read = framesOf(sent).map((coded) => readSteps(coded, call))
      expect(read).toEqual(Array.from({ length: 2 * chunks }, (_, at) => (frame + at) % STEP_FRAMES))
    }),
  )
})

test('a frame cut elsewhere, another call’s and silence are none', () => {
  const [one, two] = framesOf([AnswerTurn.steppedChunk({ call: 7, frame: 0x123 })])
  if (!one || !two) throw new Error('two frames were sent')
  expect(readSteps(one, 7)).toBe(0x123)
  expect(readSteps(one, 8)).toBeUndefined()
  const shifted = new Uint8Array([...one.subarray(80), ...two.subarray(0, 80)])
  expect(readSteps(shifted, 7)).toBeUndefined()
  expect(readSteps(new Uint8Array(CODES_A_FRAME).fill(0xff), 7)).toBeUndefined()
})

test('a number is that of the newest frame which bears it', () => {
  fc.assert(
    fc.property(fc.nat(1 << 20), fc.nat(STEP_FRAMES - 1), (frame, newer) => {
      expect(nearest(frame % STEP_FRAMES, frame + newer + 1)).toBe(frame)
    }),
  )
})

test('what is decoded is what the phone said', () => {
  const pcm = heard({ call: 0, frame: 0 }, false)
  const again = new Uint8Array(pcm.length)
  const coded = new Uint8Array(CODES_A_FRAME)
  encodeMulaw(pcm, coded)
  decodeMulaw(coded, again)
  expect(Buffer.from(again)).toEqual(pcm)
})
