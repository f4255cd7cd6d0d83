import type { ToPage } from './handset-wire.ts'

export interface Message {
  handset: number
  callId: string
  from: 'relay' | 'carrier'
  name: string
  body?: object | undefined
}

/** In a second: what is shown as it comes, and what is shown at all. The rest is counted and shown together. */
const AT_ONCE = 8
const MOST = 10
const COUNTED_MS = 500
const LONGEST_BODY = 2000
const SECRET = /(?<![A-Za-z0-9_-])(?!(?:CA|AC|MZ|RE)[0-9a-f]{32}|[0-9a-f]{31}p(?![A-Za-z0-9_-]))[A-Za-z0-9_-]{24,}(?![A-Za-z0-9_-])/g

/** Shows what a carrier and the relay say to each other, without secrets and no quicker than can be read. */
export class Passing {
  readonly #show: (message: ToPage) => void
  readonly #counts = new Map<string, { message: Message; times: number }>()
  readonly #shown = new Map<number, number[]>()
  readonly #begun = new Map<string, number>()
  #timer: NodeJS.Timeout | undefined

  constructor(show: (message: ToPage) => void) {
    this.#show = show
  }

  add(message: Message): void {
    if (message.name !== 'media' && this.#room(message.handset, AT_ONCE)) this.#pass(message, message.name)
    else {
      const key = `${message.handset} ${message.callId} ${message.from} ${message.name}`
      const counted = this.#counts.get(key) ?? { message, times: 0 }
      counted.times++
      this.#counts.set(key, counted)
      this.#timer ??= setTimeout(() => this.#flush(), COUNTED_MS)
    }
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#counts.clear()
    this.#begun.clear()
  }

  #flush(): void {
    this.#timer = undefined
    for (const [key, { message, times }] of this.#counts) {
      if (!this.#room(message.handset, MOST)) continue
      this.#counts.delete(key)
      this.#pass(message, times > 1 ? `${message.name} ×${times}` : message.name)
    }
    if (this.#counts.size > 0) this.#timer = setTimeout(() => this.#flush(), COUNTED_MS)
  }

  #room(handset: number, most: number): boolean {
    const now = performance.now()
    const shown = (this.#shown.get(handset) ?? []).filter((at) => now - at < 1000)
    this.#shown.set(handset, shown)
    return shown.length < most
  }

  #pass({ handset, callId, from, body }: Message, name: string): void {
    const now = performance.now()
    this.#shown.get(handset)?.push(now)
    const begun = this.#begun.get(callId) ?? now
    this.#begun.set(callId, begun)
    const [oldest] = this.#begun.keys()
    if (this.#begun.size > 100 && oldest) this.#begun.delete(oldest)
    const text = body && JSON.stringify(body).replace(SECRET, '…').slice(0, LONGEST_BODY)
    this.#show({ type: 'passing', handset, callId, atMs: Math.round(now - begun), from, name, ...(text && { body: text }) })
  }
}
