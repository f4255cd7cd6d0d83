import type { Leg, Parts } from './leg.ts'
import type { Instructions } from './order.ts'
import { performDial } from './perform-dial.ts'
import { performGather } from './perform-gather.ts'
import { performSound } from './perform-sound.ts'
import { performConnect, startStream } from './perform-stream.ts'
import type { Stage, Wish } from './stage.ts'
import { readTwiml, TwimlError } from './twiml.ts'
import type { Verb } from './verb.ts'

const APOLOGY = 'We are sorry. An application error has occurred. Goodbye.'
/** A document that leads only to others is not followed for ever. */
const MOST_DOCUMENTS = 100

/** Performs a call's instructions, verb by verb. New ones replace what runs. */
export class Conductor {
  readonly #leg: Leg
  readonly #parts: Parts
  #running: AbortController | undefined

  constructor(leg: Leg, parts: Parts) {
    this.#leg = leg
    this.#parts = parts
  }

  /** @param opening looks at the first document before it is performed; false: it is not performed */
  async perform(from: Instructions, fields: Record<string, string> = {}, opening?: (verbs: Verb[]) => boolean): Promise<void> {
    this.#running?.abort(new Error('replaced'))
    const running = new AbortController()
    this.#running = running
    const signal = AbortSignal.any([running.signal, this.#leg.over])
    try {
      await this.#documents(from, fields, signal, opening)
      if (!signal.aborted) this.#leg.hangUp()
    } catch (error) {
      if (signal.aborted) return
      await this.#failed(error, signal)
    }
  }

  async #documents(from: Instructions, fields: Record<string, string>, signal: AbortSignal, opening?: (verbs: Verb[]) => boolean) {
    let next: { go: Instructions; fields?: Record<string, string> } | undefined = { go: from, fields }
    for (let n = 0; next; n++) {
      if (n === MOST_DOCUMENTS) throw new TwimlError(11_205, 'Too many documents')
      const verbs = readTwiml(await this.#load(next.go, next.fields ?? {}))
      signal.throwIfAborted()
      if (n === 0 && opening && !opening(verbs)) return
      const wish = await this.#verbs(verbs, next.go, signal)
      next = wish === 'hang-up' ? undefined : wish
    }
  }

  async #verbs(verbs: Verb[], document: Instructions, signal: AbortSignal): Promise<Wish> {
    const stage = this.#stage(document, signal)
    for (const verb of verbs) {
      const wish = await perform(verb, stage)
      signal.throwIfAborted()
      if (wish) return wish
    }
    return undefined
  }

  #stage(document: Instructions, signal: AbortSignal): Stage {
    const base = 'url' in document ? document.url : undefined
    const resolve = (url: string) => {
      if (!URL.canParse(url, base)) throw new TwimlError(11_100, `Invalid URL: ${url}`)
      return new URL(url, base).href
    }
    return { leg: this.#leg, parts: this.#parts, signal, resolve }
  }

  async #load(from: Instructions, fields: Record<string, string>): Promise<string> {
    if ('twiml' in from) return from.twiml
    const params = { ...this.#leg.fields(), ...fields }
    const purpose = Object.keys(fields).some((name) => /^(Dial|Session|Digits$)/.test(name)) ? 'action' : 'voice'
    const { body } = await this.#parts.webhooks.send({ purpose, callSid: this.#leg.sid, ...from, params })
    return body
  }

  /** The fallback has a try; without one the caller hears an apology, as on a real line. */
  async #failed(error: unknown, signal: AbortSignal): Promise<void> {
    const code = error instanceof TwimlError ? error.code : 11_200
    this.#parts.pass(this.#leg, 'carrier', `error ${code}`, { message: String(error) })
    const { fallback, instructions } = this.#leg.order
    const ErrorUrl = instructions && 'url' in instructions ? instructions.url : ''
    try {
      if (fallback) await this.#documents(fallback, { ErrorCode: String(code), ErrorUrl }, signal)
      else await performSound({ verb: 'Say', text: APOLOGY, loop: 1 }, this.#stage({ twiml: '' }, signal))
    } catch {
      // There is nothing behind the fallback.
    }
    if (!signal.aborted) this.#leg.hangUp()
  }
}

async function perform(verb: Verb, stage: Stage): Promise<Wish> {
  switch (verb.verb) {
    case 'Say':
    case 'Play':
    case 'Pause':
      return await performSound(verb, stage)
    case 'Gather':
      return await performGather(verb, stage)
    case 'Dial':
      return await performDial(verb, stage)
    case 'Connect':
      return await performConnect(verb, stage)
    case 'Start':
      return startStream(verb.stream, stage)
    case 'Redirect':
      return { go: { url: stage.resolve(verb.url), method: verb.method } }
    case 'Reject':
    case 'Hangup':
      return 'hang-up'
  }
}
