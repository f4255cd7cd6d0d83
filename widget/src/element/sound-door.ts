/** Sound opened inside a click: browsers let it start there and nowhere later. */
export interface Sound {
  readonly context: AudioContext
  /** The playback worklet is loaded; rejects when it cannot be. */
  readonly ready: Promise<void>
}

/** The playback worklet, a file of its own beside the call code (never blob: or data:, which strict policies refuse). */
export const playbackUrl = (): string => new URL('../worklets/playback.ts', import.meta.url).href

/**
 * Opens the way to the loudspeaker at the device's own rate. Call it first thing in a click handler, before anything is awaited.
 * Throws where the browser has no Web Audio.
 */
export function openSound(): Sound {
  const session = (navigator as { audioSession?: { type: string } }).audioSession
  // Without this an iPhone's silent switch mutes the agent; a page that only plays is refused the microphone.
  if (session) session.type = 'play-and-record'
  const context = new AudioContext({ latencyHint: 'interactive' })
  const resumed = context.resume()
  const ready = context.audioWorklet.addModule(playbackUrl())
  // Both are looked at later; until then a failure must not count as unhandled.
  resumed.catch(() => {})
  ready.catch(() => {})
  return { context, ready }
}
