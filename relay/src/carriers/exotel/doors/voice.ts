import type { HouseNumber } from '../../../agents/house-number.ts'
import type { Call } from '../../../calls/live-calls.ts'
import type { HttpContext } from '../../../http/endpoint.ts'
import type { Received } from '../../../http/reception.ts'
import { Problem } from '../../../protocol/index.ts'
import type { LineEvent } from '../../carrier.ts'
import type { Doors, House } from '../../house.ts'
import { createNumberOf, ofItself, type SpeaksFor, withinOrganisation } from '../../speaks-for.ts'
import { sayXml, streamXml } from '../answers.ts'
import { type Fields, readFields, readQuery } from '../fields.ts'
import { e164Of } from '../numbers.ts'
import { readCall, readPassthru, readRecordingUrl, readStatus } from '../webhooks.ts'
import type { ExotelUrls } from './urls.ts'

const NOBODY = 'This number is not in service just now. Please call again later. Goodbye.'
const BUSY = 'All our lines are busy just now. Please call again in a while. Goodbye.'

/** What Exotel asks (a call came in, or one of ours runs through a flow) and tells at a number's own addresses; the number is proven already. */
export function exotelVoice(house: House, urls: ExotelUrls): Required<Pick<Doors, 'asked' | 'told'>> {
  const { book, lines, reception } = house

  const named = async (name: string) => lines.named('exotel', name)?.callId ?? book.named('exotel', name)
  const numberOf = createNumberOf(house)
  async function recorded(callId: string, recordingId: string): Promise<void> {
    house.log.event(callId, 'recording', { recordingId, status: 'completed' })
    // The address of the sound stays here: it asks for the account's credentials.
    await book.recorded(callId, `exotel:${recordingId}`)
  }

  /** False for a call that is none of ours. @throws Problem invalid_request */
  async function tell(c: HttpContext, number: HouseNumber, fields: Fields, speaksFor: SpeaksFor): Promise<boolean> {
    const told = readStatus(fields)
    const event = told?.event ?? readPassthru(fields)
    if (!event) throw new Problem('invalid_request', 'This is not what Exotel says of a call.')
    const hints = [c.req.query('callId'), told?.customField]
    let ours = true
    await house.afterwards(async () => {
      ours = await take(number, fields, { event, hints, recordingUrl: readRecordingUrl(fields), speaksFor })
    }, c)
    return ours
  }

  async function take(
    number: HouseNumber,
    fields: Fields,
    o: { event: LineEvent; hints: readonly (string | undefined)[]; recordingUrl: string | undefined; speaksFor: SpeaksFor },
  ): Promise<boolean> {
    const { event } = o
    const hint = o.hints.find((id) => id !== undefined && lines.get(id)?.number.id === number.id)
    const callId = hint ?? (await named(event.carrierCallId))
    if (callId === undefined) return message(number, fields)
    if (!o.speaksFor(number, (await numberOf(callId))?.number)) return false
    if ((lines.get(callId)?.carrierCallId ?? event.carrierCallId) !== event.carrierCallId) return false
    const answered = answeredBefore(event, house.calls.get(callId))
    const told = answered ? await measured(callId, event) : event
    if (answered) await lines.tell(callId, answered)
    await lines.tell(callId, told)
    if (o.recordingUrl !== undefined) await recorded(callId, event.carrierCallId)
    return true
  }

  /** A talk whose answer nobody told has no length by our clock: Exotel is asked where its callback does not say it. */
  async function measured(callId: string, event: LineEvent): Promise<LineEvent> {
    if (event.durationMs !== undefined || house.calls.get(callId)?.status === 'connected') return event
    const known = await lines
      .get(callId)
      ?.account.status(event.carrierCallId)
      .catch((error: unknown) => void house.logger.warn({ err: error, callId }, 'how long two phones talked could not be asked'))
    return known?.durationMs === undefined ? event : { ...event, durationMs: known.durationMs }
  }

  /** A caller whom no agent of ours served may have talked to a recorder. False when not. */
  async function message(number: HouseNumber, fields: Fields): Promise<boolean> {
    const news = readCall(fields)
    const address = readRecordingUrl(fields)
    // Said outright: nobody is rung on a guess.
    const incoming = /^in/i.test(String(fields.Direction ?? ''))
    if (!news || !incoming || news.from === '' || address === undefined) return false
    await house.messages.left(number, { carrierCallId: news.carrierCallId, from: e164Of(news.from, number.phoneNumber), address })
    return true
  }

  async function receive(number: HouseNumber, fields: Fields): Promise<Received> {
    const news = readCall(fields)
    if (!news) throw new Problem('invalid_request', 'This is not what Exotel says of a call.')
    const { carrierCallId } = news
    if (!news.inbound && !lines.named(number.provider, carrierCallId)) return { is: 'nobody' }
    const near = number.phoneNumber
    return reception.receive(number, { carrierCallId, from: e164Of(news.from, near), to: e164Of(news.to, near) })
  }

  /** Undefined when its carrier has had several rights and used none. */
  function streamOf(received: Received): { url: string; sessionId: string } | undefined {
    if (received.is !== 'taken') return undefined
    const { call, line } = received
    const token = lines.streamToken(call.id)
    // Whose sound is here has no need of another right: only a question was repeated.
    if (token === undefined && !call.passesSound) call.hangUp('error')
    // Under the call's own number: the flow that asks may be shared with others.
    return token === undefined ? undefined : { url: urls.stream(line.number.id, token), sessionId: call.sessionId }
  }

  return {
    async asked(c, number) {
      const fields = c.req.method === 'GET' ? readQuery(new URL(c.req.url).search) : await bodyOf(c)
      if (!fields) throw new Problem('invalid_request', 'This is neither a form nor JSON.')
      const how = answerFor(c, number, fields)
      if (how === 'passthru') {
        if (readPassthru(fields) ?? readStatus(fields)) await tell(c, number, fields, withinOrganisation)
        return c.body(null, 200)
      }
      const received = await receive(number, fields)
      const stream = streamOf(received)
      // An address is all that can be told so: without one the flow goes on to what it does next.
      if (how === 'url') return c.json(stream ? { url: stream.url } : {})
      const text = stream ? streamXml(stream) : sayXml(received.is === 'nobody' ? NOBODY : BUSY)
      return c.body(text, 200, { 'Content-Type': 'text/xml; charset=utf-8' })
    },
    async told(c, number) {
      const fields = await bodyOf(c)
      if (!fields) throw new Problem('invalid_request', 'This is neither a form nor JSON.')
      // Exotel repeats what is not answered with exactly 200.
      return c.body(null, (await tell(c, number, fields, ofItself)) ? 200 : 204)
    },
  }
}

/** Of two phones no sound comes here: that one was answered may be known by its end alone. */
function answeredBefore(event: LineEvent, call: Call | undefined): LineEvent | undefined {
  if (call?.kind !== 'bridge' || event.status !== 'completed' || event.durationMs === 0) return undefined
  return { carrierCallId: event.carrierCallId, status: 'connected', said: { event: 'completed' } }
}

const bodyOf = async (c: HttpContext) => readFields(c.req.header('content-type') ?? '', new Uint8Array(await c.req.arrayBuffer()))

/** Only Passthru says how a call came off, whatever answer its number's calls get; else a GET wants an address, and a POST the guide's XML. */
function answerFor(c: HttpContext, number: HouseNumber, fields: Fields): 'passthru' | 'url' | 'xml' {
  if (readPassthru(fields)) return 'passthru'
  if (number.inboundAnswer !== 'auto') return number.inboundAnswer
  return c.req.method === 'GET' ? 'url' : 'xml'
}
