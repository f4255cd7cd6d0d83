import type { BrowserContext, Page } from 'playwright-core'
import { CLIP_HZ } from '../clips/speech.ts'
import { bytesOf } from '../clips/wav.ts'

/**
 * A microphone inside the page that says what the test tells it to, when the test tells it. It stands in for the device, so neither the
 * browser's permission nor its processing has a part in it.
 */

declare global {
  interface Window {
    mouth: { asked: MediaStreamConstraints[]; say(base64: string, sampleRate: number): Promise<void> }
  }
}

/** Call before the first page of the context is opened. */
export async function growMicrophone(context: BrowserContext): Promise<void> {
  await context.addInitScript(takeMicrophone)
}

/** Says these samples (at `CLIP_HZ`) into every microphone that is open. Resolves when the last one has sounded. */
export async function say(page: Page, samples: Int16Array): Promise<void> {
  const base64 = Buffer.from(bytesOf(samples)).toString('base64')
  await page.evaluate(([sound, rate]) => window.mouth.say(sound, rate), [base64, CLIP_HZ] as const)
}

/** Runs in the page: everything it uses must stand inside. */
function takeMicrophone(): void {
  const open: { context: AudioContext; out: MediaStreamAudioDestinationNode }[] = []
  window.mouth = {
    asked: [],
    async say(base64, sampleRate) {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
      const samples = Float32Array.from(new Int16Array(bytes.buffer), (sample) => sample / 32_768)
      const live = open.filter(({ out }) => out.stream.getAudioTracks().some(({ readyState }) => readyState === 'live'))
      if (live.length === 0) throw new Error('no microphone is open')
      const ended = live.map(({ context, out }) => {
        const buffer = new AudioBuffer({ length: samples.length, numberOfChannels: 1, sampleRate })
        buffer.copyToChannel(samples, 0)
        const source = new AudioBufferSourceNode(context, { buffer })
        source.connect(out)
        source.start()
        return new Promise<void>((resolve) => {
          source.onended = () => resolve()
        })
      })
      await Promise.all(ended)
    },
  }
  navigator.mediaDevices.getUserMedia = async (constraints = {}) => {
    window.mouth.asked.push(structuredClone(constraints))
    const context = new AudioContext()
    const out = new MediaStreamAudioDestinationNode(context, { channelCount: 1 })
    // A quiet room: a device that gives nothing but zeros is a broken one.
    const room = new AudioBuffer({ length: context.sampleRate, numberOfChannels: 1, sampleRate: context.sampleRate })
    room.copyToChannel(
      Float32Array.from({ length: room.length }, () => (Math.random() - 0.5) / 8000),
      0,
    )
    const hush = new AudioBufferSourceNode(context, { buffer: room, loop: true })
    hush.connect(out)
    hush.start()
    open.push({ context, out })
    return out.stream
  }
}
