import type { CallbackView, CallStatus, EndReason } from '@voice-agent/relay/protocol'

export interface WatchListener {
  /** Each status once, never backwards. */
  status(status: CallStatus, endReason?: EndReason): void
  /** Once, at the end. `connection`: the relay could not be asked any more, the phone may go on. */
  over(reason: EndReason): void
}

const ORDER: readonly CallStatus[] = ['initiated', 'connecting', 'connected', 'completed', 'failed']
const POLL_MS = 2_000
/** While the stream stands: some proxies keep what they should pass on. */
const POLL_BESIDE_STREAM_MS = 15_000
const STREAM_OPENS_WITHIN_MS = 4_000
/** The reason follows the last status. */
const REASON_WITHIN_MS = 1_000
const GIVES_UP_MS = 60_000

/**
 * Watches one ringing phone: by the relay's events, which the browser takes up again where they broke (Last-Event-ID), and by asking
 * for the status where no stream can be had.
 */
export class CallWatch {
  readonly #urls: { callUrl: string; eventsUrl: string }
  readonly #on: WatchListener
  readonly #fetch: (url: string) => Promise<Response>
  #source: EventSource | undefined
  #at = -1
  #over = false
  #poll: ReturnType<typeof setTimeout> | undefined
  #last: ReturnType<typeof setTimeout> | undefined
  #heardAt = performance.now()

  constructor(o: { callUrl: string; eventsUrl: string; on: WatchListener; fetch?: (url: string) => Promise<Response> }) {
    this.#urls = o
    this.#on = o.on
    this.#fetch = o.fetch ?? ((url) => fetch(url, { credentials: 'omit', cache: 'no-store' }))
  }

  start(): void {
    this.#pollIn(STREAM_OPENS_WITHIN_MS)
    const source = new EventSource(this.#urls.eventsUrl)
    this.#source = source
    source.onopen = () => this.#pollIn(POLL_BESIDE_STREAM_MS)
    source.onerror = () => this.#pollIn(POLL_MS)
    source.addEventListener('status', (event) => this.#take(read(event)))
    source.addEventListener('ended', (event) => this.#finish((read(event) as { reason?: EndReason } | undefined)?.reason))
  }

  stop(): void {
    this.#over = true
    this.#source?.close()
    clearTimeout(this.#poll)
    clearTimeout(this.#last)
  }

  #pollIn(ms: number): void {
    clearTimeout(this.#poll)
    if (!this.#over) this.#poll = setTimeout(() => void this.#ask(), ms)
  }

  async #ask(): Promise<void> {
    const answer = await this.#fetch(this.#urls.callUrl).catch(() => undefined)
    const view: unknown = answer?.ok ? await answer.json().catch(() => undefined) : undefined
    if (this.#over) return
    if (view) this.#take(view as CallbackView)
    else if (answer?.status === 404) return this.#finish('error')
    else if (performance.now() - this.#heardAt > GIVES_UP_MS) return this.#finish('connection')
    this.#pollIn(this.#source?.readyState === EventSource.OPEN ? POLL_BESIDE_STREAM_MS : POLL_MS)
  }

  #take(view: Partial<CallbackView> | undefined): void {
    const at = ORDER.indexOf(view?.status as CallStatus)
    if (this.#over || at === -1) return
    this.#heardAt = performance.now()
    const status = ORDER[at] as CallStatus
    const last = status === 'completed' || status === 'failed'
    // Completed and failed are both the last.
    if (at > this.#at && !(last && this.#at >= ORDER.indexOf('completed'))) {
      this.#at = at
      this.#on.status(status, view?.endReason)
    }
    if (!last) return
    if (view?.endReason) this.#finish(view.endReason)
    else this.#last ??= setTimeout(() => this.#finish(status === 'completed' ? 'callee' : 'error'), REASON_WITHIN_MS)
  }

  #finish(reason: EndReason | undefined): void {
    if (this.#over) return
    this.stop()
    this.#on.over(reason ?? 'error')
  }
}

/** What an event carries; nothing when it is not JSON. */
function read(event: MessageEvent): Partial<CallbackView> | undefined {
  try {
    return JSON.parse(event.data as string) as Partial<CallbackView>
  } catch {
    return undefined
  }
}
