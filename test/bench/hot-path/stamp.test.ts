import { expect, test } from 'vitest'
import { AnswerTurn, readUp, UP_BYTES, upFrame, upMessage } from './shape.ts'
import { readStamp, writeStamp } from './stamp.ts'

test('a stamp comes back, and moves no sample by more than a room’s noise', () => {
  for (const stamp of [
    { call: 0, frame: 0 },
    { call: 4095, frame: (1 << 20) - 1 },
    { call: 200, frame: 54_321 },
  ]) {
    const bytes = new Uint8Array(40).fill(0xa5)
    writeStamp(bytes, 4, stamp)
    expect(readStamp(bytes.subarray(4))).toEqual(stamp)
    for (let at = 5; at < 20; at += 2) expect(bytes[at]).toBe(0xa5)
  }
})

test('the vendor finds the stamp in what a bridge makes of a microphone’s frame, and in nothing else', () => {
  const frame = upFrame({ call: 7, frame: 99 }, true)
  expect(frame.length).toBe(UP_BYTES)
  expect(readUp(Buffer.from(upMessage(frame)), readStamp)).toEqual({ call: 7, frame: 99 })
  expect(readUp(Buffer.from('{"realtimeInput":{"text":"Hello"}}'), readStamp)).toBeUndefined()
})

test('a vendor’s chunk holds two whole frames with a stamp each', () => {
  const chunk = JSON.parse(AnswerTurn.chunk({ call: 3, frame: 40 }).toString()) as {
    serverContent: { modelTurn: { parts: { inlineData: { data: string } }[] } }
  }
  const sound = Buffer.from(chunk.serverContent.modelTurn.parts[0]?.inlineData.data ?? '', 'base64')
  expect(sound.length).toBe(2 * 960)
  expect([readStamp(sound), readStamp(sound.subarray(960))]).toEqual([
    { call: 3, frame: 40 },
    { call: 3, frame: 41 },
  ])
})
