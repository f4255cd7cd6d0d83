import type { BrowserContext, Page } from 'playwright-core'
import { until } from './until.ts'

/**
 * An ear in the page's audio graph: everything that a page connects to its loudspeaker is also recorded, sample by sample, by a worklet
 * of our own that stands beside the page's. So is what comes from its microphone, just where the page takes it. It is there before
 * the page's scripts.
 */

export interface Recording {
  sampleRate: number
  samples: Float32Array
  /** Epoch ms, from the worklet's own clock; 0 while silent. */
  firstSoundAt: number
  /** Where it begins on its AudioContext's clock: one clock for what is heard and what is said. */
  beganMs: number
}

declare global {
  interface Window {
    ear: { contexts: Heard[]; microphones: Heard[]; clicks: number[]; problems: string[]; refused: string[] }
    events: { name: string; at: number; detail: Record<string, unknown> }[]
  }
}
interface Heard {
  sampleRate: number
  chunks: { frame: number; samples: Float32Array }[]
  /** Epoch ms; 0 while silent. */
  firstSoundAt: number
  /** Of the newest chunk. */
  readonly level: number
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

/**
 * The same without recording: how loud it is now, by an analyser. It needs no module, so policies stay in force; it also collects what
 * they refused.
 */
export async function growProbe(context: BrowserContext): Promise<void> {
  await context.addInitScript(listenIn, '')
}

/** Runs in the page: everything it uses must stand inside. */
function listenIn(processor: string): void {
  window.ear = { contexts: [], microphones: [], clicks: [], problems: [], refused: [] }
  addEventListener('securitypolicyviolation', (event) => window.ear.refused.push(`${event.violatedDirective} ${event.blockedURI}`))
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

  if (processor) {
    const module = URL.createObjectURL(new Blob([processor], { type: 'text/javascript' }))
    const { addModule } = AudioWorklet.prototype
    AudioWorklet.prototype.addModule = async function (url, ...more) {
      await Promise.all([addModule.call(this, url, ...more), addModule.call(this, module)])
    }
  }
  const ears = new WeakMap<BaseAudioContext, AudioNode>()
  type Connect = (this: AudioNode, target: AudioNode, output?: number, input?: number) => AudioNode
  const connect = AudioNode.prototype.connect as Connect
  const rms = (samples: Float32Array) => Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length)
  const recorder = (context: BaseAudioContext, list: Heard[]): AudioNode => {
    const node = new AudioWorkletNode(context, 'test-ear')
    const heard = { sampleRate: context.sampleRate, chunks: [] as Heard['chunks'], level: 0, firstSoundAt: 0 }
    list.push(heard)
    node.port.onmessage = ({ data }: MessageEvent<{ firstSoundAt: number } | { frame: number; samples: Float32Array }>) => {
      if ('firstSoundAt' in data) heard.firstSoundAt = data.firstSoundAt
      else {
        heard.chunks.push(data)
        heard.level = rms(data.samples)
      }
    }
    return node
  }
  const analyser = (context: BaseAudioContext): AudioNode => {
    const node = new AnalyserNode(context)
    const now = new Float32Array(node.fftSize)
    window.ear.contexts.push({
      sampleRate: context.sampleRate,
      chunks: [],
      firstSoundAt: 0,
      get level() {
        node.getFloatTimeDomainData(now)
        return context.state === 'running' ? rms(now) : 0
      },
    })
    return node
  }
  const earOf = (context: BaseAudioContext): AudioNode => {
    const known = ears.get(context)
    if (known) return known
    const node = processor ? recorder(context, window.ear.contexts) : analyser(context)
    if (processor) connect.call(node, context.destination)
    ears.set(context, node)
    return node
  }
  const microphones = new WeakMap<BaseAudioContext, AudioNode>()
  const microphoneOf = (context: BaseAudioContext): AudioNode => {
    const known = microphones.get(context)
    if (known) return known
    const node = recorder(context, window.ear.microphones)
    connect.call(node, context.destination)
    microphones.set(context, node)
    return node
  }
  AudioNode.prototype.connect = function (this: AudioNode, target: AudioNode, ...more: [number?, number?]) {
    const result = connect.call(this, target, ...more)
    if (processor && this instanceof MediaStreamAudioSourceNode && target instanceof AudioWorkletNode) {
      connect.call(this, microphoneOf(target.context))
    }
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

/** All that was heard so far, or all that came from the microphone: one recording for each AudioContext. */
export async function recordings(page: Page, of: 'contexts' | 'microphones' = 'contexts'): Promise<Recording[]> {
  const raw = await page.evaluate(
    (list) =>
      window.ear[list].map(({ sampleRate, chunks, firstSoundAt }) => {
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
        return { sampleRate, firstSoundAt, beganMs: (first / sampleRate) * 1000, base64: btoa(text) }
      }),
    of,
  )
  return raw.map(({ sampleRate, firstSoundAt, beganMs, base64 }) => {
    const bytes = Buffer.from(base64, 'base64')
    const samples = Float32Array.from({ length: bytes.length / 2 }, (_, at) => bytes.readInt16LE(at * 2) / 32767)
    return { sampleRate, samples, firstSoundAt, beganMs }
  })
}

/** Resolves when the page's newest loudspeaker has gone on for so long, sounding or not. */
export async function hearOn(page: Page, ms: number): Promise<void> {
  const lengthMs = () => {
    const { chunks, sampleRate } = window.ear.contexts.at(-1) ?? { chunks: [], sampleRate: 48_000 }
    return ((chunks.at(-1)?.frame ?? 0) / sampleRate) * 1000
  }
  const wanted = (await page.evaluate(lengthMs)) + ms
  await until(`the page hears ${ms} ms more`, async () => (await page.evaluate(lengthMs)) >= wanted)
}

/** Resolves once something sounds, or sounds no more. */
export async function waitForSound(page: Page, sounding: boolean): Promise<void> {
  await page.waitForFunction((wanted) => (window.ear.contexts.at(-1)?.level ?? 0) > 0.001 === wanted, sounding, {
    polling: 20,
    timeout: 20_000,
  })
}
