import { expect } from '@esm-bundle/chai'
import { gesture, until } from '../testing/element-kit.test-kit.ts'
import { constraintsFor, type Microphone, openMicrophone } from './index.ts'

describe('microphone', () => {
  let context: AudioContext
  let microphone: Microphone | undefined
  before(gesture)
  beforeEach(() => {
    context = new AudioContext()
  })
  afterEach(async () => {
    microphone?.stop()
    await context.close()
  })

  it('gives frames of 20 ms from the browser’s own device', async () => {
    const stream = await navigator.mediaDevices.getUserMedia(constraintsFor())
    const frames: ArrayBuffer[] = []
    const levels: number[] = []
    const on = { frame: (pcm: ArrayBuffer) => frames.push(pcm), level: (level: number) => levels.push(level), trouble() {}, devices() {} }
    microphone = await openMicrophone({ context, stream, muted: false, on })
    await until(() => frames.length >= 100)
    expect(frames.every((pcm) => pcm.byteLength === 640)).to.equal(true)
    expect(Math.max(...levels), 'it beeps').to.be.above(0.05)
  })
})
