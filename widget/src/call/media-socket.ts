import type { FromRelay, ToRelay } from '@voice-agent/relay/protocol'

/**
 * The media socket of CONTRACT section 5, and how it comes back: to the same address with `?after=SEQ`, for as long as the relay keeps
 * the call. What is said while it is away waits and follows once the relay is ready.
 */
export interface SocketListener {
  message(message: FromRelay): void
  audio(pcm: ArrayBuffer): void
  /** The socket is lost and is being brought back. */
  away(): void
  /** It will not come back. */
  gone(why: Gone): void
}
export type Gone = 'refused' | 'over' | 'replaced' | 'lost'

type Phase = 'opening' | 'open' | 'away' | 'closed'

/** Close codes after which coming back is no use. */
const FINAL: Record<number, Gone> = { 1008: 'refused', 4401: 'refused', 4404: 'over', 4409: 'replaced' }
const RESUME_MS = 30_000
const FIRST_RETRY_MS = 250
const LONGEST_RETRY_MS = 4_000
const OPENS_WITHIN_MS = 8_000
const PING_EVERY_MS = 8_000
const FIRST_CONNECT_MS = 12_000
const MOST_WAITING = 200
/** Sound of a moment ago is worth sending; older sound would come as a burst. */
const MOST_FRAMES = 10
/** Beyond this the line is slower than the voice: frames are left out rather than queued up. */
const FULL_BYTES = 16_000

export class MediaSocket {
  readonly #url: string
  readonly #on: SocketListener
  readonly #resumeMs: number
  #phase: Phase = 'opening'
  #ws: WebSocket | undefined
  #seq: number | undefined
  #waiting: string[] = []
  #frames: ArrayBuffer[] = []
  #attempts = 0
  #lostAt = 0
  #pingedAt = 0
  #heardAt = 0
  #retry: ReturnType<typeof setTimeout> | undefined
  #guard: ReturnType<typeof setTimeout> | undefined
  #ping: ReturnType<typeof setInterval>

  constructor(o: { url: string; on: SocketListener; resumeMs?: number }) {
    this.#url = o.url
    this.#on = o.on
    this.#resumeMs = o.resumeMs ?? RESUME_MS
    this.#lostAt = performance.now()
    this.#ping = setInterval(this.#watch, PING_EVERY_MS)
    addEventListener('online', this.#hurry)
    addEventListener('offline', this.#drop)
    this.#connect()
  }

  /** Sends now, or once the relay is ready again. */
  send(message: ToRelay): void {
    const frame = JSON.stringify(message)
    if (this.#phase === 'open') this.#ws?.send(frame)
    else if (this.#phase !== 'closed' && this.#waiting.length < MOST_WAITING) this.#waiting.push(frame)
  }

  /** The visitor's voice, 20 ms. */
  sound(frame: ArrayBuffer): void {
    const ws = this.#ws
    if (this.#phase !== 'open') {
      this.#frames.push(frame)
      if (this.#frames.length > MOST_FRAMES) this.#frames.shift()
    } else if (ws && ws.bufferedAmount < FULL_BYTES) ws.send(frame)
  }

  /** Lets the socket go and brings it back at once: the relay then sends again what was not heard. */
  renew(): void {
    if (this.#phase === 'open') this.#lose()
  }

  close(): void {
    if (this.#phase === 'closed') return
    this.#phase = 'closed'
    clearInterval(this.#ping)
    clearTimeout(this.#retry)
    removeEventListener('online', this.#hurry)
    removeEventListener('offline', this.#drop)
    this.#forget(true)
  }

  #connect(): void {
    const url = new URL(this.#url)
    if (this.#seq !== undefined) url.searchParams.set('after', String(this.#seq))
    const ws = new WebSocket(url)
    ws.binaryType = 'arraybuffer'
    this.#ws = ws
    this.#guard = setTimeout(() => this.#lose(), OPENS_WITHIN_MS)
    ws.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      this.#heardAt = performance.now()
      if (typeof data === 'string') this.#read(data)
      else this.#on.audio(data)
    }
    ws.onclose = ({ code }) => {
      const final = FINAL[code]
      if (final) this.#end(final)
      else this.#lose()
    }
  }

  #read(frame: string): void {
    const message = parse(frame)
    if (!message) return
    if (message.type === 'transcript') this.#seq = Math.max(this.#seq ?? 0, message.seq)
    if (message.type === 'ready') this.#ready()
    this.#on.message(message)
    // Once the call is over, closing is what is expected.
    if (message.type === 'ended') this.close()
  }

  #ready(): void {
    clearTimeout(this.#guard)
    this.#phase = 'open'
    this.#attempts = 0
    this.#pingedAt = 0
    this.#seq ??= 0
    for (const frame of [...this.#waiting.splice(0), ...this.#frames.splice(0)]) this.#ws?.send(frame)
  }

  #lose(): void {
    if (this.#phase === 'closed') return
    this.#forget(false)
    const now = performance.now()
    if (this.#phase === 'open') {
      this.#phase = 'away'
      this.#lostAt = now
      this.#on.away()
    }
    const left = this.#lostAt + (this.#phase === 'opening' ? Math.min(FIRST_CONNECT_MS, this.#resumeMs) : this.#resumeMs) - now
    if (left <= 0) {
      this.#end('lost')
      return
    }
    const wait = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#attempts) * (0.75 + Math.random() / 2)
    // The first try follows at once: most losses are a hiccup.
    const delay = this.#attempts === 0 && this.#phase === 'away' ? 0 : Math.min(wait, left)
    this.#attempts += 1
    this.#retry = setTimeout(() => this.#connect(), delay)
  }

  #end(why: Gone): void {
    if (this.#phase === 'closed') return
    this.close()
    this.#on.gone(why)
  }

  #forget(politely: boolean): void {
    clearTimeout(this.#guard)
    const ws = this.#ws
    this.#ws = undefined
    if (!ws) return
    ws.onmessage = null
    ws.onclose = null
    if (politely) ws.close(1000)
    else ws.close()
  }

  #drop = (): void => {
    if (this.#phase === 'open') this.#lose()
  }

  #hurry = (): void => {
    if (this.#phase === 'closed' || this.#ws) return
    clearTimeout(this.#retry)
    this.#connect()
  }

  /** A socket can die without a word: a ping that nothing follows means it is lost. */
  #watch = (): void => {
    if (this.#phase !== 'open') return
    if (this.#pingedAt > 0 && this.#heardAt < this.#pingedAt) {
      this.#lose()
      return
    }
    this.#pingedAt = performance.now()
    this.send({ type: 'ping', t: Math.round(this.#pingedAt) })
  }
}

function parse(frame: string): FromRelay | undefined {
  try {
    const message: unknown = JSON.parse(frame)
    return typeof message === 'object' && message !== null && 'type' in message ? (message as FromRelay) : undefined
  } catch {
    return undefined
  }
}
