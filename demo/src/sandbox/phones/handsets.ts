import type { WebSocket } from 'ws'
import { bytesOf } from './call-record.ts'
import { Handset } from './handset.ts'
import { FromPage, type HandsetInfo, ringsMessage, type ShopEngine, type ShopNumber, stateMessage, type ToPage } from './handset-wire.ts'
import type { Network } from './network.ts'
import { Passing } from './passing.ts'
import { PhoneNumber } from './script.ts'

/** The phones on the page: two American ones, two Indian ones. */
const HANDSETS: HandsetInfo[] = [
  { id: 0, number: '+12025550101', name: 'Mobile 1' },
  { id: 1, number: '+12025550102', name: 'Mobile 2' },
  { id: 2, number: '+919000000001', name: 'Mobile 3' },
  { id: 3, number: '+919000000002', name: 'Mobile 4' },
]
/** Numbers in service whose phones lie in a drawer: nobody answers, unless a script says otherwise. */
const DRAWER = [
  ...Array.from({ length: 7 }, (_, n) => `+1202555010${n + 3}`),
  ...Array.from({ length: 7 }, (_, n) => `+91900000000${n + 3}`),
]
/** A page that is loaded again finds its call. */
const BACK_WITHIN_MS = 5000
/** A page that does not read what it is sent hears no more for a while. */
const MOST_BUFFERED = 64 << 10

/** Handsets on pages: all pages show the same, and any of them may act. */
export class Handsets {
  engine: ShopEngine | undefined
  readonly #network: Network
  readonly #shop: ShopNumber
  readonly #numbers: readonly ShopNumber[]
  readonly #pages = new Set<WebSocket>()
  readonly #handsets: Handset[]
  readonly #passing = new Passing((message) => this.#tell(message))
  #leaving: NodeJS.Timeout | undefined

  /** The first of its numbers is the shop's; the others are its own at other carriers. */
  constructor(network: Network, shop: ShopNumber, ...others: ShopNumber[]) {
    this.#network = network
    this.#shop = shop
    this.#numbers = [shop, ...others]
    const pages = this.#pages
    const shown = {
      get open() {
        return pages.size > 0
      },
      tell: (message: ToPage) => this.#tell(message),
      play: (id: number, frame: Int16Array) => this.#play(id, frame),
    }
    this.#handsets = HANDSETS.map((info) => new Handset(info, shown))
    const drawer = new Handset({ id: -1, number: '', name: '' }, { open: false, tell() {}, play() {} })
    network.phonesFrom((number) => this.#byNumber(number) ?? (DRAWER.includes(number) ? drawer : undefined))
  }

  /** What a page is told first. */
  hello(): ToPage {
    const { engine } = this
    return { type: 'handsets', handsets: HANDSETS, shop: this.#shop, numbers: this.#numbers, ...(engine && { engine }) }
  }

  /** A page is there: it is told of all calls, and its sound and wishes are taken until it leaves. */
  join(page: WebSocket): void {
    clearTimeout(this.#leaving)
    this.#pages.add(page)
    page.send(JSON.stringify(this.hello()))
    for (const { call, info } of this.#handsets) {
      if (!call) continue
      const state = stateMessage(info.id, call)
      if (state.type === 'state' && state.state === 'ringing') page.send(JSON.stringify(ringsMessage(info.id, call)))
      page.send(JSON.stringify(state))
    }
    page.on('message', (data: Buffer, binary) => {
      if (binary) this.#sound(data)
      else this.#message(page, String(data))
    })
    page.on('error', () => page.terminate())
    page.on('close', () => {
      this.#pages.delete(page)
      if (this.#pages.size === 0) this.#leaving = setTimeout(() => this.#hangUpAll(), BACK_WITHIN_MS)
    })
  }

  /** Something that a carrier and the relay said about a call of this number. */
  pass(number: string, message: Omit<Parameters<Passing['add']>[0], 'handset'>): void {
    const handset = this.#byNumber(number)
    if (handset && this.#pages.size > 0) this.#passing.add({ handset: handset.info.id, ...message })
  }

  /** What was still to be shown is not. */
  reset(): void {
    this.#passing.close()
  }

  close(): void {
    clearTimeout(this.#leaving)
    this.#passing.close()
    for (const page of this.#pages) page.terminate()
  }

  #byNumber(number: string): Handset | undefined {
    return this.#handsets.find(({ info }) => info.number === number)
  }

  #message(page: WebSocket, text: string): void {
    const parsed = FromPage.safeParse(json(text))
    const id = parsed.success ? parsed.data.handset : -1
    const message = parsed.success ? this.#obey(parsed.data) : 'The phone network did not understand that.'
    if (message !== undefined) page.send(JSON.stringify({ type: 'refused', handset: id, message } satisfies ToPage))
  }

  /** The reason when it cannot be done. */
  #obey(order: FromPage): string | undefined {
    const handset = this.#handsets[order.handset]
    if (!handset) return 'There is no such phone.'
    return order.type === 'dial' ? this.#dial(handset, order.to) : handset.act(order)
  }

  #dial(handset: Handset, typed: string): string | undefined {
    const to = typed.replace(/[\s().-]/g, '')
    if (handset.call) return 'This phone is busy: hang up first.'
    if (!PhoneNumber.safeParse(to).success) return `Dial the whole number with its country code, such as ${this.#shop.number}.`
    handset.call = this.#network.dialFrom(handset, { from: handset.info.number, to })
    this.#tell(stateMessage(handset.info.id, handset.call))
    return undefined
  }

  #sound(data: Buffer): void {
    if (data.length === 0) return
    const samples = new Int16Array((data.length - 1) >> 1)
    for (let n = 0; n < samples.length; n++) samples[n] = data.readInt16LE(1 + n * 2)
    this.#handsets[data[0] ?? -1]?.speak(samples)
  }

  #play(id: number, frame: Int16Array): void {
    const bytes = Buffer.concat([Buffer.from([id]), bytesOf(frame)])
    for (const page of this.#pages) if (page.bufferedAmount < MOST_BUFFERED) page.send(bytes)
  }

  #tell(message: ToPage): void {
    const text = JSON.stringify(message)
    for (const page of this.#pages) page.send(text)
  }

  #hangUpAll(): void {
    for (const { call } of this.#handsets) {
      // One that rings goes on ringing, in an empty room.
      if (call && !(call.state === 'ringing' && call.record.direction === 'to-phone')) call.hangUp('phone')
    }
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
