/** How long a context that says it runs may take to move, before it counts as frozen. */
const MOVES_WITHIN_MS = 500

/**
 * Wakes a suspended context and finds out a frozen one, until `signal` aborts. Only `suspended` is acted on: resuming an interrupted
 * context (phone call, Siri, lock screen) can leave it running and still. Nothing is done while the page is hidden.
 */
export function watchContext(context: AudioContext, frozen: () => void, signal: AbortSignal): void {
  const check = async () => {
    if (hidden()) return
    if (context.state === 'suspended') context.resume().catch(() => {})
    if (context.state !== 'running') return
    const before = context.currentTime
    await pause(MOVES_WITHIN_MS)
    if (signal.aborted || hidden()) return
    if (context.state === 'running' && context.currentTime === before) frozen()
  }
  context.addEventListener('statechange', () => void check(), { signal })
  document.addEventListener('visibilitychange', () => void check(), { signal })
}

const hidden = () => document.visibilityState === 'hidden'
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
