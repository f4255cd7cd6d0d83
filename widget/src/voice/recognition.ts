/** What Chromium and Safari call the recogniser; TypeScript's own types know none yet. */
interface Recogniser extends EventTarget {
  lang: string
  continuous: boolean
  interimResults: boolean
  processLocally?: boolean
  onresult: ((event: { resultIndex: number; results: ArrayLike<{ isFinal: boolean; 0: { transcript: string } }> }) => void) | null
  onend: (() => void) | null
  onerror: ((event: { error: string }) => void) | null
  start(): void
  abort(): void
}
interface RecogniserClass {
  new (): Recogniser
  available?(o: { langs: string[]; processLocally: boolean }): Promise<string>
}

export interface Recognition {
  /** The sound stays on this device. */
  readonly onDevice: boolean
  setMuted(muted: boolean): void
  stop(): void
}

/** Errors after which asking again is no use. */
const FINAL = new Set(['not-allowed', 'service-not-allowed', 'language-not-supported', 'audio-capture'])
/** So many times without a word heard, the maker's service is not there for this browser. */
const UNREACHABLE_AT_MOST = 3
/** One that ends sooner than this after its start is given time before the next. */
const QUICK_MS = 1000

/**
 * The browser's own recogniser, listening until stopped. Undefined where there is none, or where it would send the sound elsewhere and
 * the agent's owner did not allow that.
 */
export async function startRecognition(o: {
  mode: 'on-device' | 'allowed' | 'off'
  language: string
  muted: boolean
  heard: (text: string, final: boolean) => void
  failed: () => void
}): Promise<Recognition | undefined> {
  const scope = globalThis as { SpeechRecognition?: RecogniserClass; webkitSpeechRecognition?: RecogniserClass }
  const Recogniser = scope.SpeechRecognition ?? scope.webkitSpeechRecognition
  if (!Recogniser || o.mode === 'off') return undefined
  const local = await Recogniser.available?.({ langs: [o.language], processLocally: true }).catch(() => '')
  const onDevice = local === 'available'
  if (!onDevice && o.mode === 'on-device') return undefined
  const recogniser = new Recogniser()
  Object.assign(recogniser, { lang: o.language, continuous: true, interimResults: true, ...(onDevice && { processLocally: true }) })
  let wanted = !o.muted
  let runs = false
  let over = false
  let startedAt = 0
  let unreachable = 0
  let later: ReturnType<typeof setTimeout> | undefined

  const start = () => {
    if (!wanted || runs || over) return
    runs = true
    startedAt = performance.now()
    recogniser.start()
  }
  recogniser.onresult = ({ resultIndex, results }) => {
    let interim = ''
    unreachable = 0
    for (let at = resultIndex; at < results.length; at++) {
      const result = results[at]
      const text = result?.[0].transcript ?? ''
      if (!result?.isFinal) interim += text
      else if (text.trim()) o.heard(text.trim(), true)
    }
    if (interim.trim()) o.heard(interim.trim(), false)
  }
  // It ends by itself after a pause.
  recogniser.onend = () => {
    runs = false
    clearTimeout(later)
    later = setTimeout(start, performance.now() - startedAt < QUICK_MS ? QUICK_MS : 0)
  }
  recogniser.onerror = ({ error }) => {
    if (error === 'network') unreachable += 1
    if (over || (!FINAL.has(error) && unreachable < UNREACHABLE_AT_MOST)) return
    over = true
    o.failed()
  }
  start()
  return {
    onDevice,
    setMuted(muted) {
      wanted = !muted
      if (muted) recogniser.abort()
      else start()
    },
    stop() {
      over = true
      clearTimeout(later)
      recogniser.abort()
    },
  }
}
