import { unlessAborted } from '../carriers/abortable.ts'
import { KeptSound } from '../carriers/kept-sound.ts'
import { play } from '../carriers/play.ts'
import { PHONE_HZ } from '../phones/beat.ts'
import { readAnswer } from './answer-xml.ts'
import type { ExotelCall } from './call.ts'
import { callFields, callType, passthruFields } from './flow-fields.ts'
import { e164 } from './numbers.ts'
import type { Applet } from './order.ts'
import { performConnect } from './perform-connect.ts'
import { performStream } from './perform-stream.ts'

interface Flow {
  readonly appId: string
  readonly applets: readonly Applet[]
}
/** What an applet may want: another branch, or the end. Nothing: the next applet. */
type Wish = readonly Applet[] | 'hang-up' | undefined
type Passthru = Extract<Applet, { applet: 'passthru' }>
type Gather = Extract<Applet, { applet: 'gather' }>
type Voicemail = Extract<Applet, { applet: 'voicemail' }>

/** Performs a flow, box by box. When the call ends in the middle, the Passthrus behind still tell of it. */
export async function performFlow(call: ExotelCall, { appId, applets }: Flow): Promise<void> {
  const { first, parts } = call
  const { speech } = parts.network
  let digits = ''

  const inOrder = async (boxes: readonly Applet[]): Promise<void> => {
    for (const box of boxes) {
      if (first.over.aborted) {
        if (box.applet === 'passthru') call.alsoTell(callType(call), () => passthru(box))
        continue
      }
      const wish = await perform(box).catch((error: unknown) => {
        if (first.over.aborted) return undefined
        throw error
      })
      if (wish === 'hang-up') return
      if (wish) return await inOrder(wish)
    }
  }
  await inOrder(applets)

  async function perform(box: Applet): Promise<Wish> {
    if (box.applet === 'passthru') {
      if (!box.async) return (await unlessAborted(first.over, passthru(box))) === 302 ? box.on302 : box.on200
      call.supervise(passthru(box))
      return undefined
    }
    if (box.applet === 'hangup') return 'hang-up'
    if (box.applet === 'answer-url') return await answer(box.url)
    call.pickUp()
    if (box.applet === 'greeting') await play(await speech.say(box.text, 'kal', PHONE_HZ), first, first.over)
    else if (box.applet === 'gather') await gather(box)
    else if (box.applet === 'voicemail') await voicemail(box)
    else if (box.applet === 'connect') await performConnect(call, box.numbers ?? (await destinations(box.url)))
    else await performStream(call, await streamUrl(box.url))
    return undefined
  }

  async function passthru({ url }: Passthru): Promise<number> {
    const as = parts.settings().passthruAs === 'get' ? 'query' : 'json'
    const told = passthruFields(call, { digits, flowId: appId })
    return (await parts.webhooks.ask({ purpose: 'passthru', callSid: call.sid, url, told, as })).status
  }

  /** The guide's way: asked by POST, told in XML. */
  async function answer(url: string): Promise<Wish> {
    const { callbacksAs } = parts.settings()
    const told = {
      CallSid: call.sid,
      From: call.order.phone,
      To: call.order.exophone,
      Status: call.status,
      Direction: call.order.direction,
    }
    const as = callbacksAs === 'asked' ? 'form' : callbacksAs
    const { status, body } = await parts.webhooks.ask({ purpose: 'answer-url', callSid: call.sid, url, told, as })
    if (status !== 200) throw new Error(`HTTP ${status} from the Answer URL`)
    for (const verb of readAnswer(body)) {
      if (verb.verb === 'Hangup') return 'hang-up'
      call.pickUp()
      if (verb.verb === 'Say') await play(await speech.say(verb.text, 'kal', PHONE_HZ), first, first.over)
      else await performStream(call, verb.url, verb.parameters)
    }
    return 'hang-up'
  }

  async function gather({ text, digits: most, waitMs }: Gather): Promise<void> {
    digits = ''
    const done = Promise.withResolvers<void>()
    const pressed = (digit: string) => {
      if (digit !== '#') digits += digit
      if (digit === '#' || digits.length >= most) done.resolve()
    }
    first.pressed.add(pressed)
    let timer: NodeJS.Timeout | undefined
    try {
      if (text !== undefined) await Promise.race([play(await speech.say(text, 'kal', PHONE_HZ), first, first.over), done.promise])
      timer = setTimeout(done.resolve, waitMs)
      await unlessAborted(first.over, done.promise)
    } finally {
      clearTimeout(timer)
      first.mouth = undefined
      first.pressed.delete(pressed)
    }
  }

  async function voicemail({ text, mostMs }: Voicemail): Promise<void> {
    if (text !== undefined) await play(await speech.say(text, 'kal', PHONE_HZ), first, first.over)
    const kept = new KeptSound(1)
    const tap = (fromPhone: Int16Array) => kept.sound(fromPhone, new Int16Array(fromPhone.length))
    const done = Promise.withResolvers<void>()
    const pressed = (digit: string) => digit === '#' && done.resolve()
    const timer = setTimeout(done.resolve, mostMs)
    first.taps.add(tap)
    first.pressed.add(pressed)
    call.kept = kept
    call.messageLeft = true
    try {
      await unlessAborted(first.over, done.promise)
    } finally {
      clearTimeout(timer)
      first.taps.delete(tap)
      first.pressed.delete(pressed)
    }
  }

  /** A socket's own address, or the one that an address tells. */
  async function streamUrl(url: string): Promise<string> {
    if (/^wss?:/.test(url)) return url
    const told = await asked(url, 'dynamic')
    if (typeof told.url !== 'string') throw new Error('the dynamic address told no url')
    return told.url
  }

  async function destinations(url = ''): Promise<string[]> {
    const { destination } = await asked(url, 'connect')
    const numbers = (destination as { numbers?: unknown } | undefined)?.numbers
    return Array.isArray(numbers) ? numbers.flatMap((number) => e164(String(number)) ?? []) : []
  }

  async function asked(url: string, purpose: 'dynamic' | 'connect'): Promise<Record<string, unknown>> {
    const as = ({ get: 'query', 'post-form': 'form', 'post-json': 'json' } as const)[parts.settings().dynamicAs]
    const { status, body } = await parts.webhooks.ask({ purpose, callSid: call.sid, url, told: callFields(call), as })
    if (status !== 200) throw new Error(`HTTP ${status} from ${purpose === 'connect' ? 'Programmable Connect' : 'the dynamic address'}`)
    return JSON.parse(body) as Record<string, unknown>
  }
}
