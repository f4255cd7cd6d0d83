import type { BrowserContext, Page } from 'playwright-core'

/**
 * An ear in the page's audio graph: everything that a page connects to its loudspeaker is also recorded, sample by sample, by a worklet
 * of our own that stands beside the page's. It is there before the page's scripts.
 */

export interface Recording {
  sampleRate: number
  samples: Float32Array
  /** Epoch ms, from the worklet's own clock; undefined while silent. */
  firstSoundAt: number | undefined
}

declare global {
  interface Window {
    ear: { contexts: Heard[]; clicks: number[]; problems: string[] }
    events: { name: string; at: number; detail: Record<string, unknown> }[]
  }
}
interface Heard {
  sampleRate: number
  chunks: { frame: number; samples: Float32Array }[]
  firstSoundAt?: number
  /** Of the newest chunk. */
  level: number
}

const PROCESSOR = `
class Ear extends AudioWorkletProcessor {
  samples = new Float32Array(1280)
  filled = 0
  start = 0
  sounded = false
  process([input], [output]) {
    const heard = input[0]
    if (this.filled === 0) this.start = currentFrame
    if (heard) {
      this.samples.set(heard, this.filled)
      if (!this.sounded && heard.some((sample) => sample !== 0)) {
        this.sounded = true
        this.port.postMessage({ firstSoundAt: Date.now() })
      }
    }
    this.filled += output[0].length
    if (this.filled === this.samples.length) {
      this.port.postMessage({ frame: this.start, samples: this.samples.slice() })
      this.samples.fill(0)
      this.filled = 0
    }
    return true
  }
}
registerProcessor('test-ear', Ear)
`

/** Call before the first page of the context is opened. The module is a blob, so the context must have been made with `bypassCSP`. */
export async function growEar(context: BrowserContext): Promise<void> {
  await context.addInitScript(listenIn, PROCESSOR)
}

/** Runs in the page: everything it uses must stand inside. */
function listenIn(processor: string): void {
  const module = URL.createObjectURL(new Blob([processor], { type: 'text/javascript' }))
  window.ear = { contexts: [], clicks: [], problems: [] }
  window.events = []
  addEventListener('click', ({ timeStamp }) => window.ear.clicks.push(performance.timeOrigin + timeStamp), { capture: true })
  const names = 'ready open close before-call consent call-started state-changed transcript mute-changed tool-call call-ended error'
  for (const name of names.split(' ')) {
    addEventListener(
      `va-${name}`,
      (event) =>
        window.events.push({ name: `va-${name}`, at: performance.now(), detail: structuredClone((event as CustomEvent).detail ?? {}) }),
      { capture: true },
    )
  }

  const { addModule } = AudioWorklet.prototype
  AudioWorklet.prototype.addModule = async function (url, ...more) {
    await Promise.all([addModule.call(this, url, ...more), addModule.call(this, module)])
  }
  const ears = new WeakMap<BaseAudioContext, AudioNode>()
  type Connect = (this: AudioNode, target: AudioNode, output?: number, input?: number) => AudioNode
  const connect = AudioNode.prototype.connect as Connect
  const earOf = (context: BaseAudioContext): AudioNode => {
    const known = ears.get(context)
    if (known) return known
    const node = new AudioWorkletNode(context, 'test-ear')
    const heard: Heard = { sampleRate: context.sampleRate, chunks: [], level: 0 }
    window.ear.contexts.push(heard)
    node.port.onmessage = ({ data }: MessageEvent<{ firstSoundAt: number } | { frame: number; samples: Float32Array }>) => {
      if ('firstSoundAt' in data) heard.firstSoundAt = data.firstSoundAt
      else {
        heard.chunks.push(data)
        heard.level = Math.sqrt(data.samples.reduce((sum, sample) => sum + sample * sample, 0) / data.samples.length)
      }
    }
    connect.call(node, context.destination)
    ears.set(context, node)
    return node
  }
  AudioNode.prototype.connect = function (this: AudioNode, target: AudioNode, ...more: [number?, number?]) {
    const result = connect.call(this, target, ...more)
    if (target instanceof AudioDestinationNode) {
      try {
        connect.call(this, earOf(target.context))
      } catch (error) {
        window.ear.problems.push(String(error))
      }
    }
    return result
  } as typeof AudioNode.prototype.connect
}

/** All that was heard so far, one recording for each AudioContext. */
export async function recordings(page: Page): Promise<Recording[]> {
  const raw = await page.evaluate(() =>
    window.ear.contexts.map(({ sampleRate, chunks, firstSoundAt }) => {
      const first = chunks[0]?.frame ?? 0
      const last = chunks.at(-1)
      const all = new Int16Array(last ? last.frame - first + last.samples.length : 0)
      for (const { frame, samples } of chunks)
        samples.forEach((sample, at) => {
          all[frame - first + at] = Math.round(sample * 32767)
        })
      let text = ''
      const bytes = new Uint8Array(all.buffer)
      for (let at = 0; at < bytes.length; at += 32_768) text += String.fromCharCode(...bytes.subarray(at, at + 32_768))
      return { sampleRate, firstSoundAt, base64: btoa(text) }
    }),
  )
  return raw.map(({ sampleRate, firstSoundAt, base64 }) => {
    const bytes = Buffer.from(base64, 'base64')
    const samples = Float32Array.from({ length: bytes.length / 2 }, (_, at) => bytes.readInt16LE(at * 2) / 32767)
    return { sampleRate, samples, firstSoundAt }
  })
}

/** Root mean square of what the newest context lets be heard now. */
export const levelNow = (page: Page) => page.evaluate(() => window.ear.contexts.at(-1)?.level ?? 0)

/** Resolves once something sounds, or sounds no more. */
export async function waitForSound(page: Page, sounding: boolean): Promise<void> {
  await page.waitForFunction((wanted) => (window.ear.contexts.at(-1)?.level ?? 0) > 0.001 === wanted, sounding, {
    polling: 20,
    timeout: 20_000,
  })
}
